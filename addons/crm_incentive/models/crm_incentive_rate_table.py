from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rating import RateTable, TableError, Tier
from ..rating.tier import GridTable


class CrmIncentiveRateTable(models.Model):
    """Tiers that turn an amount into commission.

    - Lower bounds only: a tier ends where the next begins, so gaps and overlaps cannot
      exist; a boundary belongs to the upper tier; the first bound is 0.
    - Interpolated tables pay each tier's whole amount when it is full, the last one pro
      rata: they need the end of the last tier.
    - A table that an approved plan version uses is read-only: copy it.
    """

    _name = "crm.incentive.rate.table"
    _inherit = "crm.incentive.locked.mixin"
    _description = "Incentive Rate Table"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=[
            ("rate", "Percentages"),
            ("amount", "Amounts per Tier"),
            ("grid", "Percentages by Two Figures"),
        ],
        required=True,
        default="rate",
        help="Percentages are paid marginally or retroactively; amounts per tier are "
        "interpolated; those by two figures are read by formulas alone: grid(table, "
        "row, column).",
    )
    tier_ids = fields.One2many(
        comodel_name="crm.incentive.rate.tier",
        inverse_name="table_id",
        string="Tiers",
        copy=True,
    )
    end_bound = fields.Float(
        string="End of the Last Tier",
        digits=(16, 2),
        help="Only for amounts per tier: above it nothing more is earned.",
    )
    active = fields.Boolean(default=True)
    component_ids = fields.One2many(
        comodel_name="crm.incentive.plan.component", inverse_name="rate_table_id"
    )

    @api.constrains("tier_ids", "kind", "end_bound")
    def _check_tiers(self):
        for table in self:
            try:
                table._to_rate_table()
            except TableError as error:
                raise ValidationError(table._explain(error.code)) from error

    def _explain(self, code):
        return {
            "empty": self.env._("Rate table %(name)s has no tiers.", name=self.name),
            "first_bound": self.env._(
                "Rate table %(name)s: the first tier begins at 0.", name=self.name
            ),
            "order": self.env._(
                "Rate table %(name)s: two tiers begin at the same amount, or the end "
                "is not above the last one.",
                name=self.name,
            ),
            "no_end": self.env._(
                "Rate table %(name)s: amounts per tier need the end of the last one.",
                name=self.name,
            ),
            "ragged": self.env._(
                "Rate table %(name)s: every row has the same columns.", name=self.name
            ),
        }[code]

    def _to_rate_table(self):
        """The pure table; raises TableError."""
        if self.kind == "grid":
            return self._to_grid()
        tiers = self.tier_ids.sorted("lower_bound")
        end = Decimal(str(self.end_bound)) if self.kind == "amount" else None
        if end is not None and not end:
            raise TableError("no_end")
        return RateTable(
            tuple(
                Tier(Decimal(str(t.lower_bound)), Decimal(str(t.value))) for t in tiers
            ),
            end,
        )

    def _to_grid(self):
        rows = {}
        for tier in self.tier_ids.sorted(lambda t: (t.lower_bound, t.column_bound)):
            rows.setdefault(Decimal(str(tier.lower_bound)), []).append(
                Tier(Decimal(str(tier.column_bound)), Decimal(str(tier.value)))
            )
        return GridTable(tuple((lower, tuple(row)) for lower, row in rows.items()))


class CrmIncentiveRateTier(models.Model):
    """From ``lower_bound`` on, ``value`` holds: percent, or the amount of the tier.

    In a grid: from the bounds of both figures on.
    """

    _name = "crm.incentive.rate.tier"
    _description = "Incentive Rate Tier"
    _order = "table_id, lower_bound"

    table_id = fields.Many2one(
        comodel_name="crm.incentive.rate.table",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="table_id.company_id", store=True)
    lower_bound = fields.Float(string="From", digits=(16, 2), required=True)
    column_bound = fields.Float(string="Column From", digits=(16, 2))
    value = fields.Float(digits=(16, 6), required=True)

    _cell_unique = models.UniqueIndex(
        "(table_id, lower_bound, COALESCE(column_bound, 0))",
        "Two tiers begin at the same amount.",
    )
    _not_negative = models.Constraint(
        "CHECK (lower_bound >= 0 AND COALESCE(column_bound, 0) >= 0)",
        "The first tier begins at 0.",
    )

    @api.constrains("lower_bound", "column_bound", "table_id")
    def _check_table(self):
        self.table_id._check_tiers()

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.table_id._check_unlocked()
        return tiers

    def write(self, vals):
        self.table_id._check_unlocked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.table_id._check_unlocked()
