from collections import namedtuple
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytz

from odoo import fields, models

from ..calling_hours import CallingHoursError, candidate_zones
from .crm_callee import LIVE_STATES

Exclusion = namedtuple("Exclusion", "reason retry_at")


class CrmCalleeEligibility(models.Model):
    """May this callee be called? One answer, asked three times (T6, T7).

    Asked when a list is loaded, when a callee is handed out, and again at the moment
    of dialling: what was allowed in the morning may be forbidden now.
    """

    _inherit = "crm.callee"

    def action_reconsider(self):
        """Look again at callees that were left out: a number may be right now."""
        # callees are written by the campaign only; whoever sees them may ask
        callees_sudo = self._as_superuser().filtered(
            lambda callee: callee.state == "excluded"
        )
        callees_sudo.write({"state": "ready", "exclusion_reason": False})
        callees_sudo._apply_exclusions()
        return True

    def _exclusion(self, now, agent=None):
        """Why the callee must not be called at `now`, or None.

        Asked with superuser rights: attempts and calls of all agents count.

        :param datetime now: naive UTC
        :param agent: the user who would call; the customer must be visible to him
        :return: Exclusion with the reason's code and the moment (UTC) from which it
            may hold no more; None there means for good, or as long as somebody else
            changes nothing
        """
        self.ensure_one()
        return (
            self._exclusion_for_good()
            or self._exclusion_by_agent(agent)
            or self._exclusion_by_attempts(now)
            or self._exclusion_by_hours(now)
        )

    def _exclusion_for_good(self):
        owner = self.customer_id or self.lead_id
        if not owner.active or not (self._partner().active or self.lead_id):
            return Exclusion("archived", None)
        if not self.e164:
            return Exclusion("no_number", None)
        if self.number_id.bad_count >= self.campaign_id.bad_number_limit:
            return Exclusion("bad_number", None)
        restriction = (
            self.env["crm.contact.restriction"]
            .with_company(self.company_id)
            ._restriction_for(
                partner=self._partner() or None, number=self.e164, channel="call"
            )
        )
        if restriction:
            return Exclusion("restricted", None)
        if not self.is_callback and self.attempt_count >= self.campaign_id.max_attempts:
            return Exclusion("attempts", None)
        return None

    def _exclusion_by_agent(self, agent):
        if agent is None:
            return None
        owner = self.customer_id or self.lead_id
        if not owner.with_user(agent).has_access("read"):
            return Exclusion("hidden", None)
        return None

    def _exclusion_by_attempts(self, now):
        """Gap, cap and simultaneous calls of the number over all campaigns."""
        others = self.search_count(
            [
                ("e164", "=", self.e164),
                ("state", "in", LIVE_STATES),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if others:
            return Exclusion("busy_elsewhere", now + timedelta(minutes=1))
        day_start, day_end = self._callee_day(now)
        attempts = self.env["crm.call.attempt"]
        today = attempts.search(
            [("e164", "=", self.e164), ("started_at", ">=", day_start)],
            order="started_at desc",
        )
        if len(today) >= self.campaign_id.daily_cap:
            return Exclusion("cap", day_end)
        gap = timedelta(minutes=self.campaign_id.min_gap_minutes)
        last = attempts.search(
            [("e164", "=", self.e164), ("started_at", ">", now - gap)],
            order="started_at desc",
            limit=1,
        )
        if last and not self.is_callback:
            return Exclusion("gap", last.started_at + gap)
        return None

    def _exclusion_by_hours(self, now):
        hours = self.campaign_id.calendar_id._calling_hours()
        zones = self._zones()
        try:
            verdict = hours.judge(now, zones)
            if verdict.is_open:
                return None
            return Exclusion(verdict.reason, hours.next_opening(now, zones))
        except CallingHoursError:
            return Exclusion("no_zone", None)

    def _zones(self):
        """Names of the zones the callee may be in, by address, else by number."""
        self.ensure_one()
        country = self._partner().country_id or self.lead_id.country_id
        code = country.code or ""
        return candidate_zones(
            self.e164 or "", code, pytz.country_timezones.get(code, ())
        )

    def _callee_day(self, now):
        """Start and end (naive UTC) of the callee's day, in his first zone."""
        zone = ZoneInfo(next(iter(self._zones()), "UTC"))
        local = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        midnight = datetime(local.year, local.month, local.day)
        return tuple(
            (midnight + timedelta(days=days))
            .replace(tzinfo=zone)
            .astimezone(ZoneInfo("UTC"))
            .replace(tzinfo=None)
            for days in (0, 1)
        )

    def _apply_exclusions(self):
        """Store for each callee why it cannot be called now, if so."""
        now = fields.Datetime.now()
        for callee in self:
            callee._apply_exclusion(callee._exclusion(now))

    def _apply_exclusion(self, exclusion):
        """Move a waiting callee to when it may be called, or leave it out for good."""
        self.ensure_one()
        if exclusion is None:
            if self.exclusion_reason:
                self.exclusion_reason = False
        elif exclusion.retry_at:
            self.write(
                {"exclusion_reason": exclusion.reason, "next_at": exclusion.retry_at}
            )
        else:
            self.write({"state": "excluded", "exclusion_reason": exclusion.reason})

    def _exclusion_labels(self):
        return self._fields["exclusion_reason"]._description_selection(self.env)

    def _exclusion_sentence(self, exclusion):
        """The reason in words, with the next moment on the callee's own clock."""
        self.ensure_one()
        label = dict(self._exclusion_labels())[exclusion.reason]
        if not exclusion.retry_at:
            return label
        return self.env._(
            "%(reason)s; again from %(time)s there.",
            reason=label,
            time=self._clock_of_callee(exclusion.retry_at),
        )

    def _clock_of_callee(self, moment):
        zone = ZoneInfo(next(iter(self._zones()), "UTC"))
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
        return local.strftime("%Y-%m-%d %H:%M")
