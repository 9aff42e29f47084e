from odoo import api, fields, models
from odoo.fields import Domain

from .res_partner_header import USER_GROUP


class ResPartner(models.Model):
    """What a customer or person may not be contacted by, on its form (P60).

    - Everybody who sees the contact sees the restrictions and may add one that he was
      asked for; managers end them.
    - A restricted customer can be claimed, worked on and imported anew: the
      restriction stays, because it stands by number, address or contact.
    """

    _inherit = "res.partner"

    restricted_channels = fields.Char(
        compute="_compute_restricted_channels",
        compute_sudo=False,
        groups=USER_GROUP,
        string="Do Not Contact By",
    )

    @api.depends(
        "phone_number_ids.e164", "email_normalized", "commercial_partner_id", "active"
    )
    @api.depends_context("company")
    def _compute_restricted_channels(self):
        restrictions = self.env["crm.contact.restriction"]
        labels = dict(restrictions._fields["channel"]._description_selection(self.env))
        for partner in self:
            channels = restrictions._restricted_channels(partner._origin)
            partner.restricted_channels = ", ".join(
                label for channel, label in labels.items() if channel in channels
            )

    def action_open_restrictions(self):
        """The restrictions of this contact, its company, its numbers and addresses."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_contact_restriction_action"
        )
        restrictions = self.env["crm.contact.restriction"]
        domain = restrictions._of_partner_domain(self)
        if self.is_number_masked:
            domain &= Domain("kind", "=", "partner")
        # as ids: a condition would tell the client numbers that are hidden from it
        action["domain"] = [("id", "in", restrictions.search(domain).ids)]
        action["context"] = {"default_kind": "partner", "default_partner_id": self.id}
        return action

    def action_restrict(self):
        """Write down that the contact asked not to be contacted: context crm_channel.

        The user sees the contact; that is enough to note what it asks for.
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.contact.restriction"]._restrict_partner(
            self, channel=self.env.context["crm_channel"], company=self.env.company
        )
        self.invalidate_recordset(["restricted_channels"])


class CrmContactRestriction(models.Model):
    """All that holds for a contact, at once."""

    _inherit = "crm.contact.restriction"

    @api.model
    def _of_partner_domain(self, partner):
        """Restrictions of a contact, its company, their numbers and addresses.

        Superuser: numbers that are masked for the user restrict all the same.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        partner_sudo = partner.with_env(system)
        numbers = [row.e164 for row in partner_sudo.phone_number_ids if row.e164]
        both = partner_sudo | partner_sudo.commercial_partner_id
        return (
            (Domain("kind", "=", "partner") & Domain("partner_id", "in", both.ids))
            | (Domain("kind", "=", "number") & Domain("key", "in", numbers))
            | (
                Domain("kind", "=", "address")
                & Domain("key", "=", partner_sudo.email_normalized or "-")
            )
        )

    @api.model
    def _restricted_channels(self, partner):
        """Channels by which the contact may not be reached now in this company, or
        only by another of its numbers.

        :return: set of channels; "all" stands for each of them
        """
        if not partner:
            return set()
        # a restriction binds everybody, also those who may not read the list
        system = self.env["crm.pool.customer"]._privileged().env
        restrictions_sudo = self.with_env(system)
        found = restrictions_sudo.search(
            restrictions_sudo._in_force_domain() & self._of_partner_domain(partner)
        )
        channels = set(found.mapped("channel"))
        partner_sudo = partner.with_env(system)
        numbers = [row.e164 for row in partner_sudo.phone_number_ids if row.e164]
        if system["phone.blacklist"].search_count([("number", "in", numbers)], limit=1):
            channels |= {"call", "sms"}
        address = partner_sudo.email_normalized
        if address and system["mail.blacklist"].search_count(
            [("email", "=", address)], limit=1
        ):
            channels.add("email")
        return channels

    @api.model
    def _in_force_domain(self):
        """Of the current company, while the period runs."""
        today = fields.Date.context_today(self)
        return (
            Domain("company_id", "in", [self.env.company.id, False])
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", today))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )
