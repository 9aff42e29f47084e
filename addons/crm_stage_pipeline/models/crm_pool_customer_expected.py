from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..value import History, expect
from .crm_pool_customer_value import PERSONS

# What each person of a batch bought, day by day, credit notes negative; then what is
# on offer and needed. Amounts in the company's currency.
PURCHASES = """
    , bought AS (
        SELECT person.id, 1 AS orders,
               sale.amount_untaxed / NULLIF(sale.currency_rate, 0) AS amount,
               (sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
          FROM person JOIN sale_order AS sale ON sale.partner_id = person.id
         WHERE sale.state = 'sale' AND sale.company_id = %(company)s AND %(converted)s
         UNION ALL
        SELECT person.id, 0, move.amount_untaxed_signed, move.invoice_date
          FROM person JOIN account_move AS move ON move.partner_id = person.id
         WHERE move.move_type = 'out_refund' AND move.state = 'posted'
           AND move.company_id = %(company)s
    ), history AS (
        SELECT id,
               sum(amount) FILTER (WHERE day > %(year_ago)s AND day <= %(today)s)
                   AS year,
               count(*) FILTER (WHERE orders = 1 AND day > %(year_ago)s
                                AND day <= %(today)s) AS orders,
               min(day) FILTER (WHERE orders = 1) AS first_on,
               sum(amount) FILTER (WHERE day BETWEEN %(same_start)s AND %(same_end)s)
                   AS same,
               sum(amount) FILTER (WHERE day BETWEEN %(now_start)s AND %(now_end)s)
                   AS now,
               sum(amount) FILTER (WHERE day BETWEEN %(last_start)s AND %(last_end)s)
                   AS last
          FROM bought GROUP BY id
    ), quotation AS (
        SELECT person.id, sale.opportunity_id,
               sale.amount_untaxed / NULLIF(sale.currency_rate, 0)
                   * COALESCE(lead.probability, %(share)s) / 100 AS amount
          FROM person JOIN sale_order AS sale ON sale.partner_id = person.id
          LEFT JOIN crm_lead AS lead ON lead.id = sale.opportunity_id
         WHERE sale.state IN ('draft', 'sent') AND sale.company_id = %(company)s
           AND (sale.validity_date IS NULL OR sale.validity_date >= %(today)s)
           AND %(converted)s
    ), offered AS (
        SELECT id, sum(amount) AS amount FROM quotation GROUP BY id
    ), needed AS (
        SELECT person.id, sum(lead.expected_revenue * lead.probability / 100) AS amount
          FROM person JOIN crm_lead AS lead ON lead.partner_id = person.id
          LEFT JOIN res_users AS seller ON seller.id = lead.user_id
         WHERE lead.type = 'opportunity' AND lead.active
           AND lead.won_status = 'pending'
           AND COALESCE(lead.company_id, seller.company_id, %(company)s) = %(company)s
           AND (lead.date_deadline IS NULL OR lead.date_deadline <= %(next_end)s)
           AND NOT EXISTS (SELECT FROM quotation
                            WHERE quotation.opportunity_id = lead.id)
         GROUP BY person.id
    )
    SELECT person.customer_id, person.id, history.year, history.orders,
           history.first_on, history.same, history.now, history.last,
           offered.amount, needed.amount
      FROM person
      LEFT JOIN history ON history.id = person.id
      LEFT JOIN offered ON offered.id = person.id
      LEFT JOIN needed ON needed.id = person.id
     WHERE COALESCE(history.id, offered.id, needed.id) IS NOT NULL
"""
# Parameters: company, first and last day of the period, rows.
STORE_EXPECTED = """
    INSERT INTO crm_expected_purchase AS known (customer_id, company_id, partner_id,
           period_start, period_end, usual_amount, offered_amount, needed_amount,
           computed_amount, expected_amount, is_by_hand, actual_amount)
    SELECT customer_id, %s, person_id, %s, %s, usual, offered, needed, expected,
           expected, FALSE, 0
      FROM %s
    ON CONFLICT (customer_id, partner_id, period_start) DO UPDATE
       SET period_end = EXCLUDED.period_end, usual_amount = EXCLUDED.usual_amount,
           offered_amount = EXCLUDED.offered_amount,
           needed_amount = EXCLUDED.needed_amount,
           computed_amount = EXCLUDED.computed_amount,
           expected_amount = CASE WHEN known.is_by_hand
                THEN known.hand_amount ELSE EXCLUDED.computed_amount END
"""
STORE_BOUGHT = """
    INSERT INTO crm_expected_purchase AS known (customer_id, company_id, partner_id,
           period_start, period_end, usual_amount, offered_amount, needed_amount,
           computed_amount, expected_amount, is_by_hand, actual_amount)
    SELECT customer_id, %s, person_id, %s, %s, 0, 0, 0, 0, 0, FALSE, amount
      FROM %s
    ON CONFLICT (customer_id, partner_id, period_start) DO UPDATE
       SET actual_amount = EXCLUDED.actual_amount
     WHERE known.actual_amount IS DISTINCT FROM EXCLUDED.actual_amount
"""


