from odoo import models


class MailFollowersEdit(models.TransientModel):
    """Followers that are added are partners that the user sees (P20)."""

    _name = "mail.followers.edit"
    _inherit = ["mail.followers.edit", "crm.partner.seen.mixin"]

    _seen_partner_fields = ("partner_ids",)
