from odoo import fields, models


class ResPartnerCategory(models.Model):
    """Categories of customers, common to all companies or offered to one (P58)."""

    _inherit = "res.partner.category"

    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: offered to all companies.",
    )
