from odoo import models
from odoo.tools import SQL

# a running total: who, under which component code of which plan, since when
_KEYS = SQL("participant_id, track, window_key")
# what is rounded at once
_ROUNDED = SQL("participant_id, track, rounding_key")
# what an entry and its reversal share, and what the reversal turns round
_SAME = (
    *("statement_id", "participant_id", "period_id", "origin_period_id", "kind"),
    *("plan_id", "version_id", "component_id", "component_code", "window_key"),
    *("credit_id", "date", "exchange_rate", "currency_id"),
)
_TURNED = ("base_amount", "amount_exact", "amount")
_COLUMNS = SQL(", ").join(
    SQL.identifier(name)
    for name in (
        *(*_SAME, *_TURNED, "base_before", "base_after", "revision", "company_id"),
        "run_id",
    )
)
# an entry that differs in one of these is taken back and written anew
_COMPARED = (
    *("date", "period_id", "origin_period_id", "component_id", "currency_id"),
    *("exchange_rate", "base_before", "base_after", "amount"),
)


class CrmIncentiveLedger(models.AbstractModel):
    """From credits to ledger entries, set-based.

    - Entries of statements that have left the draft are frozen: they are the start of
      the running totals, never computed again.
    - Every other credit goes to the first open period, on or after its date, in which
      the person's statement is a draft: its own, or as an adjustment a later one.
    - In each running total credits follow the frozen ones by date. An entry earns what
      the total earns after it less what it earned before.
    - Rounding is once per person, component and period: to the rounded cumulative
      earning less what is stated; cents go to the largest remainders.
    """

    _name = "crm.incentive.ledger"
    _description = "Incentive Ledger"

    def _update(self, company, date_to, run, people=None):
        """Bring draft statements up to ``date_to`` in line with the credits.

        Those of the participants with ids ``people``, or of all. Returns a dict:
        added, reversed (entries), waiting (credits for which no open draft statement
        exists), unconverted (names of currencies without a rate).
        """
        self.env.flush_all()
        self._make_steps(company, date_to, people)
        self.env["crm.incentive.statement"]._ensure(company, self._statement_keys())
        self._make_wanted()
        added, reversed_count = self._write_differences(company, date_to, run, people)
        unconverted = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT currency.name
                  FROM incentive_step step
                  JOIN res_currency currency ON currency.id = step.credit_currency_id
                 WHERE step.exchange_rate IS NULL ORDER BY 1
                """
            )
        )
        [(waiting,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM incentive_step WHERE period_id IS NULL")
        )
        self.env.invalidate_all()
        return {
            "added": added,
            "reversed": reversed_count,
            "waiting": waiting,
            "unconverted": [name for (name,) in unconverted],
        }

    def _make_wanted(self):
        """Temporary table: the entries that draft statements should hold."""
        # sums of parts have no statistics: a loop over them would be chosen, and slow
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop = off"))
        self._create_table(
            "incentive_wanted",
            SQL(
                """
                WITH span AS MATERIALIZED (%(spans)s),
                total AS (%(totals)s),
                rated AS MATERIALIZED (
                    SELECT total.*, total.base_after - total.base AS base_before,
                           CASE scope WHEN 'running' THEN window_key ELSE '' END
                               AS rounding_key,
                           paid.exact
                      FROM total CROSS JOIN LATERAL (%(paid)s) paid
                ),
                due AS MATERIALIZED (%(due)s),
                line AS (%(lines)s)
                SELECT line.credit_id, line.participant_id, line.plan_id,
                       line.version_id, line.component_id, line.component_code,
                       line.currency_id, line.date, line.period_id,
                       line.origin_period_id,
                       CASE WHEN line.period_id = line.origin_period_id THEN 'earned'
                            ELSE 'adjustment' END AS kind,
                       line.window_key, line.exchange_rate, line.base AS base_amount,
                       line.base_before, line.base_after, line.exact AS amount_exact,
                       (FLOOR(line.exact / line.unit) + line.each_steps
                        + CASE WHEN line.rank <= line.extra_steps THEN 1 ELSE 0 END)
                       * line.unit AS amount, statement.id AS statement_id
                  FROM line
                  JOIN crm_incentive_statement statement
                 USING (participant_id, period_id, currency_id)
                """,
                spans=self._spans(),
                totals=self._totals(),
                paid=self._paid(),
                due=self._due(),
                lines=self._lines(),
            ),
        )
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop TO DEFAULT"))

    def _totals(self):
        """Steps in an open period and with a rate, and the total after each."""
        return SQL(
            """
            SELECT step.*, COALESCE(step.stated_base, 0) + SUM(base) OVER (
                       PARTITION BY %(keys)s ORDER BY date, credit_id
                       ROWS UNBOUNDED PRECEDING) AS base_after
              FROM incentive_step step
             WHERE period_id IS NOT NULL AND exchange_rate IS NOT NULL
            """,
            keys=_KEYS,
        )

    def _lines(self):
        """Rated steps in the order in which units left over are given to them."""
        return SQL(
            """
            SELECT rated.*, due.each_steps, due.extra_steps,
                   ROW_NUMBER() OVER (
                       PARTITION BY %(rounded)s, period_id
                       ORDER BY exact / unit - FLOOR(exact / unit) DESC,
                                date, credit_id) AS rank
              FROM rated JOIN due USING (%(rounded)s, period_id)
            """,
            rounded=_ROUNDED,
        )

    def _paid(self):
        """What one step of a running total earns, unrounded.

        How, slice by slice, is told on reading by the rate table, see
        :meth:`CrmIncentiveEntry._compute_slices`.
        """
        return SQL(
            """
            SELECT COALESCE(SUM(
                       CASE WHEN total.mode = 'interpolated'
                            THEN part.base * part.value
                                 / (part.upper_bound - part.lower_bound)
                            ELSE part.base * part.value / 100 END), 0) AS exact
              FROM (%s) part
            """,
            self._parts(),
        )

    def _spans(self):
        """Every tier with both of its bounds; the first has no least."""
        return SQL(
            """
            SELECT tier.table_id, tier.lower_bound, tier.value,
                   COALESCE(LEAD(tier.lower_bound) OVER (PARTITION BY tier.table_id
                                                         ORDER BY tier.lower_bound),
                            CASE rate_table.kind WHEN 'amount'
                            THEN rate_table.end_bound END) AS upper_bound,
                   CASE WHEN tier.lower_bound > 0 THEN 0 END AS least
              FROM crm_incentive_rate_tier tier
              JOIN crm_incentive_rate_table rate_table ON rate_table.id = tier.table_id
            """
        )

    def _parts(self):
        """Each tier's share of the total after a step, less its share before.

        Below 0 the first tier goes on; retroactively the tier reached holds it all.
        """
        after, before = SQL("total.base_after"), SQL("(total.base_after - total.base)")
        return SQL(
            """
            SELECT tier.*, CASE WHEN total.mode = 'retroactive'
                   THEN %(whole_after)s - %(whole_before)s
                   ELSE %(cut_after)s - %(cut_before)s END AS base
              FROM span tier WHERE tier.table_id = total.rate_table_id
            """,
            whole_after=self._whole_in_tier(after),
            whole_before=self._whole_in_tier(before),
            cut_after=self._cut_to_tier(after),
            cut_before=self._cut_to_tier(before),
        )

    def _whole_in_tier(self, amount):
        """All of ``amount`` when it reaches this tier and not the next, else 0."""
        return SQL(
            """
            CASE WHEN (%(x)s >= tier.lower_bound OR tier.least IS NULL)
                  AND (tier.upper_bound IS NULL OR %(x)s < tier.upper_bound)
                 THEN %(x)s ELSE 0 END
            """,
            x=amount,
        )

    def _cut_to_tier(self, amount):
        """The part of ``amount`` that lies in this tier."""
        return SQL(
            "GREATEST(LEAST(%s, tier.upper_bound) - tier.lower_bound, tier.least)",
            amount,
        )

    def _due(self):
        """Rounding: how many units of the currency each period's lines must share.

        A running total's period is worth its rounded cumulative earning less what is
        stated; deals on their own are rounded by the period's sum.
        """
        return SQL(
            """
            SELECT %(rounded)s, period_id,
                   FLOOR(left_steps / lines) AS each_steps,
                   left_steps - FLOOR(left_steps / lines) * lines AS extra_steps
              FROM (
                SELECT part.*, steps - floors - CASE WHEN scope = 'running'
                           THEN COALESCE(LAG(steps) OVER upto, stated_amount / unit, 0)
                           ELSE 0 END AS left_steps
                  FROM (
                    SELECT part.*, ROUND(CASE WHEN scope = 'running'
                               THEN COALESCE(stated_exact, 0) + SUM(exact) OVER upto
                               ELSE exact END / unit) AS steps
                      FROM (
                        SELECT %(rounded)s, period_id, period_from, scope,
                               unit, COUNT(*) AS lines, SUM(exact) AS exact,
                               SUM(FLOOR(exact / unit)) AS floors,
                               CASE WHEN scope = 'running' THEN MAX(stated_exact) END
                                   AS stated_exact,
                               CASE WHEN scope = 'running' THEN MAX(stated_amount) END
                                   AS stated_amount
                          FROM rated
                      GROUP BY %(rounded)s, period_id, period_from, scope, unit
                      ) part
                    WINDOW upto AS (PARTITION BY %(rounded)s ORDER BY period_from)
                  ) part
                WINDOW upto AS (PARTITION BY %(rounded)s ORDER BY period_from)
              ) part
            """,
            rounded=_ROUNDED,
        )

    def _statement_keys(self):
        return self.env.execute_query(
            SQL(
                "SELECT DISTINCT participant_id, period_id, currency_id"
                " FROM incentive_step"
                " WHERE period_id IS NOT NULL AND exchange_rate IS NOT NULL"
            )
        )

    def _write_differences(self, company, date_to, run, people):
        """Reverse the draft entries that changed, add the new ones; their counts."""
        stamp = SQL(
            "%s, %s",
            company.id,
            run.id or None,
        )
        [(added, reversed_count)] = self.env.execute_query(
            SQL(
                """
                WITH wanted AS NOT MATERIALIZED (SELECT * FROM incentive_wanted),
                live AS MATERIALIZED (%(live)s),
                history AS MATERIALIZED (%(history)s),
                taken_back AS (%(reversals)s RETURNING statement_id),
                added AS (%(additions)s RETURNING statement_id),
                touched AS (
                    UPDATE crm_incentive_statement SET run_id = %(run)s
                     WHERE id IN (SELECT statement_id FROM taken_back
                                   UNION SELECT statement_id FROM added)
                )
                SELECT (SELECT COUNT(*) FROM added), (SELECT COUNT(*) FROM taken_back)
                """,
                live=self._live_entries(company, date_to, people),
                history=self._history(company, people),
                reversals=self._reversals(stamp),
                additions=self._additions(stamp),
                run=run.id or None,
            )
        )
        return added, reversed_count

    def _history(self, company, people):
        """The last revision of each key: once for all, not once for each entry."""
        return SQL(
            """
            SELECT entry.credit_id, entry.plan_id, entry.component_code,
                   MAX(entry.revision) AS revision
              FROM crm_incentive_entry entry
             WHERE entry.company_id = %s AND entry.credit_id IS NOT NULL
               AND entry.reversal_of_id IS NULL AND %s
          GROUP BY entry.credit_id, entry.plan_id, entry.component_code
            """,
            company.id,
            self._of(people, SQL("entry.participant_id")),
        )

    def _live_entries(self, company, date_to, people):
        return SQL(
            """
            SELECT entry.*
              FROM crm_incentive_entry entry
              JOIN crm_incentive_statement statement
                ON statement.id = entry.statement_id
              JOIN crm_incentive_period period ON period.id = entry.period_id
             WHERE entry.company_id = %s AND entry.credit_id IS NOT NULL
               AND statement.state = 'draft' AND period.date_to <= %s AND %s AND %s
            """,
            company.id,
            date_to,
            self._of(people, SQL("entry.participant_id")),
            self.env["crm.incentive.entry"]._stands("entry"),
        )

    def _reversals(self, stamp):
        """Insert of what takes back live entries that are wanted no more, or not so."""
        same = SQL(", ").join(SQL.identifier("live", name) for name in _SAME)
        turned = SQL(", ").join(SQL("-%s", SQL.identifier("live", n)) for n in _TURNED)
        return SQL(
            """
            INSERT INTO crm_incentive_entry (%(columns)s, reversal_of_id)
            SELECT %(same)s, %(turned)s, live.base_after, live.base_before,
                   live.revision, %(stamp)s, live.id
              FROM live
         LEFT JOIN wanted USING (credit_id, plan_id, component_code)
             WHERE %(differs)s
            """,
            columns=_COLUMNS,
            differs=self._differs(_COMPARED),
            same=same,
            turned=turned,
            stamp=stamp,
        )

    def _additions(self, stamp):
        """Insert of wanted entries that are not live, or not so, as new revisions."""
        names = SQL(", ").join(
            SQL.identifier("wanted", name) for name in (*_SAME, *_TURNED)
        )
        return SQL(
            """
            INSERT INTO crm_incentive_entry (%(columns)s)
            SELECT %(names)s, wanted.base_before, wanted.base_after,
                   COALESCE(history.revision, 0) + 1, %(stamp)s
              FROM wanted
         LEFT JOIN live USING (credit_id, plan_id, component_code)
         LEFT JOIN history USING (credit_id, plan_id, component_code)
             WHERE %(differs)s
          ORDER BY wanted.date, credit_id
            """,
            columns=_COLUMNS,
            differs=self._differs(_COMPARED),
            names=names,
            stamp=stamp,
        )

    def _differs(self, names):
        """Condition that ``live`` and ``wanted`` are not the same in these columns."""
        live, wanted = (
            SQL(", ").join(SQL.identifier(table, name) for name in names)
            for table in ("live", "wanted")
        )
        return SQL("(%s) IS DISTINCT FROM (%s)", live, wanted)
