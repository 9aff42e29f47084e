from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_stage_pipeline.numbering import NumberError, normalise

# A call that never got its result keeps the number this long.
CALL_LEASE = timedelta(hours=2)
HISTORY = 5


class CrmCalleeResult(models.Model):
    """Calling a callee in one's hands, and what came of it (T4, T5)."""

    _inherit = "crm.callee"

    def action_call(self):
        """Dial: asks once more whether that is allowed, now.

        :return: {"code": "dialing" | "refused", "message", "link"}; link is what the
            agent's own telephone opens, empty when the exchange dials
        """
        self.ensure_one()
        self._check_mine()
        now = fields.Datetime.now()
        # agents have no right to write callees; this one is in his hands
        callee_sudo = self._as_superuser()
        exclusion = callee_sudo._exclusion(now, self.env.user)
        if exclusion:
            message = callee_sudo._exclusion_sentence(exclusion)
            callee_sudo._go_back()
            if exclusion.reason != "hidden":
                callee_sudo._apply_exclusion(exclusion)
            return {"code": "refused", "message": message, "link": ""}
        callee_sudo.write({"state": "dialing", "lease_until": now + CALL_LEASE})
        return {"code": "dialing", "message": "", **self._dial()}

    def action_record(
        self, outcome_id, note="", callback_at=False, callback_by="me", visit_at=False
    ):
        """Record what came of the call and let the callee go on from there.

        :param outcome_id: one of the campaign's outcomes
        :param callback_at: "YYYY-MM-DD HH:MM" on the callee's clock; required by an
            outcome that is a callback
        :param callback_by: "me" or "anyone"
        :param visit_at: next visit of the customer, naive UTC as text, or False for
            what the campaign says
        :return: {"code": state of the callee, "message"}
        """
        self.ensure_one()
        self._check_mine()
        # in his hands; attempts and callees are written by the campaign only
        callee_sudo = self._as_superuser()
        setting = callee_sudo.campaign_id.outcome_ids.filtered(
            lambda line: line.outcome_id.id == outcome_id
        )
        if not setting:
            raise UserError(self.env._("This outcome is not one of the campaign's."))
        now = fields.Datetime.now()
        again = False
        if setting.outcome_id.is_callback:
            again = callee_sudo._callback_moment(callback_at, now)
        callee_sudo._record_contact(setting, note, visit_at, again, now, self.env)
        callee_sudo._record_attempt(setting.outcome_id, now)
        callee_sudo._mark_number(setting.outcome_id)
        vals = {
            "agent_id": False,
            "claimed_at": False,
            "lease_until": False,
            "is_callback": False,
            "callback_user_id": False,
            "exclusion_reason": False,
            "attempt_count": callee_sudo.attempt_count + 1,
            "last_attempt_at": now,
            "last_outcome_id": setting.outcome_id.id,
        }
        vals.update(callee_sudo._prepare_next_vals(setting, again, callback_by, now))
        callee_sudo.write(vals)
        return {"code": callee_sudo.state, "message": self._result_sentence()}

    def _dial(self):
        """How the call is made; an addon with a telephone exchange overrides this."""
        return {"link": f"tel:{self._as_superuser().e164}"}

    def _prepare_next_vals(self, setting, again, callback_by, now):
        """Callback, once more after a delay, or finished."""
        self.ensure_one()
        outcome = setting.outcome_id
        if again:
            by = self.agent_id.id if callback_by == "me" else False
            return {
                "state": "callback",
                "is_callback": True,
                "next_at": again,
                "callback_user_id": by,
            }
        ends = (
            outcome.is_done
            or outcome.is_sale
            or outcome.is_not_interested
            or outcome.is_wrong_number
            or outcome.is_do_not_call
        )
        # the attempt just made is among them
        times = sum(a.outcome_id == outcome for a in self.attempt_ids)
        if ends or not setting.delay_minutes or times > setting.max_times:
            return {"state": "done"}
        if self.attempt_count + 1 >= self.campaign_id.max_attempts:
            return {"state": "excluded", "exclusion_reason": "attempts"}
        return {
            "state": "ready",
            "next_at": now + timedelta(minutes=setting.delay_minutes),
        }

    def _record_contact(self, setting, note, visit_at, again, now, env):
        """Write the contact record in the agent's name, move the customer on."""
        self.ensure_one()
        # in the agent's name and with his rights, not the campaign's
        customer = self.customer_id.with_env(env)
        if customer:
            visit = visit_at or again
            if not visit and setting.next_visit_days:
                visit = now + timedelta(days=setting.next_visit_days)
            env["crm.contact.record"].create(
                {
                    "customer_id": customer.id,
                    "channel": "call",
                    "direction": "out",
                    "outcome_id": setting.outcome_id.id,
                    "date": now,
                    "note": note or False,
                    "next_visit_date": visit,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            if setting.stage_code:
                customer.action_promote(setting.stage_code)
        elif setting.outcome_id.is_do_not_call:
            self.env["crm.contact.restriction"].create(
                {
                    "kind": "number",
                    "number": self.e164,
                    "channel": "call",
                    "company_id": self.company_id.id,
                    "reason": self.env._("Asked not to be contacted."),
                    "source": env.user.name,
                }
            )

    def _record_attempt(self, outcome, now):
        self.env["crm.call.attempt"].create(
            {
                "callee_id": self.id,
                "campaign_id": self.campaign_id.id,
                "company_id": self.company_id.id,
                "customer_id": self.customer_id.id,
                "lead_id": self.lead_id.id,
                "e164": self.e164,
                "user_id": self.agent_id.id,
                "started_at": self.claimed_at or now,
                "ended_at": now,
                "outcome_id": outcome.id,
                "script_id": self.campaign_id.script_id.id,
            }
        )

    def _mark_number(self, outcome):
        """A number found void or wrong often enough is called no more (T5)."""
        if outcome.is_wrong_number and self.number_id:
            self.number_id.bad_count += 1

    def _callback_moment(self, text, now):
        """The agreed time on the callee's clock as naive UTC.

        :raises ValidationError: missing, unreadable or past
        """
        self.ensure_one()
        try:
            wall = datetime.fromisoformat(str(text or "").strip())
        except ValueError as error:
            raise ValidationError(
                self.env._("When shall the callee be called back? Give day and time.")
            ) from error
        zone = ZoneInfo(next(iter(self._zones()), "UTC"))
        moment = wall.replace(tzinfo=zone, second=0, microsecond=0)
        moment = moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        if moment <= now:
            raise ValidationError(
                self.env._(
                    "There it is already %(time)s: choose a later time.",
                    time=self._clock_of_callee(now),
                )
            )
        return moment

    def _result_sentence(self):
        callee_sudo = self._as_superuser()
        label = dict(self._fields["state"]._description_selection(self.env))
        if callee_sudo.state not in ("ready", "callback"):
            return label[callee_sudo.state]
        return self.env._(
            "%(state)s, not before %(time)s there.",
            state=label[callee_sudo.state],
            time=callee_sudo._clock_of_callee(callee_sudo.next_at),
        )

    def _snapshot(self):
        """What the call desk shows, as plain data; texts of people are never HTML.

        Called with superuser rights for a callee in the current user's hands.
        """
        self.ensure_one()
        campaign, partner = self.campaign_id, self._partner()
        zones = self._zones()
        values = self._placeholder_values()
        return {
            "id": self.id,
            "name": self.name,
            "number": self._written_number(),
            "state": self.state,
            "city": partner.city or self.lead_id.city or "",
            "zone": zones[0] if zones else "",
            "clock": self._clock_of_callee(fields.Datetime.now()),
            "lease_until": fields.Datetime.to_string(self.lease_until),
            "attempts": self.attempt_count,
            "last_outcome": self.last_outcome_id.name or "",
            "partner_id": partner.id,
            "customer_id": self.customer_id.id,
            "lead_id": self.lead_id.id,
            "campaign": {
                "id": campaign.id,
                "name": campaign.name,
                "utm_id": campaign.utm_campaign_id.id,
                "wrap_up_seconds": campaign.wrap_up_seconds,
            },
            "script": campaign.script_id._snapshot(values)
            if campaign.script_id
            else False,
            "outcomes": [
                {
                    "id": line.outcome_id.id,
                    "name": line.outcome_id.name,
                    "is_callback": line.outcome_id.is_callback,
                }
                for line in campaign.outcome_ids
            ],
            "history": self._history(),
        }

    def _written_number(self):
        """The number as people read it: national at home, else international."""
        region = self.company_id.country_id.code
        try:
            return normalise(self.e164, region).written(region)
        except NumberError:
            return self.e164

    def _placeholder_values(self):
        partner = self._partner()
        person = partner.child_ids.filtered(lambda p: p.type == "contact")[:1]
        return {
            "contact": person.name or self.lead_id.contact_name or self.name,
            "customer": self.customer_id.name or self.lead_id.partner_name or self.name,
            "city": partner.city or self.lead_id.city,
            "agent": self.env.user.name,
            "company": self.company_id.name,
            "campaign": self.campaign_id.name,
        }

    def _history(self):
        """The last contacts that the agent may see."""
        if not self.customer_id:
            return []
        records = (
            self.env["crm.contact.record"]
            .sudo(False)
            .search([("customer_id", "=", self.customer_id.id)], limit=HISTORY)
        )
        return [
            {
                "id": record.id,
                "date": fields.Datetime.to_string(record.date),
                "user": record.user_id.name,
                "outcome": record.outcome_id.name or "",
                "note": record.note or "",
            }
            for record in records
        ]
