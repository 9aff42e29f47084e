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
        """Temporary table: the entries that draft statements should hold.

        OFFSET 0 keeps a computed column from being computed again wherever it is used.
        """
        self._create_table_by_hash(
            "incentive_wanted",
            SQL(
                """
                WITH scale AS MATERIALIZED (%(scales)s),
                total AS (%(totals)s),
                rated AS MATERIALIZED (%(rated)s),
                due AS MATERIALIZED (%(due)s),
                line AS (%(lines)s)
                SELECT step.credit_id, step.participant_id, step.plan_id,
                       step.version_id, step.component_id, step.component_code,
                       step.currency_id, step.date, step.period_id,
                       step.origin_period_id,
                       CASE WHEN step.period_id = step.origin_period_id THEN 'earned'
                            ELSE 'adjustment' END AS kind,
                       step.window_key, step.exchange_rate, step.base AS base_amount,
                       line.base_before, line.base_after, line.exact AS amount_exact,
                       (line.whole_units + line.each_units
                        + CASE WHEN line.rank <= line.extra_units THEN 1 ELSE 0 END)
                       * step.unit AS amount, statement.id AS statement_id
                  FROM line
                  JOIN incentive_step step USING (credit_id, track)
                  JOIN crm_incentive_statement statement
                    ON statement.participant_id = step.participant_id
                   AND statement.period_id = step.period_id
                   AND statement.currency_id = step.currency_id
                """,
                scales=self._scales(),
                totals=self._totals(),
                rated=self._rated(),
                due=self._due(),
                lines=self._lines(),
            ),
        )

    def _totals(self):
        """Steps in an open period and with a rate, and the total after each."""
        return SQL(
            """
            SELECT credit_id, participant_id, track, date, period_id, period_from,
                   rate_table_id, mode, scope, unit, stated_exact, stated_amount, base,
                   CASE scope WHEN 'running' THEN window_key ELSE '' END
                       AS rounding_key,
                   COALESCE(stated_base, 0) + SUM(base) OVER (
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
            SELECT rated.*, due.each_units, due.extra_units,
                   ROW_NUMBER() OVER (
                       PARTITION BY %(rounded)s, period_id
                       ORDER BY units - whole_units DESC, date, credit_id) AS rank
              FROM rated JOIN due USING (%(rounded)s, period_id)
            """,
            rounded=_ROUNDED,
        )

    def _scales(self):
        """Each rate table's tiers as arrays, and what the tiers below each one pay.

        ``values`` are paid per cent, and ``below`` all that marginal tiers below pay;
        ``shares`` are paid per unit, and ``reached`` what whole tiers below pay, where
        a tier is worth an amount.
        """
        return SQL(
            """
            SELECT table_id AS rate_table_id, MAX(end_bound) AS end_bound,
                   ARRAY_AGG(lower_bound ORDER BY lower_bound) AS bounds,
                   ARRAY_AGG(value ORDER BY lower_bound) AS values,
                   ARRAY_AGG(upper_bound - lower_bound ORDER BY lower_bound) AS widths,
                   ARRAY_AGG(COALESCE(below, 0) ORDER BY lower_bound) AS below,
                   ARRAY_AGG(COALESCE(reached, 0) ORDER BY lower_bound) AS reached
              FROM (SELECT tier.*, SUM((upper_bound - lower_bound) * value / 100)
                               OVER before AS below,
                           SUM(value) OVER before AS reached
                      FROM (%s) tier
                    WINDOW before AS (PARTITION BY table_id ORDER BY lower_bound
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) tier
          GROUP BY table_id
            """,
            self._spans(),
        )

    def _spans(self):
        """Every tier with both of its bounds."""
        return SQL(
            """
            SELECT tier.table_id, tier.lower_bound, tier.value, rate_table.end_bound,
                   COALESCE(LEAD(tier.lower_bound) OVER (PARTITION BY tier.table_id
                                                         ORDER BY tier.lower_bound),
                            rate_table.end_bound) AS upper_bound
              FROM crm_incentive_rate_tier tier
              JOIN (SELECT id, CASE kind WHEN 'amount' THEN end_bound END AS end_bound
                      FROM crm_incentive_rate_table) rate_table
                ON rate_table.id = tier.table_id
            """
        )

    def _rated(self):
        """What each step of a running total earns, unrounded: all that is paid for the
        total after it, less what is for the total before.

        How, slice by slice, is told on reading by the rate table, see
        :meth:`CrmIncentiveEntry._compute_slices`.
        """
        return SQL(
            """
            SELECT total.*, paid.exact, share.units, FLOOR(share.units) AS whole_units
              FROM (SELECT total.*, base_after - base AS base_before FROM total) total
              JOIN scale USING (rate_table_id)
        CROSS JOIN LATERAL (
                    SELECT GREATEST(WIDTH_BUCKET(base_after, bounds), 1) AS tier_after,
                           GREATEST(WIDTH_BUCKET(base_before, bounds), 1)
                               AS tier_before
                    OFFSET 0) place
        CROSS JOIN LATERAL (SELECT %(after)s - %(before)s AS exact OFFSET 0) paid
        CROSS JOIN LATERAL (SELECT exact / unit AS units OFFSET 0) share
            """,
            after=self._cumulative(SQL("base_after"), SQL("tier_after")),
            before=self._cumulative(SQL("base_before"), SQL("tier_before")),
        )

    def _cumulative(self, total, tier):
        """All that is paid for ``total``, which reaches the tier at place ``tier``.

        Below 0 the first tier goes on; retroactively the tier reached pays for all.
        """
        return SQL(
            """
            CASE mode
            WHEN 'retroactive' THEN %(total)s * values[%(tier)s] / 100
            WHEN 'interpolated' THEN reached[%(tier)s] + values[%(tier)s]
                 * (LEAST(%(total)s, end_bound) - bounds[%(tier)s]) / widths[%(tier)s]
            ELSE below[%(tier)s] + values[%(tier)s]
                 * (LEAST(%(total)s, end_bound) - bounds[%(tier)s]) / 100
            END
            """,
            total=total,
            tier=tier,
        )

    def _due(self):
        """Rounding: how many units of the currency each period's lines must share.

        A running total's period is worth its rounded cumulative earning less what is
        stated; deals on their own are rounded by the period's sum.
        """
        return SQL(
            """
            SELECT %(rounded)s, period_id,
                   FLOOR(left_units / lines) AS each_units,
                   left_units - FLOOR(left_units / lines) * lines AS extra_units
              FROM (
                SELECT part.*, units - whole_units - CASE WHEN scope = 'running'
                           THEN COALESCE(LAG(units) OVER upto, stated_amount / unit, 0)
                           ELSE 0 END AS left_units
                  FROM (
                    SELECT part.*, ROUND(CASE WHEN scope = 'running'
                               THEN COALESCE(stated_exact, 0) + SUM(exact) OVER upto
                               ELSE exact END / unit) AS units
                      FROM (
                        SELECT %(rounded)s, period_id, period_from, scope,
                               unit, COUNT(*) AS lines, SUM(exact) AS exact,
                               SUM(whole_units) AS whole_units,
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
