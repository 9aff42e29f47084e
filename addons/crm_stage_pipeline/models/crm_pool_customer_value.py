import json
from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..value import grade, rate

# The customers of a batch with everybody who orders for them.
PERSONS = """
    WITH person AS (
        SELECT customer.id AS customer_id, contact.id
          FROM crm_pool_customer AS customer
          JOIN res_partner AS contact
            ON contact.commercial_partner_id = customer.partner_id
         WHERE customer.id = ANY(%s)
    )
"""
# What is known of each of them; amounts in the company's currency, margin before
# credit notes.
KNOWN = """
    , sold AS (
        SELECT person.customer_id,
               max(sale.date_order) AS last_at,
               count(*) AS orders,
               sum(sale.amount_untaxed / NULLIF(sale.currency_rate, 0))
                   FILTER (WHERE %(converted)s) AS amount,
               sum(%(cost)s) FILTER (WHERE %(converted)s) AS cost,
               count(*) FILTER (WHERE NOT %(converted)s) AS unconverted
          FROM person JOIN sale_order AS sale ON sale.partner_id = person.id
         WHERE sale.state = 'sale' AND sale.company_id = %(company)s
           AND sale.date_order >= %(since)s
         GROUP BY 1
    ), refunded AS (
        SELECT person.customer_id, sum(move.amount_untaxed_signed) AS amount
          FROM person JOIN account_move AS move ON move.partner_id = person.id
         WHERE move.move_type = 'out_refund' AND move.state = 'posted'
           AND move.company_id = %(company)s AND move.invoice_date >= %(since)s
         GROUP BY 1
    ), rated AS (
        SELECT person.customer_id, avg(rating.rating) AS satisfaction
          FROM person JOIN rating_rating AS rating ON rating.partner_id = person.id
         WHERE rating.consumed AND rating.rating > 0 AND rating.create_date >= %(since)s
           AND (rating.rated_partner_id IS NULL OR EXISTS (
                SELECT FROM res_users AS agent
                 WHERE agent.partner_id = rating.rated_partner_id
                   AND agent.company_id = %(company)s))
         GROUP BY 1
    ), introduced AS (
        SELECT person.customer_id, count(*) AS referrals
          FROM person
          JOIN crm_pool_customer AS referred ON referred.referrer_id = person.id
         WHERE referred.company_id = %(company)s AND referred.active
         GROUP BY 1
    )
    SELECT customer.id, sold.last_at, COALESCE(sold.orders, 0), sold.amount,
           sold.cost, refunded.amount, rated.satisfaction, introduced.referrals,
           COALESCE(sold.unconverted, 0)
      FROM unnest(%(ids)s::int[]) AS customer (id)
      LEFT JOIN sold ON sold.customer_id = customer.id
      LEFT JOIN refunded ON refunded.customer_id = customer.id
      LEFT JOIN rated ON rated.customer_id = customer.id
      LEFT JOIN introduced ON introduced.customer_id = customer.id
     WHERE COALESCE(sold.customer_id, refunded.customer_id, rated.customer_id,
                    introduced.customer_id) IS NOT NULL
"""
READ_MODELS = (
    *("sale.order", "account.move", "rating.rating", "res.partner", "res.users"),
)
# What the products of an order cost now, in the company's currency.
COST = """
    COALESCE((
        SELECT sum(line.product_uom_qty * COALESCE(unit.factor, 1)
                   / COALESCE(NULLIF(stock_unit.factor, 0), 1) * %s)
          FROM sale_order_line AS line
          JOIN product_product AS product ON product.id = line.product_id
          JOIN product_template AS template ON template.id = product.product_tmpl_id
          LEFT JOIN uom_uom AS unit ON unit.id = line.product_uom_id
          LEFT JOIN uom_uom AS stock_unit ON stock_unit.id = template.uom_id
         WHERE line.order_id = sale.id), 0)
"""


