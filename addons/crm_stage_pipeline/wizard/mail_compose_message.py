from odoo import models


class MailComposeMessage(models.TransientModel):
    """Recipients of a message are partners that its writer sees (P20)."""

    _name = "mail.compose.message"
    _inherit = ["mail.compose.message", "crm.partner.seen.mixin"]

    _seen_partner_fields = ("partner_ids",)
