from dataclasses import dataclass, field
from decimal import Decimal

from odoo import models
from odoo.tools import SQL, date_utils

from ..formula import FormulaError, Problem, Scope, evaluate, order, parse

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Result:
    """What a formula gives to date, unrounded, or the problem that kept it from it.

    ``inputs`` are the (name, Decimal) that it was given; ``version`` its text in force.
    """

    value: Decimal
    inputs: tuple = ()
    version: object = None
    problem: Problem | None = None
    culprit: str = ""


@dataclass
class Book:
    """What formulas of one plan can know, by (participant id, code, period id)."""

    plan: object
    periods: object
    formulas: object
    totals: dict = field(default_factory=dict)
    quotas: dict = field(default_factory=dict)
    unconverted: set = field(default_factory=set)
    texts: dict = field(default_factory=dict)


class CrmIncentiveFormulaEngine(models.AbstractModel):
    """Formulas of a plan, for a person at the end of a period.

    Sums of credits are fetched by one query for everybody; the formulas themselves run
    in Python, once per person, component and period.
    """

    _name = "crm.incentive.formula.engine"
    _description = "Incentive Formula Engine"

    def _book(self, plan, formulas, date_to, participants=None, people=None):
        """Totals and quotas for ``formulas`` under ``plan`` up to ``date_to``.

        Only credits of days on which the person is on the plan count, unless
        ``participants`` are named: a trial asks for anybody. ``people``: the ids of
        those of the plan that are asked for, when not all are.
        """
        every = formulas._closure()
        book = Book(
            plan=plan,
            periods=self.env["crm.incentive.period"].search(
                [
                    ("company_id", "=", plan.company_id.id),
                    ("date_from", "<=", date_to),
                ],
                order="date_from",
            ),
            formulas=every,
        )
        measures = every.version_ids.measure_ids
        if measures:
            self._fill_totals(book, measures, date_to, (participants, people))
            self._fill_quotas(book, measures)
        return book

    def _fill_totals(self, book, measures, date_to, who):
        codes = {measure.id: measure.code for measure in measures}
        names = {c.id: c.name for c in self.env["res.currency"].search([])}
        self.env.flush_all()
        rows = self.env.execute_query(
            self._totals_query(
                book.plan, measures, date_to, self._credited(book.plan, who)
            )
        )
        for participant_id, measure_id, period_id, total, missing in rows:
            key = (participant_id, codes[measure_id], period_id)
            book.totals[key] = Decimal(total or 0)
            book.unconverted.update(names.get(c, "?") for c in missing or ())

    def _totals_query(self, plan, measures, date_to, credited):
        """Each person's credits of each measure and period in the plan's currency."""
        return SQL(
            """
            WITH candidate AS MATERIALIZED (
                SELECT credit.participant_id, credit.measure_id, credit.date,
                       credit.amount, credit.currency_id AS credit_currency_id,
                       %(target)s::integer AS currency_id, period.id AS period_id
                  FROM crm_incentive_credit credit
                  JOIN crm_incentive_period period
                    ON period.company_id = credit.company_id
                   AND credit.date BETWEEN period.date_from AND period.date_to
                 WHERE credit.company_id = %(company)s
                   AND credit.measure_id = ANY(%(measures)s)
                   AND credit.date <= %(date_to)s AND %(stands)s
                   AND %(who)s
            ),
            rate AS MATERIALIZED (%(rates)s)
            SELECT candidate.participant_id, candidate.measure_id, candidate.period_id,
                   SUM(ROUND(candidate.amount * rate.value / %(unit)s)
                       * %(unit)s)::text,
                   ARRAY_AGG(DISTINCT credit_currency_id)
                       FILTER (WHERE rate.value IS NULL)
              FROM candidate
              JOIN rate USING (credit_currency_id, date)
          GROUP BY candidate.participant_id, candidate.measure_id, candidate.period_id
            """,
            target=plan.currency_id.id,
            company=plan.company_id.id,
            measures=measures.ids,
            date_to=date_to,
            who=credited,
            stands=self.env["crm.incentive.credit"]._stands("credit"),
            rates=self.env["crm.incentive.ledger"]._rates(plan.company_id),
            unit=Decimal(str(plan.currency_id.rounding)),
        )

    def _credited(self, plan, who):
        """Condition on ``credit``: of the people named, or of who is on the plan."""
        participants, people = who
        if participants is None:
            return SQL(
                """
                %s AND EXISTS (SELECT 1 FROM crm_incentive_plan_assignment assignment
                         WHERE assignment.plan_id = %s
                           AND assignment.participant_id = credit.participant_id
                           AND assignment.date_from <= credit.date
                           AND COALESCE(assignment.date_to, credit.date) >= credit.date)
                """,
                self.env["crm.incentive.ledger"]._of(
                    people, SQL("credit.participant_id")
                ),
                plan.id,
            )
        return SQL("credit.participant_id = ANY(%s)", participants.ids)

    def _fill_quotas(self, book, measures):
        quotas = self.env["crm.incentive.quota"].search(
            [
                ("company_id", "=", book.plan.company_id.id),
                ("measure_id", "in", measures.ids),
                ("currency_id", "=", book.plan.currency_id.id),
            ]
        )
        for quota in quotas:
            key = (quota.participant_id.id, quota.measure_id.code)
            book.quotas.setdefault(key, []).append(
                (quota.date_from, quota.date_to, Decimal(str(quota.amount)))
            )

    def _window(self, plan, period):
        """First and last day of the running total that ``period`` belongs to."""
        return self._window_of(plan, period.date_from)

    def _window_of(self, plan, day):
        """First and last day of the running total of ``day``."""
        start = date_utils.start_of(day, plan.accumulation)
        return start, date_utils.end_of(start, plan.accumulation)

    def _evaluate(self, book, formula, participant_id, period):
        """The :class:`Result` of ``formula`` at the end of ``period``."""
        texts = self._texts_on(book, period.date_to)
        wanted = texts["by_code"].get(formula.code)
        if wanted is None:
            problem = Problem("unknown_name", formula.code)
            return Result(_ZERO, problem=problem, culprit=formula.name)
        scope, failed, used = self._scope(book, participant_id, period, texts), {}, {}
        for code in self._needed(texts, formula.code):
            version, parsed = texts["by_code"][code]
            value = evaluate(parsed, scope)
            self._note_inputs(used, parsed, scope)
            if isinstance(value, Problem):
                # what was wrong with a formula below is the reason for the one above
                below = failed.get(value.detail) if value.code == "unknown_name" else 0
                failed[code] = below or (value, version.formula_id.name)
            else:
                scope.values[code] = value
        version = wanted[0]
        if formula.code in failed:
            problem, culprit = failed[formula.code]
            return Result(_ZERO, tuple(used.items()), version, problem, culprit)
        value = scope.values[formula.code]
        return Result(value, tuple(used.items()), version)

    def _texts_on(self, book, day):
        """Versions in force on ``day``, parsed, in the order of their dependence."""
        if day not in book.texts:
            by_code = {}
            for version in book.formulas._version_on(day):
                # approved texts were checked; a name that went since is reported
                by_code[version.formula_id.code] = (version, parse(version.expression))
            try:
                rank = order({code: pair[1] for code, pair in by_code.items()})
            except FormulaError:
                rank = tuple(sorted(by_code))
            tables = self.env["crm.incentive.rate.table"].with_context(
                active_test=False
            )
            found = tables.search(
                [
                    ("company_id", "=", book.plan.company_id.id),
                    ("code", "!=", False),
                ]
            )
            book.texts[day] = {
                "by_code": by_code,
                "order": rank,
                "tables": {t.code: t._to_rate_table() for t in found},
            }
        return book.texts[day]

    def _needed(self, texts, code):
        """The formulas that ``code`` stands on, in order, itself last."""
        needed, todo = {code}, [code]
        while todo:
            _version, parsed = texts["by_code"][todo.pop()]
            new = {n for n in parsed.names if n in texts["by_code"]} - needed
            needed |= new
            todo += sorted(new)
        return [name for name in texts["order"] if name in needed]

    def _note_inputs(self, used, parsed, scope):
        for name in parsed.names:
            if name in scope.values:
                used[name] = scope.values[name]
        for call, name in parsed.references:
            if (call, name) in scope.references:
                used[f"{call}({name})"] = scope.references[call, name]

    def _scope(self, book, participant_id, period, texts):
        """What is known of a person at the end of ``period``."""
        values, references = {}, {}
        start, end = self._window(book.plan, period)
        known = [p for p in book.periods if p.date_from <= period.date_from]
        earlier = known[:-1]
        for code in book.formulas.version_ids.measure_ids.mapped("code"):

            def total(periods, code=code):
                return sum(
                    (
                        book.totals.get((participant_id, code, p.id), _ZERO)
                        for p in periods
                    ),
                    _ZERO,
                )

            values[code] = total(p for p in known if p.date_from >= start)
            references["prev", code] = total(earlier[-1:])
            references["ytd", code] = total(
                p for p in known if p.date_from.year == period.date_from.year
            )
            inside = [
                amount
                for first, last, amount in book.quotas.get((participant_id, code), ())
                if start <= first and last <= end
            ]
            if inside:
                quota = sum(inside, _ZERO)
                references["quota", code] = quota
                references["attainment", code] = values[code] / quota
        return Scope(values, references, texts["tables"])
