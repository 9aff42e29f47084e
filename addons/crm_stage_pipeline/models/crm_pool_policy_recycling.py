from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..pool.recycling import Clock, Rule, merge

# Rows whose dates are written in one statement.
CHUNK = 2000
# Up to so many owned customers a change of the rules moves the dates at once.
AT_ONCE = 4 * CHUNK


@dataclass(frozen=True)
class ReturnPlan:
    """What decides when the customers of one company return, read once for a run."""

    company_id: int
    rules: tuple[Rule, ...]
    clock_of: Callable[[str, int], Clock]
    keeps_deal: bool
    waits_paused: bool
    domains: dict = field(default_factory=dict)


class CrmPoolPolicy(models.Model):
    """A company's recycling: its rules, what they spare, when to ask first (P27)."""

    _inherit = "crm.pool.policy"

    recycle_rule_ids = fields.One2many(
        comodel_name="crm.pool.recycle.rule",
        inverse_name="policy_id",
        string="Recycling Rules",
        copy=True,
    )
    recycle_hour = fields.Integer(
        string="Hour of the Nightly Run",
        default=1,
        help="Hour of the day, 0 to 23, in the time zone of the quota.",
    )
    recycle_keep_deal = fields.Boolean(
        string="Keep Deal Customers",
        default=True,
        help="Customers of the stage deal never go back by a rule. Customers with "
        "an open order never do.",
    )
    recycle_keep_documents = fields.Boolean(
        string="Keep Customers with Open Documents",
        default=True,
        help="Customers with an open opportunity or quotation stay.",
    )
    recycle_wait_paused = fields.Boolean(
        string="Pausing Stops the Clock",
        help="Customers whose tracking is paused stay; the clock starts again when "
        "tracking is resumed.",
    )
    recycle_remind_days = fields.Integer(
        string="Reminder",
        default=3,
        help="Days before its return from which a customer is shown as about to be "
        "recycled.",
    )
    recycle_share_limit = fields.Float(
        string="Ask First Above",
        default=20.0,
        help="If a run would take back more than this share, in percent, of all "
        "customers that somebody owns, it stops and asks the managers first.",
    )
    recycle_share_floor = fields.Integer(
        string="But Not Below",
        default=20,
        help="A run that takes back no more customers than this never asks.",
    )
    recycle_confirmed_count = fields.Integer(
        readonly=True,
        copy=False,
        help="A manager has seen that so many customers would go and agreed.",
    )
    recycle_last_day = fields.Date(string="Last Nightly Run", readonly=True, copy=False)
    recycle_refresh_from = fields.Integer(
        readonly=True,
        copy=False,
        default=-1,
        help="The dates of customers above this number are yet to be computed; "
        "-1: all are.",
    )

    _recycle_check = models.Constraint(
        "CHECK (recycle_hour BETWEEN 0 AND 23 AND recycle_remind_days >= 0"
        " AND recycle_share_limit BETWEEN 0 AND 100 AND recycle_share_floor >= 0)",
        "The hour is 0 to 23, the share 0 to 100 percent, days are not negative.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"recycle_keep_deal", "recycle_wait_paused", "tz"}.intersection(vals):
            self._refresh()
        return result

    def _plan(self, rules=None):
        """What is needed to compute return dates.

        :param rules: records of crm.pool.recycle.rule; those in force when not given
        """
        self.ensure_one()
        rule_model = self.env["crm.pool.recycle.rule"]
        company_id = self.company_id.id
        if rules is None:
            pure = rule_model._rules_in_force(company_id)
        else:
            pure = rules._to_rules()
        return ReturnPlan(
            company_id=company_id,
            rules=pure,
            clock_of=self._clock_finder(),
            keeps_deal=self.recycle_keep_deal,
            waits_paused=self.recycle_wait_paused,
            domains={
                rule.id: rule_model.browse(rule.id)._filter_domain()
                for rule in pure
                if rule.has_domain
            },
        )

    def _clock_finder(self):
        """A function of (counting, owner's id) that knows the clocks it has made.

        Superuser: an agent does not read the working schedule and the time off of
        everybody.
        """
        policy_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        zone = self.tz
        clocks = {"calendar": Clock(zone)}

        def clock_of(counting, owner_id):
            key = counting if counting != "attended" else owner_id
            if key not in clocks:
                if "hours" not in clocks:
                    clocks["hours"] = policy_sudo._working_hours()
                    clocks["holidays"] = policy_sudo._absences([])
                absences = clocks["holidays"]
                if counting == "attended":
                    own = [("resource_id.user_id", "=", owner_id)]
                    absences = merge([*absences, *policy_sudo._absences(own)])
                clocks[key] = Clock(zone, clocks["hours"], absences)
            return clocks[key]

        return clock_of

    def _working_hours(self):
        """The company's working hours by (parity of the week, weekday), or None."""
        calendar = self.company_id.resource_calendar_id
        lines = calendar.attendance_ids.filtered(
            lambda line: not line.display_type and line.day_period != "lunch"
        )
        if calendar.flexible_hours or not lines:
            return None
        hours = {}
        for line in lines:
            parities = [int(line.week_type)] if calendar.two_weeks_calendar else [0, 1]
            for parity in parities:
                key = (parity, int(line.dayofweek))
                hours[key] = (*hours.get(key, ()), (line.hour_from, line.hour_to))
        return hours

    def _absences(self, owner_domain):
        """Merged absences: public holidays, or those of `owner_domain`."""
        domain = [
            ("time_type", "=", "leave"),
            ("company_id", "in", [self.company_id.id, False]),
        ]
        if owner_domain:
            domain += owner_domain
        else:
            calendar_ids = [self.company_id.resource_calendar_id.id, False]
            domain += [
                ("resource_id", "=", False),
                ("calendar_id", "in", calendar_ids),
            ]
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            domain, ["date_from", "date_to"]
        )
        return merge(
            (
                leave.date_from.replace(tzinfo=UTC),
                leave.date_to.replace(tzinfo=UTC) + timedelta(seconds=1),
            )
            for leave in leaves
        )

    # Dates of all customers, in batches

    def _refresh_clocks(self):
        """Holidays, time off or hours have changed: compute anew if a rule waits."""
        rules = self.env["crm.pool.recycle.rule"]
        self.filtered(
            lambda policy: any(
                rule.counting != "calendar"
                for rule in rules._rules_in_force(policy.company_id.id)
            )
        )._refresh()

    def _refresh(self):
        """Have the return dates of all owned customers computed anew.

        At once where there are few; else by the background job, which a run awaits.
        """
        for policy in self:
            policy.recycle_refresh_from = 0
            policy._refresh_chunk(AT_ONCE)
            if policy.recycle_refresh_from >= 0:
                # whoever may change rules may wake the job
                env_sudo = self.env["crm.pool.customer"]._privileged().env
                env_sudo.ref("crm_stage_pipeline.crm_pool_recycle_cron")._trigger()

    def _refresh_chunk(self, limit=CHUNK, plan=None):
        """Compute the dates of the next owned customers.

        :return: number of customers handled; less than `limit` at the end
        """
        self.ensure_one()
        customers = self.env["crm.pool.customer"]
        plan = plan or self._plan()
        ids = customers._owned_ids(self.company_id, self.recycle_refresh_from, limit)
        for start in range(0, len(ids), CHUNK):
            customers.browse(ids[start : start + CHUNK])._save_returns(plan)
        self.recycle_refresh_from = ids[-1] if len(ids) == limit else -1
        return len(ids)

    # The night

    def _local(self, moment):
        """A UTC moment (naive) in the company's zone."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.tz))

    def _is_night(self):
        """Whether tonight's run is due: once a local day, from the hour on.

        The day never goes back, whatever happens to the time zone.
        """
        local = self._local(fields.Datetime.now())
        last = self.recycle_last_day
        return local.hour >= self.recycle_hour and (not last or local.date() > last)

    def _next_night(self):
        """When the next nightly run begins (UTC, naive)."""
        zone = ZoneInfo(self.tz)
        local = self._local(fields.Datetime.now())
        day = local.date()
        if local.hour >= self.recycle_hour:
            day += timedelta(days=1)
        begin = datetime.combine(day, time(self.recycle_hour), zone)
        return begin.astimezone(UTC).replace(tzinfo=None)

    def _is_alarming(self, due, owned):
        """Whether `due` of `owned` customers is more than one takes unasked."""
        return (
            due > self.recycle_share_floor
            and due * 100 > owned * self.recycle_share_limit
        )

    def _needs_confirmation(self, due, owned):
        """Whether a run that would take so many must ask first."""
        return self._is_alarming(due, owned) and due > self.recycle_confirmed_count
