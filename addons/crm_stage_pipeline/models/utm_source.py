from odoo import fields, models


class UtmSource(models.Model):
    """Sources of customers, common to all companies or of one (P58)."""

    _inherit = "utm.source"

    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: offered to all companies.",
    )
