import phonenumbers

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.crm_stage_pipeline.numbering import NumberError, digits, normalise

from ..ami import dialable
from ..ami.messages import ValueRefused
from .asterisk_endpoint import OFFLINE

# Numbers of fewer digits are extensions and services, not customers.
SHORT = 6


class CrmCall(models.Model):
    _inherit = "crm.call"

    @api.model
    def action_dial(
        self,
        phone_number_id=None,
        number=None,
        customer_id=None,
        partner_id=None,
        lead_id=None,
    ):
        """Ring the user's own telephone and then the number.

        Raises UserError with a sentence for the agent: no telephone, not registered,
        busy, the PBX away, a number that is none, a contact that is restricted.

        :param phone_number_id: crm.phone.number to call, or else
        :param number: a number as text, masked if the user sees it so, with
        :param customer_id: crm.pool.customer that it belongs to, if known, or
        :param partner_id: res.partner, or
        :param lead_id: crm.lead; without a number the best one of these is called
        :return: {"command_id", "message"}
        """
        self.browse().check_access("read")
        endpoint = self._dialling_endpoint()
        partner, customer, number = self._dialled_party(
            phone_number_id, number, customer_id, partner_id, lead_id
        )
        shown = self.env["crm.phone.number"]._text_shown(number, partner)
        server = endpoint.server_id
        dialled, e164 = self._number_to_dial(server, number, shown)
        self._check_restriction(partner, e164 or dialled)
        command_sudo = self.env["asterisk.command"]._queue(
            server,
            "originate",
            {
                "endpoint": endpoint.name,
                "number": dialled,
                "context": server.context,
                "ring": server.ring_seconds,
                "amd": server.is_machine_detected,
                "record": server.is_outbound_recorded,
            },
            number=e164 or dialled,
            partner_id=partner.id,
            customer_id=customer.id,
        )
        return {
            "command_id": command_sudo.id,
            "message": self.env._(
                "Calling %(number)s: pick up your telephone.", number=shown
            ),
        }

    def action_hangup(self):
        """End the call by hanging up one's own telephone."""
        self.ensure_one()
        self.browse().check_access("read")
        call_sudo = self._as_exchange()
        own = call_sudo.channel_ids.filtered(
            lambda leg: not leg.ended_at and leg.endpoint_id.user_id == self.env.user
        )
        if not own:
            raise UserError(self.env._("Your telephone is not part of this call."))
        command_sudo = self.env["asterisk.command"]._queue(
            call_sudo.server_id, "hangup", {"channels": own.mapped("name")}
        )
        return {"command_id": command_sudo.id}

    @api.model
    def _dialling_endpoint(self):
        """The user's telephone, ready to ring."""
        endpoint = self.env["asterisk.endpoint"]._for_user(
            self.env.user, self.env.company
        )
        if not endpoint:
            raise UserError(
                self.env._(
                    "No telephone is assigned to you: ask your administrator to enter "
                    "it below Configuration / Telephones."
                )
            )
        endpoint.server_id._check_connected()
        if endpoint.device_state in OFFLINE:
            raise UserError(
                self.env._(
                    "Your telephone %(name)s is not registered: switch it on or log "
                    "it in.",
                    name=endpoint.name,
                )
            )
        if endpoint._is_busy():
            raise UserError(
                self.env._(
                    "Your telephone %(name)s is busy: end the other call first.",
                    name=endpoint.name,
                )
            )
        return endpoint

    @api.model
    def _dialled_party(
        self, phone_number_id, number, customer_id, partner_id, lead_id=None
    ):
        """(res.partner, crm.pool.customer, number): parties that the user sees, and
        the number of one, which he may see masked."""
        partner = self.env["res.partner"].browse(partner_id or [])
        partner.check_access("read")
        customer = self.env["crm.pool.customer"].browse(customer_id or [])
        customer.check_access("read")
        lead = self.env["crm.lead"].browse(lead_id or [])
        lead.check_access("read")
        row = self._row_to_dial(lead or partner or customer.partner_id, number)
        if phone_number_id:
            row = self.env["crm.phone.number"].browse(phone_number_id)
            row.check_access("read")
        if row:
            partner = row.partner_id or row.lead_id.partner_id
            partner.check_access("read")
            # superuser: the exchange gets the number that the agent does not read
            row_sudo = row.with_env(customer._privileged().env)
            number = row_sudo.e164 or row_sudo.number
        if not number:
            raise UserError(self.env._("There is no number to call."))
        partner = partner or customer.partner_id
        if not partner:
            found = self.env["crm.phone.number"]._match(number).partner_id
            if len(found.commercial_partner_id) == 1:
                partner = found[0]
        return partner, customer or partner.pool_customer_id, number

    @api.model
    def _number_to_dial(self, server, number, shown=None):
        """(what is dialled, E.164 or False). Raises UserError for what is no number.

        :param shown: the number as the user may read it
        """
        prefix = server.prefix or ""
        shown = shown or number
        try:
            e164 = normalise(number, server.country_id.code).e164
        except NumberError as error:
            plain = digits(number)
            compact = "".join(c for c in str(number) if c not in " -()")
            if not plain or len(plain) > SHORT or compact != plain:
                raise UserError(
                    self.env._(
                        "%(number)s cannot be dialled: it is not a telephone number.",
                        number=shown,
                    )
                ) from error
            return plain, False
        parsed = phonenumbers.parse(e164)
        home = phonenumbers.region_code_for_number(parsed) == server.country_id.code
        if server.number_format == "e164":
            dialled = e164
        elif server.number_format == "national" and home:
            style = phonenumbers.PhoneNumberFormat.NATIONAL
            dialled = digits(phonenumbers.format_number(parsed, style))
        else:
            dialled = f"00{e164[1:]}"
        try:
            return dialable(prefix + dialled), e164
        except ValueRefused as error:
            raise UserError(
                self.env._("%(number)s cannot be dialled.", number=shown)
            ) from error

    @api.model
    def _check_restriction(self, partner, number, channel="call"):
        """Whoever must not be called is not called, by any way (P60)."""
        found = self.env["crm.contact.restriction"]._restriction_for(
            partner=partner, number=number, channel=channel
        )
        if found:
            raise UserError(
                self.env._(
                    "%(name)s must not be called: the contact is restricted.",
                    name=partner.display_name or number,
                )
            )
