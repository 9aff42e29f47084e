import logging
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

# Results that are an outcome without asking anybody.
AUTOMATIC = (
    "busy",
    "no_answer",
    "void_number",
    "powered_off",
    "rejected",
    "congestion",
    "machine",
)
# The PBX may still have something to say about a call that has just ended.
GRACE = timedelta(seconds=2)
ASKED_FOR = timedelta(hours=8)


class CrmCall(models.Model):
    _inherit = "crm.call"

    def action_set_outcome(self, outcome_id, note=None, next_visit_date=None):
        """What the agent tells after the call: once, on the record of the call.

        :param next_visit_date: UTC, as text or datetime
        """
        self.ensure_one()
        self.check_access("read")
        if self.user_id != self.env.user:
            raise AccessError(self.env._("This is the call of somebody else."))
        if not self.record_id:
            raise UserError(
                self.env._("There is no customer to keep this outcome with.")
            )
        vals = {"outcome_id": outcome_id}
        if note:
            vals["note"] = note
        if next_visit_date:
            vals["next_visit_date"] = next_visit_date
        self.record_id.write(vals)
        self._tell_answered()
        return True

    def _tell_answered(self):
        """Every tab of the agent's, also one that opens later and hears old messages,
        is told that the question is answered."""
        call_sudo = self._as_exchange()
        call_sudo.revision += 1
        call_sudo._notify_users()

    @api.model
    def _settle_calls(self, server, most=200):
        """Do, once, what follows from a call's end: contact record, bad number.

        :param most: how many calls
        :return: the crm.call rows that were settled
        """
        now = fields.Datetime.now()
        calls = self.search(
            [
                ("server_id", "=", server.id),
                ("is_settled", "=", False),
                ("state", "=", "ended"),
                ("ended_at", "<=", now - GRACE),
            ],
            limit=most,
        )
        for call in calls:
            try:
                with self.env.cr.savepoint():
                    call._settle(now)
            except UserError:
                # a customer's data that forbid a record must not hold up other calls
                _logger.exception("call %s: no contact record", call.linkedid)
                call.is_settled = True
        return calls

    def _settle(self, now):
        self.ensure_one()
        vals = {"is_settled": True}
        if self.result == "void_number" and self.direction == "out":
            self._count_bad_number()
        if record := self._record_contact(now):
            vals["record_id"] = record.id
        vals["revision"] = self.revision + 1
        self.write(vals)

    def _record_contact(self, now):
        """The contact record of the call; none for calls that reached no network, for
        unknown callers, and for calls nobody took."""
        spoke = self.result == "answered"
        tried = self.direction == "out" and self.result in AUTOMATIC
        if not (spoke or tried) or not self.user_id or not self.customer_id:
            return self.env["crm.contact.record"]
        outcome = self.env["crm.contact.outcome"]
        if tried:
            outcome = outcome.search([("code", "=", self.result)], limit=1)
        return self.env["crm.contact.record"].create(
            {
                "customer_id": self.customer_id.id,
                "partner_id": self._contact_person().id,
                "user_id": self.user_id.id,
                "channel": "call",
                "direction": self.direction,
                "outcome_id": outcome.id,
                # the PBX's clock may be ahead of ours
                "date": min(self.ended_at, now),
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _contact_person(self):
        customer = self.customer_id.partner_id
        belongs = self.partner_id.commercial_partner_id == customer
        return self.partner_id if belongs else customer

    def _count_bad_number(self):
        numbers = self.env["crm.phone.number"].search(
            [
                ("e164", "=", self.e164),
                ("partner_id", "child_of", self.partner_id.commercial_partner_id.id),
            ]
        )
        if self.e164 and self.partner_id:
            for number in numbers:
                number.bad_count += 1

    def _is_asked(self, user):
        """Whether the agent has still to tell how the call went."""
        self.ensure_one()
        return bool(
            self.user_id == user
            and self.state == "ended"
            and self.result == "answered"
            and self.record_id
            and not self.record_id.outcome_id
        )

    @api.model
    def _unasked_since(self):
        return fields.Datetime.now() - ASKED_FOR

    @api.model
    def _epoch_start(self):
        return datetime(1970, 1, 1)
