from odoo import fields, models

CLASS_KINDS = [
    ("grade", "Grade"),
    ("type", "Type"),
    ("status", "Status"),
    ("rating", "Credit Rating"),
]


class CrmCustomerClass(models.Model):
    """A value that a company gives its customers: grade, type, status, credit rating.

    The values are the company's own, or common to all companies; the first one is
    the best. A value in use is archived rather than deleted.
    """

    _name = "crm.customer.class"
    _description = "Customer Class"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(selection=CLASS_KINDS, required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a value of all companies.",
    )
    description = fields.Char(
        translate=True, help="When a customer gets this value; shown to who chooses."
    )

    _kind_idx = models.Index("(kind, sequence)")
