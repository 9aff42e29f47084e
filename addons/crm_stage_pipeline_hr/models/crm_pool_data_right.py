from odoo import fields, models


class CrmPoolDataRight(models.Model):
    """A role may have departments of its own, whoever is in it (G18)."""

    _inherit = "crm.pool.data.right"

    department_ids = fields.Many2many(
        comodel_name="hr.department",
        string="Chosen Departments",
        help="For actions that reach Chosen Departments: exactly these.",
    )
