from odoo import models


class AccountMove(models.Model):
    """Core's onchange of an invoice shows a hidden customer's name (P20)."""

    _name = "account.move"
    _inherit = ["account.move", "crm.partner.seen.mixin"]

    _seen_partner_fields = ("partner_id", "partner_shipping_id")
