from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmIncentiveDraw(models.Model):
    """The least and the most that a participant is paid in a period.

    - Terms hold for the periods that begin from the first day to the last; the latest
      terms say how an owed draw is taken back after that.
    - Minimum: the shortfall is paid. Recoverable: it is owed, and from the agreed day
      on taken back out of what exceeds the minimum.
    - Maximum: what is above is forfeited, or carried to the next period.
    """

    _name = "crm.incentive.draw"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Draw"
    _order = "participant_id, date_from desc, id"
    _check_company_auto = True

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    company_id = fields.Many2one(
        related="participant_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")
    minimum = fields.Monetary(help="What is paid at least in each period.")
    is_recoverable = fields.Boolean(string="Recoverable", default=True)
    recovery_from = fields.Date(
        help="From the period on that begins on this day or later, what exceeds the "
        "minimum takes back what is owed."
    )
    maximum = fields.Monetary(string="Cap", help="What is paid at most; 0: no cap.")
    above = fields.Selection(
        selection=[("forfeit", "Forfeited"), ("defer", "Carried Forward")],
        string="Above the Cap",
        required=True,
        default="forfeit",
    )

    _order_of_days = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "A draw ends on or after its first day.",
    )
    _amounts = models.Constraint(
        "CHECK (COALESCE(minimum, 0) >= 0 AND COALESCE(maximum, 0) >= 0 AND"
        " (COALESCE(maximum, 0) = 0 OR COALESCE(minimum, 0) <= maximum))",
        "Minimum and cap are not below 0, and the minimum is not above the cap.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(participant_id, participant_id, '[]') WITH &&,"
        " int4range(currency_id, currency_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "A participant has one draw at a time.",
    )

    @api.depends("participant_id.name", "date_from")
    def _compute_display_name(self):
        for draw in self:
            day = fields.Date.to_string(draw.date_from) or ""
            draw.display_name = f"{draw.participant_id.name or ''}, {day}"

    @api.constrains("minimum", "is_recoverable", "recovery_from")
    def _check_recovery(self):
        for draw in self:
            if draw.minimum and draw.is_recoverable and not draw.recovery_from:
                raise ValidationError(
                    self.env._(
                        "%(name)s: say from when on the draw is taken back.",
                        name=draw.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        draws = super().create(vals_list)
        draws._check_unstated()
        return draws

    def write(self, vals):
        """Only the end may still change when statements have left the draft."""
        if vals.keys() - {"date_to"}:
            self._check_unstated()
        result = super().write(vals)
        self._check_unstated(after_end="date_to" in vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_stated(self):
        self._check_unstated()

    def _check_unstated(self, after_end=False):
        """Terms do not change for periods whose statement has left the draft."""
        for draw in self:
            first = draw.date_from
            if after_end:
                if not draw.date_to:
                    continue
                first = fields.Date.add(draw.date_to, days=1)
            stated = self.env["crm.incentive.statement"].search(
                [
                    ("participant_id", "=", draw.participant_id.id),
                    ("currency_id", "=", draw.currency_id.id),
                    ("state", "!=", "draft"),
                    ("period_id.date_from", ">=", first),
                ],
                limit=1,
            )
            if stated:
                raise ValidationError(
                    self.env._(
                        "%(draw)s: %(period)s is already stated.",
                        draw=draw.display_name,
                        period=stated.period_id.name,
                    )
                )
