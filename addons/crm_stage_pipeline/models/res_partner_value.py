from odoo import fields, models

from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """The value of the customer of the current company, on the customer's form."""

    _inherit = "res.partner"

    pool_value_score = fields.Integer(
        related="pool_customer_id.value_score", related_sudo=False, groups=USER_GROUP
    )
    pool_value_grade = fields.Selection(
        related="pool_customer_id.value_grade", related_sudo=False, groups=USER_GROUP
    )
    pool_value_explanation = fields.Html(
        related="pool_customer_id.value_explanation",
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_referrer_id = fields.Many2one(
        related="own_pool_customer_id.referrer_id",
        string="Introduced By",
        readonly=False,
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_expected_purchase_ids = fields.One2many(
        related="pool_customer_id.expected_purchase_ids",
        string="Expected Purchases",
        related_sudo=False,
        groups=USER_GROUP,
    )
