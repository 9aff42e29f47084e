from odoo import models
from odoo.tools import SQL

# so many new rows change how a table is best read
MANY = 1000


class CrmIncentiveLedger(models.AbstractModel):
    """First half of the ledger: which credits are rated, where, at which rate."""

    _inherit = "crm.incentive.ledger"

    def _make_steps(self, company, date_to, people):
        """Temporary table: each credit to be rated, its period and exchange rate."""
        self._create_table(
            "incentive_component",
            SQL(
                "SELECT part.*, DENSE_RANK() OVER (ORDER BY plan_id,"
                " component_code)::integer AS track FROM (%s) part",
                self._components(company),
            ),
        )
        query = self._placed_candidates(company, date_to, people)
        if people is None:
            self._create_table_by_hash("incentive_step", query)
        else:
            self._create_table("incentive_step", query)

    def _candidates(self, company, date_to, people):
        """Credits to be rated, their running total and what is stated of it."""
        return SQL(
            """
            WITH frozen AS MATERIALIZED (%(frozen)s),
            component AS NOT MATERIALIZED (SELECT * FROM incentive_component),
            candidate AS (%(fresh)s UNION ALL %(taken_back)s),
            stated AS MATERIALIZED (%(stated)s),
            origin AS MATERIALIZED (%(days)s)
            SELECT candidate.*, origin.id AS origin_period_id,
                   COALESCE(origin.date_from, candidate.date) AS since,
                   stated.base AS stated_base, stated.exact AS stated_exact,
                   stated.amount AS stated_amount
              FROM candidate
         LEFT JOIN origin ON origin.date = candidate.date
         LEFT JOIN stated USING (participant_id, track, window_key)
            """,
            frozen=self._frozen(company, people),
            fresh=self._fresh_credits(company, date_to, people),
            taken_back=self._taken_back_credits(),
            stated=self._stated(),
            days=self._days(company),
        )

    def _placed_candidates(self, company, date_to, people):
        """Candidates with their component, period and exchange rate."""
        return SQL(
            """
            WITH candidate AS MATERIALIZED (%(candidates)s),
            place AS MATERIALIZED (%(places)s),
            rate AS MATERIALIZED (%(rates)s)
            SELECT step.*,
                   ROUND(amount * exchange_rate / unit) * unit AS base
              FROM (
                SELECT candidate.*, component.component_code,
                       component.rate_table_id, component.mode, component.scope,
                       component.version_id, component.plan_id, component.unit,
                       place.period_id, place.period_from,
                       COALESCE(candidate.fixed_rate, rate.value) AS exchange_rate
                  FROM candidate
             LEFT JOIN place USING (participant_id, currency_id, since)
             LEFT JOIN rate USING (credit_currency_id, currency_id, date)
                  JOIN incentive_component component
                    ON component.component_id = candidate.component_id
                   ) step
            """,
            candidates=self._candidates(company, date_to, people),
            places=self._places(company, date_to),
            rates=self._rates(company),
        )

    def _days(self, company):
        """Every day of the company's periods, with its period."""
        return SQL(
            """
            SELECT day::date AS date, period.id, period.date_from
              FROM crm_incentive_period period
        CROSS JOIN GENERATE_SERIES(period.date_from, period.date_to, '1 day') day
             WHERE period.company_id = %s
            """,
            company.id,
        )

    def _stated(self):
        """Sums of each running total that frozen statements already hold."""
        return SQL(
            """
            SELECT frozen.participant_id, component.track, frozen.window_key,
                   SUM(frozen.base_amount) AS base, SUM(frozen.amount_exact) AS exact,
                   SUM(frozen.amount) AS amount
              FROM frozen
              JOIN component USING (component_id)
          GROUP BY frozen.participant_id, component.track, frozen.window_key
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
            self.env["crm.incentive.entry"]._stands("entry"),
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
                   component.track, component.currency_id,
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
             WHERE credit.company_id = %s AND credit.date <= %s AND %s AND %s
               AND NOT EXISTS (SELECT 1 FROM frozen
                                WHERE frozen.credit_id = credit.id
                                  AND frozen.plan_id = component.plan_id
                                  AND frozen.component_code = component.component_code)
            """,
            company.id,
            date_to,
            self._of(people, SQL("credit.participant_id")),
            self.env["crm.incentive.credit"]._stands("credit"),
        )

    def _taken_back_credits(self):
        """Reversals of credits that a frozen statement paid: they undo it exactly."""
        return SQL(
            """
            SELECT credit.id, credit.participant_id, credit.date, credit.amount,
                   credit.currency_id, frozen.exchange_rate, frozen.component_id,
                   component.track, frozen.currency_id, frozen.window_key
              FROM frozen
              JOIN crm_incentive_credit credit
                ON credit.reversal_of_id = frozen.credit_id
              JOIN component ON component.component_id = frozen.component_id
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
            SELECT DISTINCT ON (need.participant_id, need.currency_id, need.since)
                   need.participant_id, need.currency_id, need.since,
                   period.id AS period_id, period.date_from AS period_from
              FROM (SELECT DISTINCT participant_id, currency_id, since
                      FROM candidate) need
              JOIN crm_incentive_period period
                ON period.company_id = %(company)s AND period.state = 'open'
               AND period.date_to >= need.since AND period.date_to <= %(date_to)s
             WHERE NOT EXISTS (
                    SELECT 1 FROM crm_incentive_statement statement
                     WHERE statement.participant_id = need.participant_id
                       AND statement.period_id = period.id
                       AND statement.currency_id = need.currency_id
                       AND statement.state <> 'draft')
          ORDER BY need.participant_id, need.currency_id, need.since,
                   period.date_from
            """,
            company=company.id,
            date_to=date_to,
        )

    def _rates(self, company):
        """Price of a document's currency in the plan's, the last on or before."""
        return SQL(
            """
            SELECT need.credit_currency_id, need.currency_id, need.date,
                   %(price)s AS value
              FROM (SELECT DISTINCT credit_currency_id, currency_id, date
                      FROM candidate) need
            """,
            price=self._price(
                (SQL("need.credit_currency_id"), SQL("need.currency_id")),
                SQL("need.date"),
                (SQL("%s", company.root_id.id), SQL("%s", company.currency_id.id)),
            ),
        )

    def _price(self, pair, day, company):
        """SQL of what one of the first currency is in the second, at the last rates
        on or before ``day``; NULL without such a rate.

        ``pair`` is SQL of both ids, ``company`` of the root company's id and of the
        company's own currency's.
        """
        source, target = pair
        root, own = company

        def last_rate(currency):
            return SQL(
                """
                COALESCE((SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = %(currency)s
                             AND rate.name <= %(day)s
                             AND (rate.company_id IS NULL OR rate.company_id = %(root)s)
                        ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                         CASE WHEN %(currency)s = %(own)s THEN 1 END)
                """,
                currency=currency,
                day=day,
                root=root,
                own=own,
            )

        return SQL(
            "CASE WHEN %(source)s = %(target)s THEN 1 ELSE %(to)s / %(by)s END",
            source=source,
            target=target,
            to=last_rate(target),
            by=last_rate(source),
        )

    def _of(self, people, column):
        """Condition that ``column`` is one of ``people``, when these are given."""
        return SQL("TRUE") if people is None else SQL("%s = ANY(%s)", column, people)

    def _learn(self, table, columns):
        """Let the database know what a table has got in this transaction.

        Else the next statements are planned for the empty table that it was.
        """
        names = SQL(", ").join(map(SQL.identifier, columns))
        self.env.cr.execute(SQL("ANALYZE %s (%s)", SQL.identifier(table), names))

    def _create_table_by_hash(self, name, query):
        """The same where what is joined has no statistics and is large: for the few
        rows that the database takes it for, a loop would be chosen, and slow."""
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop = off"))
        self.env.cr.execute(SQL("SET LOCAL enable_mergejoin = off"))
        self._create_table(name, query)
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop TO DEFAULT"))
        self.env.cr.execute(SQL("SET LOCAL enable_mergejoin TO DEFAULT"))

    def _create_table(self, name, query):
        """A table of this transaction alone, replaced when it is there already."""
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS pg_temp.%s", table))
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query)
        )
        if self.env.cr.rowcount >= MANY:
            # a tenth of the usual sample tells enough of a table read once or twice
            self.env.cr.execute(SQL("SET LOCAL default_statistics_target = 10"))
            self.env.cr.execute(SQL("ANALYZE %s", table))
            self.env.cr.execute(SQL("SET LOCAL default_statistics_target TO DEFAULT"))
