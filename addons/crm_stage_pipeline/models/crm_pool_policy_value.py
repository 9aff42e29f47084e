from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.service.model import retrying
from odoo.tools import SQL

from ..value import Part

# Customers that are rated in one transaction.
CHUNK = 2000
PARTS = ("recency", "frequency", "amount", "margin", "satisfaction", "referral")
WEIGHTS = tuple(f"value_weight_{code}" for code in PARTS)
FULL_MARKS = tuple(
    f"value_full_{code}" for code in ("frequency", "amount", "margin", "referral")
)
THRESHOLDS = tuple(f"value_least_{letter}" for letter in "abcd")
# What changes the value of customers; a change has all of them rated anew.
VALUE_FIELDS = frozenset({"value_months", *WEIGHTS, *FULL_MARKS, *THRESHOLDS})


class CrmPoolPolicy(models.Model):
    """How a company rates its customers, and how far the rating has come (G25).

    - Every night, once a local day from the hour of the nightly run on, and after a
      change of what is set here.
    - In batches by the customers' numbers, each a transaction of its own: stopped, it
      goes on after the last one. Rated twice a customer has the same value.
    """

    _inherit = "crm.pool.policy"

    currency_id = fields.Many2one(related="company_id.currency_id")
    value_months = fields.Integer(
        string="Months That Count",
        default=12,
        help="Orders, refunds and ratings of so many months make a customer's value; "
        "an order as old as that earns nothing for recency.",
    )
    value_weight_recency = fields.Float(
        string="Weight of the Last Order",
        default=25,
        help="All points for an order of today.",
    )
    value_weight_frequency = fields.Float(string="Weight of Orders", default=20)
    value_weight_amount = fields.Float(string="Weight of the Amount", default=25)
    value_weight_margin = fields.Float(string="Weight of the Margin", default=15)
    value_weight_satisfaction = fields.Float(
        string="Weight of Satisfaction",
        default=10,
        help="All points for 5 of 5, none for 1 or without a rating.",
    )
    value_weight_referral = fields.Float(string="Weight of Referrals", default=5)
    value_full_frequency = fields.Integer(
        string="Orders for All Points", default=12, help="Confirmed orders."
    )
    value_full_amount = fields.Monetary(
        string="Amount for All Points",
        default=100_000,
        help="Confirmed orders less credit notes, without taxes.",
    )
    value_full_margin = fields.Monetary(
        string="Margin for All Points",
        default=30_000,
        help="Amount less the present cost of the products.",
    )
    value_full_referral = fields.Integer(
        string="Referrals for All Points",
        default=3,
        help="Customers that were introduced by this one.",
    )
    value_least_a = fields.Integer(string="Grade A from", default=80)
    value_least_b = fields.Integer(string="Grade B from", default=60)
    value_least_c = fields.Integer(string="Grade C from", default=40)
    value_least_d = fields.Integer(string="Grade D from", default=20)
    value_day = fields.Date(string="Customers Last Rated", readonly=True, copy=False)
    value_after = fields.Integer(
        readonly=True,
        copy=False,
        default=-1,
        help="The customers above this number are yet to be rated; -1: none.",
    )

    _value_full_check = models.Constraint(
        "CHECK (value_months BETWEEN 1 AND 120 AND value_full_frequency > 0"
        " AND value_full_amount > 0 AND value_full_margin > 0"
        " AND value_full_referral > 0)",
        "What earns all points is more than zero; 1 to 120 months count.",
    )
    _value_least_check = models.Constraint(
        "CHECK (100 >= value_least_a AND value_least_a > value_least_b"
        " AND value_least_b > value_least_c AND value_least_c > value_least_d"
        " AND value_least_d > 0)",
        "The grades' least scores fall from A to D, from 100 at most to 1 at least.",
    )

    @api.constrains(*WEIGHTS)
    def _check_value_weights(self):
        for policy in self:
            weights = [policy[name] for name in WEIGHTS]
            if min(weights) < 0:
                raise ValidationError(
                    self.env._("A weight of the customer value cannot be negative.")
                )
            if not any(weights):
                raise ValidationError(
                    self.env._(
                        "Nothing would tell customers apart: give at least one part "
                        "of the customer value a weight above zero."
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if VALUE_FIELDS.intersection(vals):
            self._rate_anew()
        return result

    def action_rate_customers(self):
        """Rate the company's customers now instead of at night."""
        self.check_access("write")
        self._rate_anew()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The customers are being rated in the background."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_rate_customers(self):
        """Every hour: open the nights that are due, go on with what is open."""
        policies = self.search([("company_id.active", "=", True)])
        for policy in policies:
            policy._open_rating()
        for policy in policies:
            while policy.value_after >= 0:
                handled = retrying(partial(policy._rate_chunk, CHUNK), self.env)
                left = 1 if policy.value_after >= 0 else 0
                if not self.env["ir.cron"]._commit_progress(handled, remaining=left):
                    return

    def _open_rating(self):
        """Begin tonight's rating unless it has begun; the day never goes back."""
        local = self._local(fields.Datetime.now())
        is_night = local.hour >= self.recycle_hour
        if is_night and not (self.value_day and self.value_day >= local.date()):
            self.write({"value_day": local.date(), "value_after": 0})

    def _rate_anew(self):
        """Have all customers rated by the background job."""
        self.value_after = 0
        # whoever may change what makes a customer's value may wake the job
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        env_sudo.ref("crm_stage_pipeline.crm_customer_value_cron")._trigger()

    def _rate_chunk(self, limit=CHUNK):
        """Rate the next customers in this transaction.

        :return: number of customers handled; less than `limit` at the end
        """
        self.ensure_one()
        customers = self.env["crm.pool.customer"]
        customers.flush_model(["active"])
        query = SQL(
            """
            SELECT id FROM crm_pool_customer
             WHERE company_id = %s AND active AND id > %s ORDER BY id LIMIT %s
            """,
            *(self.company_id.id, self.value_after, limit),
        )
        ids = [row[0] for row in self.env.execute_query(query)]
        if ids:
            customers.browse(ids)._rate(self)
            customers.browse(ids)._expect(self)
        self.value_after = ids[-1] if len(ids) == limit else -1
        return len(ids)

    def _value_since(self):
        """First day (of the company) whose orders and ratings count."""
        today = self._local(fields.Datetime.now()).date()
        return fields.Date.subtract(today, months=self.value_months)

    def _value_least(self):
        """The least scores of the grades A to D."""
        return [self[name] for name in THRESHOLDS]

    def _value_parts(self):
        """What makes a customer's value here, in the order of the explanation."""
        self.ensure_one()
        today = self._local(fields.Datetime.now()).date()
        scales = {
            "recency": ((today - self._value_since()) / timedelta(days=1), 0),
            "satisfaction": (1, 5),
        }
        return [
            Part(
                code=code,
                weight=self[f"value_weight_{code}"],
                empty=scales[code][0] if code in scales else 0,
                full=scales[code][1] if code in scales else self[f"value_full_{code}"],
            )
            for code in PARTS
        ]
