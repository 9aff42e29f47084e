import logging
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)
_ZERO = Decimal(0)
# entries keep twelve decimals each
_TOLERANCE = Decimal("0.000001")


class CrmIncentiveAggregate(models.AbstractModel):
    """What people's credits earn as sums, by a second way than the ledger's.

    The ledger rates credit after credit in SQL; this sums them up and puts each sum
    through the pure rate table. Both must agree: that is the nightly check. A draft
    version is replayed on past credits, and a forecast made, by the same sums.
    """

    _name = "crm.incentive.aggregate"
    _description = "Incentive Aggregate"

    def _earned(self, plan, version=None, date_from=None, date_to=None):
        """{(participant id, code, window): exact Decimal} by rate tables.

        By the approved versions, or by ``version`` alone as if it had always held.
        """
        result = defaultdict(lambda: _ZERO)
        before = defaultdict(lambda: _ZERO)
        components = {}
        for row in self._sums(plan, version, date_from, date_to):
            participant_id, component_id, window, deal, total = row
            if component_id not in components:
                part = self.env["crm.incentive.plan.component"].browse(component_id)
                components[component_id] = (part, part.rate_table_id._to_rate_table())
            part, table = components[component_id]
            key = (participant_id, part.code, window)
            running = part.scope == "running"
            place = (*key, "" if running else deal)
            start = before[place]
            after = start + Decimal(total)
            result[key] += table.cumulative(part.mode, after) - table.cumulative(
                part.mode, start
            )
            before[place] = after
        return dict(result)

    def _sums(self, plan, version, date_from, date_to):
        """Credits in the plan's currency by person, component, window and deal."""
        self.env.flush_all()
        unit = Decimal(str(plan.currency_id.rounding))
        return self.env.execute_query(
            SQL(
                """
                WITH component AS MATERIALIZED (%(components)s),
                candidate AS MATERIALIZED (%(candidates)s),
                rate AS MATERIALIZED (%(rates)s)
                SELECT candidate.participant_id, candidate.component_id,
                       candidate.window_key, candidate.deal,
                       SUM(ROUND(candidate.amount * rate.value / %(unit)s)
                           * %(unit)s)::text
                  FROM candidate
                  JOIN rate USING (credit_currency_id, date)
                 WHERE rate.value IS NOT NULL
              GROUP BY candidate.participant_id, candidate.component_id,
                       candidate.window_key, candidate.deal
              ORDER BY MIN(candidate.component_from), candidate.component_id
                """,
                components=self._components(plan, version),
                candidates=self._candidates(plan, date_from, date_to),
                rates=self.env["crm.incentive.ledger"]._rates(plan.company_id),
                unit=unit,
            )
        )

    def _components(self, plan, version):
        if version is None:
            every = self.env["crm.incentive.ledger"]._components(plan.company_id)
            return SQL(
                "SELECT * FROM (%s) part WHERE plan_id = %s AND measure_id IS NOT NULL",
                every,
                plan.id,
            )
        return SQL(
            """
            SELECT part.id AS component_id, part.measure_id, part.scope,
                   '-infinity'::date AS date_from, NULL::date AS date_to
              FROM crm_incentive_plan_component part
             WHERE part.version_id = %s AND part.measure_id IS NOT NULL
            """,
            version.id,
        )

    def _candidates(self, plan, date_from, date_to):
        """Credits in force of people on the plan, each under its component."""
        return SQL(
            """
            SELECT credit.participant_id, credit.date, credit.amount,
                   credit.currency_id AS credit_currency_id,
                   %(target)s::integer AS currency_id, component.component_id,
                   component.date_from AS component_from,
                   CASE component.scope WHEN 'running' THEN ''
                        ELSE credit.transaction_key END AS deal,
                   CASE component.scope WHEN 'running'
                        THEN DATE_TRUNC(%(step)s, credit.date)::date::text
                        ELSE '' END AS window_key
              FROM crm_incentive_credit credit
              JOIN component
                ON component.measure_id = credit.measure_id
               AND component.date_from <= credit.date
               AND (component.date_to IS NULL OR component.date_to > credit.date)
             WHERE credit.company_id = %(company)s AND %(stands)s
               AND (%(first)s::date IS NULL OR credit.date >= %(first)s)
               AND (%(last)s::date IS NULL OR credit.date <= %(last)s)
               AND EXISTS (
                    SELECT 1 FROM crm_incentive_plan_assignment assignment
                     WHERE assignment.plan_id = %(plan)s
                       AND assignment.participant_id = credit.participant_id
                       AND assignment.date_from <= credit.date
                       AND COALESCE(assignment.date_to, credit.date) >= credit.date)
            """,
            stands=self.env["crm.incentive.credit"]._stands("credit"),
            target=plan.currency_id.id,
            step=plan.accumulation,
            company=plan.company_id.id,
            first=date_from,
            last=date_to,
            plan=plan.id,
        )

    def _stated(self, plan, date_to):
        """{(participant id, code, window): (exact, rounded, periods)} of the ledger."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.participant_id, entry.component_code,
                       CASE component.scope WHEN 'running' THEN entry.window_key
                            ELSE '' END,
                       SUM(entry.amount_exact)::text, SUM(entry.amount)::text,
                       COUNT(DISTINCT entry.period_id)
                  FROM crm_incentive_entry entry
                  JOIN crm_incentive_plan_component component
                    ON component.id = entry.component_id
                 WHERE entry.plan_id = %s AND entry.credit_id IS NOT NULL
                   AND entry.date <= %s
              GROUP BY 1, 2, 3
                """,
                plan.id,
                date_to,
            )
        )
        return {row[:3]: (Decimal(row[3]), Decimal(row[4]), row[5]) for row in rows}

    def _differences(self, plan):
        """Where the ledger up to the last computed day disagrees with the sums.

        A running total that two versions pay depends on the order in which late
        documents came, which sums do not know: such totals are left out.
        """
        last = self._last_computed(plan.company_id)
        if not last:
            return []
        wanted = self._earned(plan, date_to=last)
        stated = self._stated(plan, last)
        mixed = self._mixed(plan)
        unit = Decimal(str(plan.currency_id.rounding))
        result = []
        for key in sorted(wanted.keys() | stated.keys()):
            if key in mixed:
                continue
            right = wanted.get(key, _ZERO)
            exact, rounded, periods = stated.get(key, (_ZERO, _ZERO, 0))
            wrong = abs(right - exact) > _TOLERANCE * max(periods, 1)
            if wrong or abs(rounded - exact) > unit * max(periods, 1):
                result.append((*key, right, rounded))
        return result

    def _last_computed(self, company):
        """The last day up to which the ledger was brought."""
        runs = self.env["crm.incentive.run"].search(
            [("company_id", "=", company.id), ("state", "=", "done")]
        )
        return max(runs.period_id.mapped("date_to"), default=None)

    def _mixed(self, plan):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT participant_id, component_code, window_key
                  FROM crm_incentive_entry
                 WHERE plan_id = %s AND credit_id IS NOT NULL
              GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT version_id) > 1
                """,
                plan.id,
            )
        )
        return set(rows)


class CrmIncentiveAlarm(models.Model):
    """The ledger and the sums disagree: found by the nightly check, for the planner.

    One open alarm per running total; the check closes it when both agree again.
    """

    _name = "crm.incentive.alarm"
    _description = "Incentive Alarm"
    _order = "is_open desc, id desc"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    plan_id = fields.Many2one(
        comodel_name="crm.incentive.plan",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    component_code = fields.Char(required=True, readonly=True)
    window_key = fields.Char(string="Running Total", readonly=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    stated = fields.Monetary(string="In the Ledger", readonly=True)
    right = fields.Monetary(string="By the Sums", readonly=True)
    is_open = fields.Boolean(string="Open", default=True, readonly=True)

    _open_unique = models.UniqueIndex(
        "(plan_id, participant_id, component_code, window_key) WHERE is_open"
    )

    @api.depends("plan_id.name", "participant_id.name")
    def _compute_display_name(self):
        for alarm in self:
            names = (alarm.plan_id.name or "", alarm.participant_id.name or "")
            alarm.display_name = ", ".join(names)

    @api.model
    def _cron_check(self):
        """Compare every plan's ledger with its sums; open and close alarms."""
        for plan in self.env["crm.incentive.plan"].search([("active", "=", True)]):
            found = self.env["crm.incentive.aggregate"]._differences(plan)
            self._raise(plan, found)

    def _raise(self, plan, found):
        known = {
            (a.participant_id.id, a.component_code, a.window_key or ""): a
            for a in self.search([("plan_id", "=", plan.id), ("is_open", "=", True)])
        }
        for participant_id, code, window, right, stated in found:
            alarm = known.pop((participant_id, code, window), None)
            values = {"right": float(right), "stated": float(stated)}
            if alarm:
                alarm.write(values)
                continue
            self.create(
                {
                    "company_id": plan.company_id.id,
                    "plan_id": plan.id,
                    "participant_id": participant_id,
                    "component_code": code,
                    "window_key": window,
                    **values,
                }
            )
            _logger.error(
                "Incentive ledger of plan %s, participant %s, %s %s: %s instead of %s",
                *(plan.id, participant_id, code, window, stated, right),
            )
            plan.message_post(
                body=self.env._("The nightly check found a wrong sum: see Alarms.")
            )
        for alarm in known.values():
            alarm.is_open = False
