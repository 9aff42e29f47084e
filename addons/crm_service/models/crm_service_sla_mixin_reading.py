from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..sla import HorizonError, WorkingTime, read_clock
from .crm_service_sla_mixin import KINDS

# days of a calendar that are looked at, one after the other, until a deadline is found
HORIZONS = (30, 120, 500, 2000)


class CrmServiceSlaMixin(models.AbstractModel):
    """Reading the clocks: deadlines, explanation in words, escalation.

    - The stored deadline is what the clocks said when they last moved; before a
      breach is recorded they are read again, so a holiday entered meanwhile counts.
    """

    _inherit = "crm.service.sla.mixin"

    sla_explanation = fields.Text(
        string="Why These Times",
        compute="_compute_sla_explanation",
        groups="base.group_user",
    )

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------
    @api.depends("sla_id", "sla_segment_ids", "response_status", "resolution_status")
    @api.depends_context("lang", "tz")
    def _compute_sla_explanation(self):
        records_sudo = self._engine_sudo()
        readings = records_sudo._sla_read(fields.Datetime.now())
        segments = records_sudo._sla_segments()
        for record in records_sudo:
            lines = [record._sla_explain_policy()] if record.id else []
            for kind in KINDS:
                if reading := readings.get((record.id, kind)):
                    lines.append(
                        record._sla_explain_clock(
                            kind, reading, segments[record.id, kind]
                        )
                    )
            record.sla_explanation = "\n".join(lines)

    # ------------------------------------------------------------------
    # Business: reading
    # ------------------------------------------------------------------
    def _sla_segments(self):
        """{(record id, kind): segments in order}, for all records at once."""
        segments = self.env["crm.service.sla.segment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        return segments.grouped(lambda segment: (segment.res_id, segment.kind))

    def _sla_last_segments(self):
        return {key: segments[-1] for key, segments in self._sla_segments().items()}

    def _sla_read(self, now):
        """{(record id, kind): Reading} of the clocks that have a promise."""
        waiting = {
            key: segments
            for key, segments in self._sla_segments().items()
            if segments[-1].budget_minutes
        }
        readings = {}
        for days in HORIZONS:
            if not waiting:
                break
            works = self._sla_working_times(waiting.values(), now, days)
            left = {}
            for key, segments in waiting.items():
                parts = [
                    segment._to_segment(works[segment.calendar_id.id])
                    for segment in segments
                ]
                try:
                    readings[key] = read_clock(parts, now)
                except HorizonError:
                    left[key] = segments
            waiting = left
        return readings

    @api.model
    def _sla_working_times(self, groups, now, days):
        """{calendar id: WorkingTime} from the first segment to `days` after now."""
        begins, ends, calendars = {}, {}, {}
        for segments in groups:
            for segment in segments:
                key = segment.calendar_id.id
                calendars[key] = segment.calendar_id
                begins[key] = min(begins.get(key, segment.start), segment.start)
                ends[key] = max(ends.get(key, now), segment.start)
        works = {}
        for key, calendar in calendars.items():
            begin, end = begins[key], ends[key] + timedelta(days=days)
            if not calendar:
                works[key] = WorkingTime([(begin, end)])
                continue
            intervals = calendar._work_intervals_batch(
                pytz.utc.localize(begin), pytz.utc.localize(end)
            )[False]
            works[key] = WorkingTime(
                (
                    start.astimezone(pytz.utc).replace(tzinfo=None),
                    stop.astimezone(pytz.utc).replace(tzinfo=None),
                )
                for start, stop, _records in intervals
            )
        return works

    # ------------------------------------------------------------------
    # Business: in words
    # ------------------------------------------------------------------
    def _sla_explain_policy(self):
        if not self.sla_id:
            return self.env._(
                "Nothing is promised: no policy fits this request. Times are counted "
                "all the same."
            )
        return self.env._("Promise “%(policy)s”.", policy=self.sla_id.name)

    def _sla_explain_clock(self, kind, reading, segments):
        self.ensure_one()
        last = segments[-1]
        names = dict(last._fields["kind"]._description_selection(self.env))
        values = {
            "clock": names[kind],
            "budget": self._sla_duration(last.budget_minutes),
            "hours": last.calendar_id.name or self.env._("round the clock"),
            "used": self._sla_duration(reading.consumed.total_seconds() // 60),
            "start": format_datetime(self.env, segments[0].start),
            "pauses": sum(segment.reason == "waiting" for segment in segments),
        }
        text = self.env._(
            "%(clock)s: %(budget)s of working time (%(hours)s) from %(start)s; "
            "used %(used)s, paused %(pauses)s times.",
            **values,
        )
        if reading.deadline:
            due = format_datetime(self.env, reading.deadline)
            return f"{text} " + self.env._("Due %(due)s.", due=due)
        rest = self._sla_duration(reading.remaining.total_seconds() // 60)
        return f"{text} " + self.env._(
            "Paused with %(rest)s left; the due time moves on.", rest=rest
        )

    @api.model
    def _sla_duration(self, minutes):
        hours, minutes = divmod(int(minutes), 60)
        if not hours:
            return self.env._("%(minutes)s min", minutes=minutes)
        if not minutes:
            return self.env._("%(hours)s h", hours=hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)

    # ------------------------------------------------------------------
    # Business: escalation
    # ------------------------------------------------------------------
    @api.model
    def _sla_due_domain(self):
        return Domain("sla_next_step_at", "<", fields.Datetime.now())

    @api.model
    def _sla_escalate(self, limit):
        """Take the steps that are due for up to `limit` records; how many were read."""
        now = fields.Datetime.now()
        records_sudo = self._engine_sudo().search(
            self._sla_due_domain(), limit=limit, order="sla_next_step_at, id"
        )
        if not records_sudo:
            return 0
        records_sudo._sla_refresh(now)
        steps = records_sudo.env["crm.service.sla.escalation"].search(
            [("res_model", "=", self._name), ("res_id", "in", records_sudo.ids)]
        )
        taken = {(step.res_id, step.kind, step.due_at) for step in steps}
        for record in records_sudo:
            for kind in KINDS:
                due = record[f"{kind}_deadline"]
                if record[f"{kind}_status"] != "overdue":
                    continue
                if (record.id, kind, due) not in taken:
                    record._sla_record_breach(kind, due)
        return len(records_sudo)

    def _sla_record_breach(self, kind, due):
        self.ensure_one()
        user = self._sla_responsible()
        self.env["crm.service.sla.escalation"].create(
            {
                "res_model": self._name,
                "res_id": self.id,
                "kind": kind,
                "step": "breach",
                "due_at": due,
                "user_id": user.id,
            }
        )
        if user:
            told = self.with_context(lang=user.lang, tz=user.tz)
            names = dict(
                self.env["crm.service.sla.segment"]
                ._fields["kind"]
                ._description_selection(told.env)
            )
            told.activity_schedule(
                "crm_service.mail_activity_type_breach",
                user_id=user.id,
                summary=told.env._(
                    "%(clock)s was promised by %(due)s",
                    clock=names[kind],
                    due=format_datetime(told.env, due),
                ),
            )
