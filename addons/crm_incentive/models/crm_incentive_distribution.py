from odoo import fields, models
from odoo.tools import SQL


class CrmIncentiveDistribution(models.Model):
    """How a plan's pay is spread over its people in a period: sums and quantiles."""

    _name = "crm.incentive.distribution"
    _description = "Incentive Distribution"
    _auto = False
    _order = "date_from desc, plan_id, id"

    plan_id = fields.Many2one(comodel_name="crm.incentive.plan", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    period_id = fields.Many2one(comodel_name="crm.incentive.period", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    people = fields.Integer(string="Participants", readonly=True)
    total = fields.Monetary(readonly=True)
    lowest = fields.Monetary(readonly=True, aggregator=None)
    lower_quartile = fields.Monetary(readonly=True, aggregator=None)
    median = fields.Monetary(readonly=True, aggregator=None)
    upper_quartile = fields.Monetary(readonly=True, aggregator=None)
    highest = fields.Monetary(readonly=True, aggregator=None)
    top_share = fields.Float(
        string="Share of the Top Tenth (%)",
        digits=(16, 1),
        readonly=True,
        aggregator=None,
        help="Of all that is paid, what the best paid tenth of the people get.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) AS id, plan_id, company_id, period_id, date_from,
                   currency_id, COUNT(*)::integer AS people, SUM(amount) AS total,
                   MIN(amount) AS lowest, MAX(amount) AS highest,
                   %(lower)s AS lower_quartile, %(median)s AS median,
                   %(upper)s AS upper_quartile,
                   100 * SUM(amount) FILTER (WHERE place <= CEIL(count / 10.0))
                       / NULLIF(SUM(amount), 0) AS top_share
              FROM (
                SELECT MIN(entry.id) AS id, entry.plan_id, entry.company_id,
                       entry.period_id, period.date_from, entry.currency_id,
                       SUM(entry.amount) AS amount,
                       ROW_NUMBER() OVER (PARTITION BY entry.plan_id, entry.period_id
                                          ORDER BY SUM(entry.amount) DESC) AS place,
                       COUNT(*) OVER (PARTITION BY entry.plan_id, entry.period_id)
                           AS count
                  FROM crm_incentive_entry entry
                  JOIN crm_incentive_period period ON period.id = entry.period_id
              GROUP BY entry.plan_id, entry.company_id, entry.period_id,
                       period.date_from, entry.currency_id, entry.participant_id
              ) person
          GROUP BY plan_id, company_id, period_id, date_from, currency_id
            """,
            lower=self._quantile(0.25),
            median=self._quantile(0.5),
            upper=self._quantile(0.75),
        )

    def _quantile(self, share):
        return SQL(
            "(PERCENTILE_CONT(%s) WITHIN GROUP (ORDER BY amount))::numeric(16, 2)",
            share,
        )
