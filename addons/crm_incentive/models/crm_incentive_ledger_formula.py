import json
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..rating.rounding import round_money

_ZERO = Decimal(0)
# what an entry of a formula is, besides its credit: it has none
_SAME = (
    *("statement_id", "participant_id", "period_id", "origin_period_id", "kind"),
    *("plan_id", "version_id", "component_id", "component_code", "window_key"),
    *("formula_version_id", "date", "exchange_rate", "currency_id", "inputs"),
)
_TURNED = ("base_amount", "amount_exact", "amount")
_COMPARED = (
    *("version_id", "component_id", "window_key", "formula_version_id", "date"),
    *("currency_id", "inputs", "amount_exact", "amount", "base_before", "base_after"),
)
_REST = (*("base_before", "base_after", "revision", "company_id", "run_id"),)


class CrmIncentiveLedger(models.AbstractModel):
    """Entries of components that a formula pays.

    - A formula says what a running total earns up to the end of a period. A period's
      entry is that, less the same at the end of the period before.
    - Of a period whose statement has left the draft, only what differs from what it
      states is written: an adjustment in the first open one.
    - A formula that cannot be computed for a person earns nothing there and is
      reported; the others go on.
    """

    _inherit = "crm.incentive.ledger"

    def _update(self, company, date_to, run, people=None):
        result = super()._update(company, date_to, run, people)
        components = self._formula_components(company, date_to)
        if not components:
            return {**result, "problems": []}
        wanted, report = self._wanted_formulas(components, company, date_to, people)
        counts = self._write_formulas(company, date_to, run, wanted, people)
        return {
            **result,
            "added": result["added"] + counts[0],
            "reversed": result["reversed"] + counts[1],
            "waiting": result["waiting"] + report["waiting"],
            "unconverted": sorted({*result["unconverted"], *report["unconverted"]}),
            "problems": report["problems"],
        }

    def _formula_components(self, company, date_to):
        """Those of approved versions up to ``date_to``: approved, they never go."""
        return self.env["crm.incentive.plan.component"].search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "formula"),
                ("version_id.state", "=", "approved"),
                ("version_id.date_from", "<=", date_to),
            ]
        )

    def _wanted_formulas(self, components, company, date_to, people):
        """Entries that drafts should hold, and what is to be reported."""
        report = {"waiting": 0, "unconverted": set(), "problems": []}
        wanted = []
        stated = self._stated_formulas(company)
        places = self._formula_places(company, date_to)
        engine = self.env["crm.incentive.formula.engine"]
        for plan, parts in components.grouped(lambda c: c.version_id.plan_id).items():
            members = plan.assignment_ids.participant_id
            if people is not None:
                members = members.filtered(lambda member: member.id in people)
            book = engine._book(plan, parts.formula_id, date_to, people=people)
            report["unconverted"] |= book.unconverted
            for participant in members:
                periods = self._periods_on(plan, participant, book.periods)
                for code in sorted(set(parts.mapped("code"))):
                    wanted += self._formula_steps(
                        book, participant, code, periods, (stated, places, report)
                    )
        return wanted, report

    def _periods_on(self, plan, participant, periods):
        """The periods in which the person is on the plan, by date."""
        spans = plan.assignment_ids.filtered(lambda a: a.participant_id == participant)
        return [
            period
            for period in periods
            if any(
                span.date_from <= period.date_to
                and (not span.date_to or span.date_to >= period.date_from)
                for span in spans
            )
        ]

    def _formula_steps(self, book, participant, code, periods, surroundings):
        """What a person's component earns from period to period, where it is open."""
        stated, places, report = surroundings
        engine = self.env["crm.incentive.formula.engine"]
        unit = Decimal(str(book.plan.currency_id.rounding))
        wanted, window, before = [], None, _ZERO
        for period in periods:
            start, _end = engine._window(book.plan, period)
            if start != window:
                window, before = start, _ZERO
            component = self._component_on(book.plan, code, period.date_to)
            if not component:
                continue
            result = engine._evaluate(
                book, component.formula_id, participant.id, period
            )
            if result.problem:
                report["problems"].append((participant, component, period, result))
                continue
            after = round_money(result.value, unit)
            key = (participant.id, book.plan.id, code, period.id)
            amount = after - before - stated.get(key, _ZERO)
            if amount:
                place = places(participant.id, book.plan.currency_id.id, period)
                report["waiting"] += not place
                if place:
                    wanted.append(
                        self._formula_entry(
                            (participant, component, period, place),
                            (window, before, after, amount),
                            result,
                        )
                    )
            before = after
        return wanted

    def _component_on(self, plan, code, day):
        """The formula component ``code`` of the version in force on ``day``."""
        versions = plan.version_ids.filtered(
            lambda v: v.state == "approved" and v.date_from <= day
        )
        version = versions.sorted("date_from")[-1:]
        return version.component_ids.filtered(
            lambda c: c.code == code and c.kind == "formula"
        )

    def _formula_entry(self, place, figures, result):
        participant, component, origin, period = place
        window, before, after, amount = figures
        return {
            "participant_id": participant.id,
            "period_id": period.id,
            "origin_period_id": origin.id,
            "kind": "earned" if period == origin else "adjustment",
            "plan_id": component.version_id.plan_id.id,
            "version_id": component.version_id.id,
            "component_id": component.id,
            "component_code": component.code,
            "window_key": str(window),
            "formula_version_id": result.version.id,
            "date": str(origin.date_to),
            "exchange_rate": 1,
            "currency_id": component.version_id.plan_id.currency_id.id,
            "base_amount": "0",
            "amount_exact": str(result.value - before),
            "amount": str(amount),
            "base_before": str(before),
            "base_after": str(after),
            "inputs": [
                {"formula": " ".join(result.version.expression.split())},
                *(
                    {"name": name, "value": f"{value.normalize():f}"}
                    for name, value in result.inputs
                ),
                {"total": str(after), "stated": str(after - amount)},
            ],
        }

    def _stated_formulas(self, company):
        """{(participant, plan, code, period of origin): what frozen statements say}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.participant_id, entry.plan_id, entry.component_code,
                       entry.origin_period_id, SUM(entry.amount)::text
                  FROM crm_incentive_entry entry
                  JOIN crm_incentive_statement statement
                    ON statement.id = entry.statement_id
                 WHERE entry.company_id = %s AND entry.credit_id IS NULL
                   AND statement.state <> 'draft' AND %s
              GROUP BY 1, 2, 3, 4
                """,
                company.id,
                self.env["crm.incentive.entry"]._stands("entry"),
            )
        )
        return {row[:4]: Decimal(row[4]) for row in rows}

    def _formula_places(self, company, date_to):
        """A function: the first period open to a person's entry since a period."""
        periods = self.env["crm.incentive.period"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("date_to", "<=", date_to),
            ],
            order="date_from",
        )
        frozen = set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT participant_id, period_id, currency_id
                      FROM crm_incentive_statement
                     WHERE company_id = %s AND state <> 'draft'
                    """,
                    company.id,
                )
            )
        )

        def place(participant_id, currency_id, origin):
            for period in periods:
                key = (participant_id, period.id, currency_id)
                if period.date_from >= origin.date_from and key not in frozen:
                    return period
            return None

        return place

    def _write_formulas(self, company, date_to, run, wanted, people):
        """Reverse the formulas' draft entries that changed, add the new ones."""
        self.env["crm.incentive.statement"]._ensure(
            company,
            {(w["participant_id"], w["period_id"], w["currency_id"]) for w in wanted},
        )
        self.env.flush_all()
        stamp = SQL(
            "%s, %s",
            company.id,
            run.id or None,
        )
        [counts] = self.env.execute_query(
            SQL(
                """
                WITH wanted AS MATERIALIZED (%(wanted)s),
                live AS MATERIALIZED (%(live)s),
                taken_back AS (%(reversals)s RETURNING id),
                added AS (%(additions)s RETURNING id)
                SELECT (SELECT COUNT(*) FROM added), (SELECT COUNT(*) FROM taken_back)
                """,
                wanted=self._formula_rows(wanted),
                live=self._live_formulas(company, date_to, people),
                reversals=self._formula_reversals(stamp),
                additions=self._formula_additions(stamp),
            )
        )
        self.env.invalidate_all()
        return counts

    def _formula_rows(self, wanted):
        return SQL(
            """
            SELECT item.*, statement.id AS statement_id
              FROM jsonb_to_recordset(%s::jsonb) AS item(
                   participant_id integer, period_id integer, origin_period_id integer,
                   kind varchar, plan_id integer, version_id integer,
                   component_id integer, component_code varchar, window_key varchar,
                   formula_version_id integer, date date, exchange_rate numeric,
                   currency_id integer, inputs jsonb,
                   base_amount numeric, amount_exact numeric, amount numeric,
                   base_before numeric, base_after numeric)
              JOIN crm_incentive_statement statement
             USING (participant_id, period_id, currency_id)
            """,
            json.dumps(wanted),
        )

    def _live_formulas(self, company, date_to, people):
        return SQL(
            """
            SELECT entry.*
              FROM crm_incentive_entry entry
              JOIN crm_incentive_statement statement
                ON statement.id = entry.statement_id
              JOIN crm_incentive_period period ON period.id = entry.period_id
             WHERE entry.company_id = %s AND entry.credit_id IS NULL
               AND statement.state = 'draft' AND period.date_to <= %s AND %s AND %s
            """,
            company.id,
            date_to,
            self._of(people, SQL("entry.participant_id")),
            self.env["crm.incentive.entry"]._stands("entry"),
        )

    def _formula_columns(self):
        return SQL(", ").join(map(SQL.identifier, (*_SAME, *_TURNED, *_REST)))

    def _formula_reversals(self, stamp):
        same = SQL(", ").join(SQL.identifier("live", name) for name in _SAME)
        turned = SQL(", ").join(SQL("-%s", SQL.identifier("live", n)) for n in _TURNED)
        return SQL(
            """
            INSERT INTO crm_incentive_entry (%(columns)s, reversal_of_id)
            SELECT %(same)s, %(turned)s, live.base_after, live.base_before,
                   live.revision, %(stamp)s, live.id
              FROM live
         LEFT JOIN wanted USING (%(keys)s)
             WHERE %(differs)s
            """,
            differs=self._differs(_COMPARED),
            columns=self._formula_columns(),
            same=same,
            turned=turned,
            stamp=stamp,
            keys=self._formula_keys(),
        )

    def _formula_additions(self, stamp):
        names = SQL(", ").join(
            SQL.identifier("wanted", name) for name in (*_SAME, *_TURNED)
        )
        return SQL(
            """
            INSERT INTO crm_incentive_entry (%(columns)s)
            SELECT %(names)s, wanted.base_before, wanted.base_after,
                   (SELECT COALESCE(MAX(old.revision), 0) + 1
                      FROM crm_incentive_entry old
                     WHERE old.credit_id IS NULL
                       AND old.participant_id = wanted.participant_id
                       AND old.plan_id = wanted.plan_id
                       AND old.component_code = wanted.component_code
                       AND old.origin_period_id = wanted.origin_period_id
                       AND old.period_id = wanted.period_id),
                   %(stamp)s
              FROM wanted
         LEFT JOIN live USING (%(keys)s)
             WHERE %(differs)s
            """,
            differs=self._differs(_COMPARED),
            columns=self._formula_columns(),
            names=names,
            stamp=stamp,
            keys=self._formula_keys(),
        )

    def _formula_keys(self):
        """What makes a formula's entry unique, besides its revision."""
        return SQL(
            "participant_id, plan_id, component_code, origin_period_id, period_id"
        )
