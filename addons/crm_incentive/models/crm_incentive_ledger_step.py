from odoo import models
from odoo.tools import SQL

# so many new rows change how a table is best read
_MANY = 1000


class CrmIncentiveLedger(models.AbstractModel):
    """First half of the ledger: which credits are rated, where, at which rate."""

    _inherit = "crm.incentive.ledger"

    def _make_steps(self, company, date_to, people):
        """Temporary table: each credit to be rated, its period and exchange rate."""
        self._create_table(
            "incentive_step",
            SQL(
                """
                WITH frozen AS MATERIALIZED (%(frozen)s),
                component AS MATERIALIZED (%(components)s),
                candidate AS MATERIALIZED (%(fresh)s UNION ALL %(taken_back)s),
                place AS MATERIALIZED (%(places)s),
                rate AS MATERIALIZED (%(rates)s),
                stated AS MATERIALIZED (%(stated)s)
                %(steps)s
                """,
                frozen=self._frozen(company, people),
                components=self._components(company),
                fresh=self._fresh_credits(company, date_to, people),
                taken_back=self._taken_back_credits(),
                places=self._places(company, date_to),
                rates=self._rates(company),
                stated=self._stated(),
                steps=self._steps(company),
            ),
        )

    def _steps(self, company):
        """Candidates with their period, exchange rate and what is stated before."""
        return SQL(
            """
            SELECT candidate.*, origin.id AS origin_period_id,
                   place.period_id, place.period_from,
                   COALESCE(candidate.fixed_rate, rate.value) AS exchange_rate,
                   stated.base AS stated_base, stated.exact AS stated_exact,
                   stated.amount AS stated_amount
              FROM candidate
         LEFT JOIN crm_incentive_period origin
                ON origin.company_id = %s
               AND candidate.date BETWEEN origin.date_from AND origin.date_to
         LEFT JOIN place
                ON place.participant_id = candidate.participant_id
               AND place.currency_id = candidate.currency_id
               AND place.since = COALESCE(origin.date_from, candidate.date)
         LEFT JOIN rate
                ON rate.source_id = candidate.credit_currency_id
               AND rate.target_id = candidate.currency_id
               AND rate.date = candidate.date
         LEFT JOIN stated
                ON stated.participant_id = candidate.participant_id
               AND stated.plan_id = candidate.plan_id
               AND stated.component_code = candidate.component_code
               AND stated.window_key = candidate.window_key
            """,
            company.id,
        )

    def _stated(self):
        """Sums of each running total that frozen statements already hold."""
        return SQL(
            """
            SELECT participant_id, plan_id, component_code, window_key,
                   SUM(base_amount) AS base, SUM(amount_exact) AS exact,
                   SUM(amount) AS amount
              FROM frozen
          GROUP BY participant_id, plan_id, component_code, window_key
            """
        )

    def _frozen(self, company, people):
        return SQL(
            """
            SELECT entry.*
              FROM crm_incentive_entry entry
              JOIN crm_incentive_statement statement
                ON statement.id = entry.statement_id
             WHERE entry.company_id = %s AND entry.credit_id IS NOT NULL
               AND statement.state <> 'draft' AND %s AND %s
            """,
            company.id,
            self._of(people, SQL("entry.participant_id")),
            self._stands(),
        )

    def _components(self, company):
        """Components of approved versions with the days they are in force."""
        return SQL(
            """
            SELECT component.id AS component_id, component.code AS component_code,
                   component.measure_id, component.rate_table_id, component.mode,
                   component.scope, version.version_id, version.plan_id,
                   version.currency_id, version.accumulation, version.date_from,
                   version.date_to, currency.rounding AS unit
              FROM (SELECT version.id AS version_id, version.plan_id,
                           plan.currency_id, plan.accumulation, version.date_from,
                           LEAD(version.date_from) OVER (PARTITION BY version.plan_id
                                ORDER BY version.date_from) AS date_to
                      FROM crm_incentive_plan_version version
                      JOIN crm_incentive_plan plan ON plan.id = version.plan_id
                     WHERE version.state = 'approved' AND plan.company_id = %s) version
              JOIN crm_incentive_plan_component component USING (version_id)
              JOIN res_currency currency ON currency.id = version.currency_id
            """,
            company.id,
        )

    def _fresh_credits(self, company, date_to, people):
        """Standing credits of people on a plan, not stated in a frozen statement."""
        return SQL(
            """
            SELECT credit.id AS credit_id, credit.participant_id, credit.date,
                   credit.amount, credit.currency_id AS credit_currency_id,
                   NULL::numeric AS fixed_rate, component.component_id,
                   component.component_code, component.rate_table_id, component.mode,
                   component.scope, component.version_id, component.plan_id,
                   component.currency_id, component.unit,
                   CASE component.scope WHEN 'running'
                        THEN DATE_TRUNC(component.accumulation, credit.date)::date::text
                        ELSE credit.transaction_key END AS window_key
              FROM crm_incentive_credit credit
              JOIN crm_incentive_plan_assignment assignment
                ON assignment.participant_id = credit.participant_id
               AND assignment.date_from <= credit.date
               AND (assignment.date_to IS NULL OR assignment.date_to >= credit.date)
              JOIN component
                ON component.plan_id = assignment.plan_id
               AND component.measure_id = credit.measure_id
               AND component.date_from <= credit.date
               AND (component.date_to IS NULL OR component.date_to > credit.date)
             WHERE credit.company_id = %s AND credit.date <= %s AND %s
               AND credit.reversal_of_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM crm_incentive_credit back
                                WHERE back.reversal_of_id = credit.id)
               AND NOT EXISTS (SELECT 1 FROM frozen
                                WHERE frozen.credit_id = credit.id
                                  AND frozen.plan_id = component.plan_id
                                  AND frozen.component_code = component.component_code)
            """,
            company.id,
            date_to,
            self._of(people, SQL("credit.participant_id")),
        )

    def _taken_back_credits(self):
        """Reversals of credits that a frozen statement paid: they undo it exactly."""
        return SQL(
            """
            SELECT credit.id, credit.participant_id, credit.date, credit.amount,
                   credit.currency_id, frozen.exchange_rate, frozen.component_id,
                   frozen.component_code, component.rate_table_id, component.mode,
                   component.scope, frozen.version_id, frozen.plan_id,
                   frozen.currency_id, currency.rounding, frozen.window_key
              FROM frozen
              JOIN crm_incentive_credit credit
                ON credit.reversal_of_id = frozen.credit_id
              JOIN crm_incentive_plan_component component
                ON component.id = frozen.component_id
              JOIN res_currency currency ON currency.id = frozen.currency_id
             WHERE NOT EXISTS (SELECT 1 FROM frozen done
                                WHERE done.credit_id = credit.id
                                  AND done.plan_id = frozen.plan_id
                                  AND done.component_code = frozen.component_code)
            """
        )

    def _places(self, company, date_to):
        """The period in which what a person earned since a day can be stated."""
        return SQL(
            """
            SELECT need.participant_id, need.currency_id, need.since,
                   period.id AS period_id, period.date_from AS period_from
              FROM (SELECT DISTINCT candidate.participant_id, candidate.currency_id,
                           COALESCE(origin.date_from, candidate.date) AS since
                      FROM candidate
                 LEFT JOIN crm_incentive_period origin
                        ON origin.company_id = %(company)s
                       AND candidate.date BETWEEN origin.date_from AND origin.date_to
                   ) need
        CROSS JOIN LATERAL (
                    SELECT period.id, period.date_from
                      FROM crm_incentive_period period
                     WHERE period.company_id = %(company)s AND period.state = 'open'
                       AND period.date_to >= need.since
                       AND period.date_to <= %(date_to)s
                       AND NOT EXISTS (
                            SELECT 1 FROM crm_incentive_statement statement
                             WHERE statement.participant_id = need.participant_id
                               AND statement.period_id = period.id
                               AND statement.currency_id = need.currency_id
                               AND statement.state <> 'draft')
                  ORDER BY period.date_from
                     LIMIT 1) period
            """,
            company=company.id,
            date_to=date_to,
        )

    def _rates(self, company):
        """Price of a document's currency in the plan's, the last on or before."""

        def last_rate(currency):
            return SQL(
                """
                COALESCE((SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = need.%(currency)s
                             AND rate.name <= need.date
                             AND (rate.company_id = %(root)s OR rate.company_id IS NULL)
                        ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                         CASE WHEN need.%(currency)s = %(own)s THEN 1 END)
                """,
                currency=SQL.identifier(currency),
                root=company.root_id.id,
                own=company.currency_id.id,
            )

        return SQL(
            """
            SELECT need.source_id, need.target_id, need.date,
                   CASE WHEN need.source_id = need.target_id THEN 1
                        ELSE %(target)s / %(source)s END AS value
              FROM (SELECT DISTINCT credit_currency_id AS source_id,
                           currency_id AS target_id, date
                      FROM candidate) need
            """,
            source=last_rate("source_id"),
            target=last_rate("target_id"),
        )

    def _of(self, people, column):
        """Condition that ``column`` is one of ``people``, when these are given."""
        return SQL("TRUE") if people is None else SQL("%s = ANY(%s)", column, people)

    def _stands(self):
        """Condition on ``entry``: neither a reversal nor reversed."""
        return SQL(
            """
            entry.reversal_of_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM crm_incentive_entry back
                 WHERE back.reversal_of_id = entry.id)
            """
        )

    def _learn(self, table, added):
        """Let the database know how many rows a table has got in this transaction.

        Else the next statements are planned for the empty table that it was.
        """
        if added >= _MANY:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def _create_table(self, name, query):
        """A table of this transaction alone, replaced when it is there already."""
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", table))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query)
        )
        self.env.cr.execute(SQL("ANALYZE %s", table))