class CrmPoolCustomer(models.Model):
    """What customers will buy in the next period, by who orders (G26).

    Computed with the customer's value, for thousands at once; what somebody estimated
    by hand stays. See crm.expected.purchase.
    """

    _inherit = "crm.pool.customer"

    currency_id = fields.Many2one(related="company_id.currency_id")
    expected_amount = fields.Monetary(
        string="Expected Purchase",
        readonly=True,
        copy=False,
        help="What is expected to be bought in the next period, without taxes.",
    )
    expected_purchase_ids = fields.One2many(
        comodel_name="crm.expected.purchase",
        inverse_name="customer_id",
        string="Expected Purchases",
        copy=False,
    )

    _buyers_idx = models.Index(
        "(company_id, expected_amount DESC, id) WHERE expected_amount > 0"
    )

    def _expect(self, policy):
        """Compute and store what self will buy, and what was bought, by SQL.

        :param policy: of the company to which all of them belong
        """
        today = policy._local(fields.Datetime.now()).date()
        following = policy._expected_period()
        forecasts, current, previous = {}, {}, {}
        for row in self._read_purchases(policy, today):
            customer_id, person_id, year, orders, first_on, *amounts = row
            same, now, last, offered, needed = [float(a or 0) for a in amounts]
            history = History(float(year or 0), orders or 0, first_on, same)
            key = (customer_id, person_id)
            forecasts[key] = expect(history, following, today, offered, needed)
            current[key], previous[key] = now, last
        self._store_expected(policy, following, forecasts)
        self._store_bought(policy, policy._expected_period(0), current)
        self._store_bought(policy, policy._expected_period(-1), previous)
        self._sum_expected(policy)

    def _read_purchases(self, policy, today):
        """Rows of customer, person and what is known, see PURCHASES."""
        for model in ("sale.order", "account.move", "crm.lead", "res.partner"):
            self.env[model].flush_model()
        begin, end = policy._expected_period()
        now_start, now_end = policy._expected_period(0)
        last_start, last_end = policy._expected_period(-1)
        known = SQL(
            PURCHASES,
            zone=policy.tz,
            company=policy.company_id.id,
            share=policy.expected_offer_share,
            converted=self._converted_sql(policy.company_id),
            today=today,
            year_ago=today - timedelta(days=365),
            same_start=fields.Date.subtract(begin, years=1),
            same_end=fields.Date.subtract(end, years=1),
            now_start=now_start,
            now_end=now_end,
            last_start=last_start,
            last_end=last_end,
            next_end=end,
        )
        return self.env.execute_query(SQL("%s %s", SQL(PERSONS, self.ids), known))

    def _store_expected(self, policy, period, forecasts):
        """Write the forecasts of self for a period; what was estimated by hand counts.

        :param forecasts: dict (customer's id, person's id) → Forecast
        """
        currency = policy.company_id.currency_id
        rows = [
            (
                *key,
                *(
                    currency.round(amount)
                    for amount in (f.usual, f.offered, f.needed, f.expected)
                ),
            )
            for key, f in forecasts.items()
            if not currency.is_zero(f.expected)
        ]
        fresh = SQL(
            "unnest(%s::int[], %s::int[], %s::numeric[], %s::numeric[], %s::numeric[],"
            " %s::numeric[])"
            " AS fresh (customer_id, person_id, usual, offered, needed, expected)",
            *_columns(rows, 6),
        )
        self._forget_expected(period, fresh)
        store = SQL(STORE_EXPECTED, policy.company_id.id, *period, fresh)
        self.env.cr.execute(store, log_exceptions=False)  # replayed on a conflict
        self.env["crm.expected.purchase"].invalidate_model(flush=False)

    def _forget_expected(self, period, fresh):
        """What is no longer expected goes; what was said by hand keeps its words.

        NOT IN, which is hashed whatever the planner knows of the table so far.
        """
        gone = SQL(
            "customer_id = ANY(%s) AND period_start = %s AND (customer_id, partner_id)"
            " NOT IN (SELECT fresh.customer_id, fresh.person_id FROM %s)",
            self.ids,
            period[0],
            fresh,
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_expected_purchase AS known"
                " WHERE NOT COALESCE(is_by_hand, FALSE) AND %s",
                gone,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_expected_purchase AS known SET usual_amount = 0,"
                " offered_amount = 0, needed_amount = 0, computed_amount = 0 WHERE %s",
                gone,
            )
        )

    def _store_bought(self, policy, period, bought):
        """Write what self bought in a period, expected or not.

        :param bought: dict (customer's id, person's id) → amount
        """
        currency = policy.company_id.currency_id
        rows = [
            (*key, currency.round(amount))
            for key, amount in bought.items()
            if not currency.is_zero(amount)
        ]
        fresh = SQL(
            "unnest(%s::int[], %s::int[], %s::numeric[])"
            " AS fresh (customer_id, person_id, amount)",
            *_columns(rows, 3),
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_expected_purchase AS known SET actual_amount = 0"
                " WHERE customer_id = ANY(%s) AND period_start = %s"
                " AND actual_amount <> 0 AND (customer_id, partner_id)"
                " NOT IN (SELECT fresh.customer_id, fresh.person_id FROM %s)",
                self.ids,
                period[0],
                fresh,
            )
        )
        store = SQL(STORE_BOUGHT, policy.company_id.id, *period, fresh)
        self.env.cr.execute(store, log_exceptions=False)  # replayed on a conflict

    def _sum_expected(self, policy):
        """Show the customers themselves what is expected of their people."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pool_customer AS customer
                   SET expected_amount = COALESCE(fresh.amount, 0)
                  FROM unnest(%s::int[]) AS batch (id)
                  LEFT JOIN (
                    SELECT customer_id, sum(expected_amount) AS amount
                      FROM crm_expected_purchase
                     WHERE customer_id = ANY(%s) AND period_start = %s
                     GROUP BY customer_id) AS fresh ON fresh.customer_id = batch.id
                 WHERE customer.id = batch.id
                   AND COALESCE(customer.expected_amount, 0)
                       <> COALESCE(fresh.amount, 0)
                """,
                self.ids,
                self.ids,
                policy._expected_period()[0],
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        self.invalidate_recordset(["expected_amount"], flush=False)


def _columns(rows, count):
    """The columns of rows, each as a list; `count` empty ones when there is no row."""
    if not rows:
        return [[] for _number in range(count)]
    return [list(column) for column in zip(*rows, strict=True)]