class CrmPoolCustomer(models.Model):
    """What a customer is worth to the company (G25).

    - Nightly, from the last order, orders, amount, margin, satisfaction and referrals,
      by the weights of the company's policy: 0 to 100, and a grade.
    - A customer of whom nothing is known has 0 and no grade; an archived one keeps
      what it had.
    - Nobody writes it: the parts are read, rated and stored for thousands at once.
    """

    _inherit = "crm.pool.customer"

    value_score = fields.Integer(
        string="Customer Value",
        required=True,
        default=0,
        readonly=True,
        copy=False,
        aggregator="avg",
        help="0 to 100, computed every night by the weights of the company.",
    )
    value_grade = fields.Selection(
        selection=[("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"), ("e", "E")],
        readonly=True,
        copy=False,
        help="Empty: nothing is known of the customer yet.",
    )
    referrer_id = fields.Many2one(
        comodel_name="res.partner",
        string="Introduced By",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="The customer, or the person there, who brought this one: it counts for "
        "the value of the former.",
    )

    # "next" among shared customers; a claim takes a row out of it and writes nothing
    _value_idx = models.Index(
        "(company_id, stage_code, value_score DESC, next_visit_date, id)"
        " WHERE owner_id IS NULL AND next_visit_date IS NOT NULL"
    )

    @api.constrains("referrer_id", "partner_id")
    def _check_referrer(self):
        # superuser: a person of a customer that the user does not see has one, too
        for customer_sudo in self._privileged():
            referrer_sudo = customer_sudo.referrer_id
            if referrer_sudo.commercial_partner_id == customer_sudo.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(customer)s cannot have introduced itself.",
                        customer=customer_sudo.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_referrer_seen(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_referrer_seen(vals)
        return super().write(vals)

    @api.model
    def _check_referrer_seen(self, vals):
        """Refuse a contact that the user does not see, whatever a client sends."""
        if vals.get("referrer_id"):
            self.env["res.partner"].browse(vals["referrer_id"]).check_access("read")

    def _rate(self, policy):
        """Compute and store the value of every customer of self, by SQL.

        :param policy: of the company to which all of them belong
        """
        values = self._rate_figures(policy)
        self._store_explanations(policy, values)
        least = policy._value_least()
        scores = {
            customer_id: sum(share.share for share in shares)
            for customer_id, (shares, _unconverted) in values.items()
        }
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pool_customer AS customer
                   SET value_score = COALESCE(fresh.score, 0), value_grade = fresh.grade
                  FROM unnest(%s::int[]) AS batch (id)
                  LEFT JOIN unnest(%s::int[], %s::int[], %s::varchar[])
                       AS fresh (id, score, grade) ON fresh.id = batch.id
                 WHERE customer.id = batch.id
                   AND (customer.value_score, customer.value_grade)
                       IS DISTINCT FROM (COALESCE(fresh.score, 0), fresh.grade)
                """,
                self.ids,
                list(scores),
                list(scores.values()),
                [grade(score, least) for score in scores.values()],
            ),
            log_exceptions=False,  # a conflict is no error, Odoo replays it
        )
        self.invalidate_recordset(["value_score", "value_grade"], flush=False)

    def _rate_figures(self, policy):
        """:return: dict of id → (shares of the score, orders left out), of those of
        self of whom anything is known
        """
        parts = policy._value_parts()
        today = policy._local(fields.Datetime.now()).date()
        values = {}
        for row in self._read_value_facts(policy):
            customer_id, last_at, orders, *amounts, satisfaction, referrals, left = row
            sold, cost, refunded = [float(amount or 0) for amount in amounts]
            net = sold + refunded
            figures = {
                "recency": last_at and (today - policy._local(last_at).date()).days,
                "frequency": orders,
                "amount": net,
                # what was credited takes its share of the margin along
                "margin": (sold - cost) * net / sold if sold > 0 else min(net, 0.0),
                "satisfaction": satisfaction,
                "referral": referrals or 0,
            }
            values[customer_id] = (rate(parts, figures), left)
        return values

    def _read_value_facts(self, policy):
        """Rows of customer, last order, orders, amount, cost, credit notes (negative),
        satisfaction, referrals, orders without a rate; of those with any of them.
        """
        for model in READ_MODELS:
            self.env[model].flush_model()
        self.flush_model(["partner_id", "referrer_id", "active"])
        company = policy.company_id
        known = SQL(
            KNOWN,
            ids=self.ids,
            company=company.id,
            since=policy._value_since(),
            converted=self._converted_sql(company),
            cost=self._value_cost_sql(company),
        )
        return self.env.execute_query(SQL("%s %s", SQL(PERSONS, self.ids), known))

    @api.model
    def _value_cost_sql(self, company):
        """The cost of the row `sale` of sale_order: an addon that knows what was paid
        (sale_margin, say) may tell it better.
        """
        products = self.env["product.product"].with_company(company)
        products.flush_model(["standard_price"])
        self.env["sale.order.line"].flush_model()
        return SQL(COST, products._field_to_sql("product", "standard_price"))

    @api.model
    def _converted_sql(self, company):
        """Whether the row `sale` of sale_order has a rate to the company's currency."""
        return SQL(
            "(sale.currency_id <> ALL(%s::int[]))",
            self._currencies_without_rate(company),
        )

    @api.model
    def _currencies_without_rate(self, company):
        """Ids of currencies in which an amount cannot be told in the company's own.

        Odoo takes a currency without a rate as the one that all rates are told in:
        that is right as long as the company's own currency has a rate to it.
        """
        query = SQL(
            """
            SELECT currency.id FROM res_currency AS currency
             WHERE currency.id <> %(own)s
               AND NOT EXISTS (SELECT FROM res_currency_rate AS rate
                    WHERE rate.currency_id = currency.id
                      AND (rate.company_id IS NULL OR rate.company_id = %(root)s))
               AND NOT EXISTS (SELECT FROM res_currency_rate AS rate
                    WHERE rate.currency_id = %(own)s AND rate.rate <> 1
                      AND (rate.company_id IS NULL OR rate.company_id = %(root)s))
            """,
            own=company.currency_id.id,
            root=company.root_id.id,
        )
        return [row[0] for row in self.env.execute_query(query)]

    def _store_explanations(self, policy, values):
        """Write, change or remove the explanations of self.

        :param values: of _rate_figures
        """
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_customer_value"
                " WHERE customer_id = ANY(%s) AND customer_id <> ALL(%s::int[])",
                self.ids,
                list(values),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_value AS known (customer_id, company_id,
                            rated_on, parts, unconverted_count)
                SELECT fresh.customer_id, %s, %s, fresh.parts, fresh.unconverted_count
                  FROM unnest(%s::int[], %s::jsonb[], %s::int[])
                       AS fresh (customer_id, parts, unconverted_count)
                ON CONFLICT (customer_id) DO UPDATE
                   SET rated_on = EXCLUDED.rated_on, parts = EXCLUDED.parts,
                       unconverted_count = EXCLUDED.unconverted_count
                """,
                policy.company_id.id,
                policy._local(fields.Datetime.now()).date(),
                list(values),
                [
                    json.dumps([asdict(share) for share in shares])
                    for shares, _left in values.values()
                ],
                [left for _shares, left in values.values()],
            )
        )
        self.env["crm.customer.value"].invalidate_model(flush=False)
