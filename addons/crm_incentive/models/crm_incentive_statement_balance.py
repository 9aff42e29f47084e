from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

_FIGURES = (
    *("opening", "earned", "adjustments", "manual", "draw", "recovery", "capped"),
    *("payable", "closing", "draw_balance"),
)


class CrmIncentiveStatement(models.Model):
    """What a statement sums up to.

    - opening + earned + adjustments + manual + draw = recovery + forfeited + payable
      + carried forward.
    - A draw pays the minimum: the shortfall is paid and, when it is recoverable, added
      to what the person owes; recovery takes from what exceeds the minimum.
    - Above the cap nothing is paid: it is forfeited, or carried forward.
    - A negative sum is carried to the next period, not collected.
    """

    _inherit = "crm.incentive.statement"

    opening = fields.Monetary(readonly=True)
    earned = fields.Monetary(readonly=True)
    adjustments = fields.Monetary(readonly=True)
    manual = fields.Monetary(string="Manual Adjustments", readonly=True)
    draw = fields.Monetary(readonly=True, help="Paid in advance up to the minimum.")
    recovery = fields.Monetary(readonly=True, help="Earlier draws taken back.")
    capped = fields.Monetary(
        string="Forfeited Above the Cap", readonly=True, help="Earned, but never paid."
    )
    payable = fields.Monetary(readonly=True)
    closing = fields.Monetary(string="Carried Forward", readonly=True)
    draw_balance = fields.Monetary(
        string="Draw Owed", readonly=True, help="Recoverable draws not yet taken back."
    )

    adjustment_ids = fields.One2many(
        comodel_name="crm.incentive.adjustment",
        inverse_name="statement_id",
        string="Adjustments by Hand",
        readonly=True,
    )

    _balance = models.Constraint(
        "CHECK (COALESCE(opening, 0) + COALESCE(earned, 0) + COALESCE(adjustments, 0)"
        " + COALESCE(manual, 0) + COALESCE(draw, 0) = COALESCE(recovery, 0)"
        " + COALESCE(capped, 0) + COALESCE(payable, 0) + COALESCE(closing, 0))",
        "The statement does not balance.",
    )

    @api.model
    def _refresh_amounts(self, company, date_to, people=None):
        """Sums and balances of draft statements, oldest period first.

        Those of the participants with ids ``people``, or of all.
        """
        self.env["crm.incentive.adjustment"]._place(company, date_to)
        periods = self.env["crm.incentive.period"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("date_to", "<=", date_to),
            ],
            order="date_from",
        )
        ledger = self.env["crm.incentive.ledger"]
        ledger._create_table("incentive_total", self._ledger_sums(periods, people))
        # planned once for all periods: planning takes longer than a person's balance;
        # by a name of its own, as what is prepared outlives a transaction that fails
        name = SQL.identifier(f"incentive_balance_{uuid4().hex}")
        execute = self.env.cr.execute
        execute(SQL("SET LOCAL plan_cache_mode = force_generic_plan"))
        query = self._balance_query(people)
        execute(SQL("PREPARE %s (integer, date) AS %s", name, query))
        for period in periods:
            execute(SQL("EXECUTE %s (%s, %s)", name, period.id, period.date_from))
        execute(SQL("DEALLOCATE %s", name))
        execute(SQL("SET LOCAL plan_cache_mode TO DEFAULT"))
        self.invalidate_model()

    def _ledger_sums(self, periods, people):
        """What each statement's entries sum up to."""
        return SQL(
            """
            SELECT statement_id,
                   SUM(amount) FILTER (WHERE kind = 'earned') AS earned,
                   SUM(amount) FILTER (WHERE kind = 'adjustment') AS adjustments
              FROM crm_incentive_entry
             WHERE period_id = ANY(%s) AND %s
          GROUP BY statement_id
            """,
            periods.ids,
            self.env["crm.incentive.ledger"]._of(people, SQL("participant_id")),
        )

    def _balance_query(self, people):
        """What brings the statements of period $1, which begins on $2, up to date."""
        old, new = (
            SQL(", ").join(SQL.identifier(table, name) for name in _FIGURES)
            for table in ("statement", "balance")
        )
        return SQL(
            """
            WITH figure AS (%(figures)s),
            drawn AS (%(drawn)s),
            paid AS (
                SELECT drawn.*, total + draw - recovery AS sum,
                       GREATEST(total + draw - recovery - maximum, 0) AS above
                  FROM drawn
            ),
            balance AS (
                SELECT paid.*,
                       GREATEST(sum, 0) - COALESCE(above, 0) AS payable,
                       CASE WHEN is_deferred THEN 0 ELSE COALESCE(above, 0) END
                           AS capped,
                       LEAST(sum, 0)
                       + CASE WHEN is_deferred THEN COALESCE(above, 0) ELSE 0 END
                           AS closing,
                       owed + CASE WHEN is_recoverable THEN draw ELSE 0 END - recovery
                           AS draw_balance
                  FROM paid
            )
            UPDATE crm_incentive_statement statement
               SET (%(names)s) = ROW(%(new)s)
              FROM balance
             WHERE balance.id = statement.id
               AND (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            figures=self._figures(people),
            drawn=self._drawn(),
            names=SQL(", ").join(map(SQL.identifier, _FIGURES)),
            old=old,
            new=new,
        )

    def _drawn(self):
        """Figures with the draw paid and the draw taken back."""
        return SQL(
            """
            SELECT figure.*, total,
                   CASE WHEN is_covered THEN GREATEST(minimum - total, 0) ELSE 0 END
                       AS draw,
                   CASE WHEN is_due THEN GREATEST(LEAST(
                            total - CASE WHEN is_covered THEN minimum ELSE 0 END, owed
                        ), 0) ELSE 0 END AS recovery
              FROM figure
        CROSS JOIN LATERAL (
                    SELECT opening + earned + adjustments + manual AS total) part
            """
        )

    def _figures(self, people):
        """What comes in: the balance before, ledger sums, adjustments, draw terms."""
        return SQL(
            """
            SELECT statement.id, COALESCE(previous.closing, 0) AS opening,
                   COALESCE(previous.draw_balance, 0) AS owed,
                   COALESCE(total.earned, 0) AS earned,
                   COALESCE(total.adjustments, 0) AS adjustments,
                   COALESCE((SELECT SUM(amount) FROM crm_incentive_adjustment
                              WHERE statement_id = statement.id
                                AND state = 'approved'), 0) AS manual,
                   COALESCE(term.is_covered, FALSE) AS is_covered,
                   COALESCE(term.is_recoverable, FALSE) AS is_recoverable,
                   COALESCE(term.is_due, FALSE) AS is_due,
                   COALESCE(term.minimum, 0) AS minimum, term.maximum,
                   COALESCE(term.is_deferred, FALSE) AS is_deferred
              FROM crm_incentive_statement statement
         LEFT JOIN LATERAL (%(previous)s) previous ON TRUE
         LEFT JOIN LATERAL (%(term)s) term ON TRUE
         LEFT JOIN incentive_total total ON total.statement_id = statement.id
             WHERE statement.period_id = $1 AND statement.state = 'draft'
               AND %(statement_of)s
            """,
            statement_of=self.env["crm.incentive.ledger"]._of(
                people, SQL("statement.participant_id")
            ),
            previous=self._previous(),
            term=self._term(),
        )

    def _previous(self):
        """The balances of the statement before."""
        return SQL(
            """
            SELECT earlier.closing, earlier.draw_balance
              FROM crm_incentive_statement earlier
              JOIN crm_incentive_period span ON span.id = earlier.period_id
             WHERE earlier.participant_id = statement.participant_id
               AND earlier.currency_id = statement.currency_id
               AND span.date_from < $2
          ORDER BY span.date_from DESC LIMIT 1
            """
        )

    def _term(self):
        """The draw terms of the day the period begins: the last that began."""
        return SQL(
            """
            SELECT draw.date_to IS NULL OR draw.date_to >= $2 AS is_covered,
                   draw.is_recoverable, draw.minimum,
                   draw.is_recoverable AND draw.recovery_from <= $2 AS is_due,
                   CASE WHEN draw.maximum > 0
                         AND (draw.date_to IS NULL OR draw.date_to >= $2)
                        THEN draw.maximum END AS maximum,
                   draw.above = 'defer' AS is_deferred
              FROM crm_incentive_draw draw
             WHERE draw.participant_id = statement.participant_id
               AND draw.currency_id = statement.currency_id
               AND draw.date_from <= $2
          ORDER BY draw.date_from DESC LIMIT 1
            """
        )
