from odoo import fields, models

RANGES = [
    ("department", "Own Department"),
    ("department_below", "Own Department and Below"),
    ("departments", "Chosen Departments"),
    ("all",),  # stays the last
]
# without departments a right falls back to the field's default: own, or nothing
GONE = {one[0]: "set default" for one in RANGES[:-1]}


class CrmPoolDataRightLine(models.Model):
    """Ranges over departments (G18).

    One's own department is that of one's employee, or one that one manages.
    """

    _inherit = "crm.pool.data.right.line"

    see_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
    edit_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
    delete_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
    export_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
    print_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
    assign_range = fields.Selection(selection_add=RANGES, ondelete=GONE)
