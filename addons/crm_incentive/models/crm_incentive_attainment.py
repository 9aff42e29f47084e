from odoo import fields, models
from odoo.tools import SQL


class CrmIncentiveStandingMixin(models.AbstractModel):
    """A place among the quotas of a measure and days, without sales or pay."""

    _name = "crm.incentive.standing.mixin"
    _description = "Incentive Standing"

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    measure_id = fields.Many2one(comodel_name="crm.incentive.measure", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Until", readonly=True)
    attainment = fields.Float(
        string="Attainment (%)", digits=(16, 1), readonly=True, aggregator="avg"
    )
    rank = fields.Integer(readonly=True, aggregator=None)


class CrmIncentiveAttainment(models.Model):
    """What was reached of each quota: performance against target, without pay.

    Credits in force of the quota's days, each converted at the last rate on or before
    its day; the rank is among the quotas of the same measure and days.
    """

    _name = "crm.incentive.attainment"
    _inherit = "crm.incentive.standing.mixin"
    _description = "Incentive Attainment"
    _auto = False
    _order = "date_from desc, measure_id, rank, id"

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant", readonly=True
    )
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    target = fields.Monetary(readonly=True)
    achieved = fields.Monetary(readonly=True)
    missing = fields.Monetary(
        string="Still to Reach", readonly=True, help="0 once the target is reached."
    )

    def action_view_credits(self):
        """The credits that were reached, down to their documents."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_credit_action"
        )
        action["domain"] = [
            ("participant_id", "=", self.participant_id.id),
            ("measure_id", "=", self.measure_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]
        return action

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT reached.*, GREATEST(target - achieved, 0) AS missing,
                   100 * achieved / target AS attainment,
                   RANK() OVER (PARTITION BY measure_id, date_from, date_to
                                ORDER BY achieved / target DESC)::integer AS rank
              FROM (
                SELECT quota.id, quota.participant_id, quota.company_id,
                       quota.measure_id, quota.date_from, quota.date_to,
                       quota.currency_id, quota.amount AS target,
                       COALESCE((SELECT SUM(%(converted)s)
                          FROM crm_incentive_credit credit
                         WHERE credit.participant_id = quota.participant_id
                           AND credit.measure_id = quota.measure_id
                           AND credit.date BETWEEN quota.date_from AND quota.date_to
                           AND %(stands)s), 0) AS achieved
                  FROM crm_incentive_quota quota
                  JOIN res_company company ON company.id = quota.company_id
                  JOIN res_currency currency ON currency.id = quota.currency_id
              ) reached
            """,
            converted=self._converted(),
            stands=self.env["crm.incentive.credit"]._stands("credit"),
        )

    def _converted(self):
        """A credit in the quota's currency, rounded; nothing without a rate."""
        root = SQL("SPLIT_PART(company.parent_path, '/', 1)::integer")
        return SQL(
            "ROUND(credit.amount * %s / currency.rounding) * currency.rounding",
            self.env["crm.incentive.ledger"]._price(
                (SQL("credit.currency_id"), SQL("quota.currency_id")),
                SQL("credit.date"),
                (root, SQL("company.currency_id")),
            ),
        )


class CrmIncentiveRanking(models.Model):
    """Who stands where by attainment, for everybody to read: neither pay nor sales."""

    _name = "crm.incentive.ranking"
    _inherit = "crm.incentive.standing.mixin"
    _description = "Incentive Ranking"
    _auto = False
    _order = "date_from desc, measure_id, rank, id"

    name = fields.Char(string="Participant", readonly=True)
    attainment = fields.Float(aggregator=None)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT place.id, person.name, place.company_id, place.measure_id,
                   place.date_from, place.date_to, place.attainment, place.rank
              FROM (%s) place
              JOIN crm_incentive_participant person ON person.id = place.participant_id
             WHERE person.is_ranked
            """,
            self.env["crm.incentive.attainment"]._table_query,
        )


class CrmIncentiveParticipant(models.Model):
    """A participant who may keep out of the ranking."""

    _inherit = "crm.incentive.participant"

    is_ranked = fields.Boolean(
        string="In the Ranking",
        default=True,
        help="Without it, the name is left out of the ranking that everybody reads.",
    )
