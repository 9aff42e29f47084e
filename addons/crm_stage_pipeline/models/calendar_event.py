from odoo import api, models

from .number_field import SHOW_KEY


class CalendarEvent(models.Model):
    """Meetings with customers (P20, P32).

    - Attendees are partners that whoever invites them sees.
    - Core writes the first attendee's number into the description: no masked one.
    """

    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.partner.seen.mixin"]

    _seen_partner_fields = ("partner_ids", "partner_id")

    @api.model
    def _check_partners_seen(self, vals_list):
        """The document that a meeting is about is seen too."""
        result = super()._check_partners_seen(vals_list)
        for vals in vals_list:
            if vals.get("res_model") == "res.partner":
                self.env["res.partner"]._check_seen(vals.get("res_id"))
        return result

    @api.model
    def _prepare_partner_contact_details_html(self, section_title, partner):
        """Everybody who is invited reads the description: no masked number is in it."""
        if partner._is_in_masking_pool():
            partner = partner.with_context(**{SHOW_KEY: "always"})
        return super()._prepare_partner_contact_details_html(section_title, partner)
