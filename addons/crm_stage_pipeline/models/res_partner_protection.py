from odoo import fields, models

from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """The protection in the header of a customer's form."""

    _inherit = "res.partner"

    pool_is_protected = fields.Boolean(
        related="pool_customer_id.is_protected",
        string="Protected",
        related_sudo=False,
        groups=USER_GROUP,
    )
    pool_protected_until = fields.Datetime(
        related="pool_customer_id.protected_until",
        related_sudo=False,
        groups=USER_GROUP,
    )
