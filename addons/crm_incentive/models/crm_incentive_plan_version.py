from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..formula.tokens import is_name


class CrmIncentivePlanVersion(models.Model):
    """What a plan pays from a date on, until the next approved version.

    - A draft may be changed; an approved version is read-only with its components,
      measures and rate tables: a change is a new version from a later date.
    - A version may not begin in a period that is closed or whose statements have left
      the draft.
    """

    _name = "crm.incentive.plan.version"
    _inherit = ["crm.incentive.version.mixin", "crm.incentive.marked.mixin"]
    _description = "Incentive Plan Version"
    _order = "plan_id, date_from desc, id desc"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="crm.incentive.plan",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    component_ids = fields.One2many(
        comodel_name="crm.incentive.plan.component",
        inverse_name="version_id",
        string="Components",
        copy=True,
    )

    _approved_unique = models.UniqueIndex(
        "(plan_id, date_from) WHERE state = 'approved'",
        "Another version of the plan is in force from this day.",
    )

    @api.depends("plan_id.name", "date_from")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(plan)s from %(date)s",
                plan=version.plan_id.name or "",
                date=fields.Date.to_string(version.date_from) or "",
            )

    def action_approve(self):
        """Put the versions in force; they cannot be changed afterwards."""
        self.check_access("write")
        for version in self:
            version._check_draft()
            version._check_complete()
            version._check_date()
        self._approve()
        self._mark_company()
        return True

    def action_replay(self):
        """Compare the version with the past."""
        self.ensure_one()
        first = fields.Date.start_of(fields.Date.context_today(self), "year")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay on Past Data"),
            "res_model": "crm.incentive.replay",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_version_id": self.id,
                "default_date_from": fields.Date.subtract(first, years=1),
                "default_date_to": fields.Date.subtract(first, days=1),
            },
        }

    @api.model
    def _in_force(self, plans, day):
        """The approved version of each of ``plans`` on ``day``, where there is one."""
        result = self.browse()
        for plan in plans:
            known = plan.version_ids.filtered(
                lambda v: v.state == "approved" and v.date_from <= day
            )
            result |= known.sorted("date_from")[-1:]
        return result

    def _check_complete(self):
        if not self.component_ids:
            raise UserError(
                self.env._("%(name)s has no components.", name=self.display_name)
            )
        for table in self.component_ids.rate_table_id:
            table._check_tiers()
        quantities = self._counted_measures().filtered(lambda m: m.counts == "quantity")
        if quantities and self.currency_id != self.company_id.currency_id:
            raise UserError(
                self.env._(
                    "%(measure)s counts quantities, which have no exchange rate: pay "
                    "it by a plan in %(currency)s.",
                    measure=quantities[0].name,
                    currency=self.company_id.currency_id.name,
                )
            )

    def _counted_measures(self):
        return self.component_ids.measure_id

    def _check_date(self):
        """A version never reaches back into what was already stated."""
        stated = self.env["crm.incentive.statement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("period_id.date_to", ">=", self.date_from),
                ("line_ids.plan_id", "=", self.plan_id.id),
                ("state", "!=", "draft"),
            ],
            limit=1,
        )
        closed = self.env["crm.incentive.period"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_to", ">=", self.date_from),
                ("state", "=", "closed"),
            ],
            order="date_to desc",
            limit=1,
        )
        if stated or closed and self.plan_id.is_locked:
            raise self._stated_error(closed or stated.period_id)


class CrmIncentivePlanComponent(models.Model):
    """One measure paid through one rate table, or a formula.

    The code carries a running total over from version to version.
    """

    _name = "crm.incentive.plan.component"
    _description = "Incentive Plan Component"
    _order = "version_id, sequence, id"
    _check_company_auto = True

    version_id = fields.Many2one(
        comodel_name="crm.incentive.plan.version",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, default="main")
    measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    rate_table_id = fields.Many2one(
        comodel_name="crm.incentive.rate.table",
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    mode = fields.Selection(
        selection=[
            ("marginal", "Marginal"),
            ("retroactive", "Retroactive"),
            ("interpolated", "Interpolated"),
        ],
        required=True,
        default="marginal",
        help="Marginal: each slice at its own tier's rate. Retroactive: everything at "
        "the rate of the tier reached. Interpolated: amounts per tier, the last one "
        "pro rata.",
    )
    scope = fields.Selection(
        selection=[("running", "Running Total"), ("transaction", "Each Deal")],
        required=True,
        default="running",
    )

    _code_unique = models.Constraint(
        "UNIQUE (version_id, code)", "Each component of a version has its own code."
    )

    @api.constrains("code")
    def _check_code(self):
        for component in self:
            if not is_name(component.code):
                raise ValidationError(
                    self.env._(
                        "%(code)s cannot be a name in formulas.", code=component.code
                    )
                )

    @api.constrains("mode", "rate_table_id")
    def _check_mode(self):
        for component in self:
            table = component.rate_table_id
            if table.kind == "grid":
                raise ValidationError(
                    self.env._(
                        "Component %(name)s: rates by two figures are read by a "
                        "formula, grid(table, row, column).",
                        name=component.name,
                    )
                )
            amounts = table.kind == "amount"
            if table and amounts != (component.mode == "interpolated"):
                raise ValidationError(
                    self.env._(
                        "Component %(name)s: interpolation needs amounts per tier, "
                        "the other modes need percentages.",
                        name=component.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        components = super().create(vals_list)
        components.version_id._check_draft()
        return components

    def write(self, vals):
        if vals.keys() - {"name"}:
            self.version_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.version_id._check_draft()
