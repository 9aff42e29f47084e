from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmIncentiveQuota(models.Model):
    """What a participant is to reach in a measure, from one day to another.

    - A running total (month, quarter or year) is compared with the quotas that lie
      wholly inside it, added up; one that reaches out of it does not count for it.
    - Where none lies inside, a formula that asks for it is reported: missing is not 0.
    - Days of one participant and measure do not overlap.
    """

    _name = "crm.incentive.quota"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Quota"
    _order = "date_from desc, participant_id, id"
    _check_company_auto = True

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    company_id = fields.Many2one(
        related="participant_id.company_id", store=True, index=True
    )
    measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = fields.Monetary(string="Target", required=True)

    _order_of_days = models.Constraint(
        "CHECK (date_from <= date_to)", "A quota ends on or after its first day."
    )
    _positive = models.Constraint("CHECK (amount > 0)", "A quota is above 0.")
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(participant_id, participant_id, '[]') WITH &&,"
        " int4range(measure_id, measure_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Quotas of a participant and measure must not overlap.",
    )

    @api.depends("participant_id.name", "measure_id.name", "date_from")
    def _compute_display_name(self):
        for quota in self:
            names = (
                quota.participant_id.name or "",
                quota.measure_id.name or "",
                fields.Date.to_string(quota.date_from) or "",
            )
            quota.display_name = ", ".join(names)

    @api.model_create_multi
    def create(self, vals_list):
        quotas = super().create(vals_list)
        quotas._check_unstated()
        return quotas

    def write(self, vals):
        self._check_unstated()
        result = super().write(vals)
        self._check_unstated()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_stated(self):
        self._check_unstated()

    def _check_unstated(self):
        """Nobody's target changes after his statement has left the draft."""
        for quota in self:
            stated = self.env["crm.incentive.statement"].search(
                [
                    ("participant_id", "=", quota.participant_id.id),
                    ("state", "!=", "draft"),
                    ("period_id.date_from", "<=", quota.date_to),
                    ("period_id.date_to", ">=", quota.date_to),
                ],
                limit=1,
            )
            if stated:
                raise ValidationError(
                    self.env._(
                        "%(quota)s: %(period)s is already stated.",
                        quota=quota.display_name,
                        period=stated.period_id.name,
                    )
                )
