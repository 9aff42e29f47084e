from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..formula.tokens import is_name


class CrmIncentiveMeasure(models.Model):
    """A measure's code is no formula's; an approved formula locks what it names."""

    _inherit = "crm.incentive.measure"

    formula_version_ids = fields.Many2many(
        comodel_name="crm.incentive.formula.version",
        relation="crm_incentive_formula_version_measure_rel",
        string="Named in Formulas",
        readonly=True,
        copy=False,
    )

    @api.depends("formula_version_ids.state")
    def _compute_is_locked(self):
        result = super()._compute_is_locked()
        for measure in self:
            if "approved" in measure.formula_version_ids.mapped("state"):
                measure.is_locked = True
        return result

    @api.constrains("code", "company_id")
    def _check_code_of_formula(self):
        formulas = self.env["crm.incentive.formula"]
        formulas._check_apart(formulas, self.company_id, self.mapped("code"))


class CrmIncentiveRateTable(models.Model):
    """A rate table that formulas can name; an approved one locks it."""

    _inherit = "crm.incentive.rate.table"

    code = fields.Char(
        copy=False,
        help="The name of the table in formulas: letters, digits and underscores.",
    )
    formula_version_ids = fields.Many2many(
        comodel_name="crm.incentive.formula.version",
        relation="crm_incentive_formula_version_table_rel",
        string="Named in Formulas",
        readonly=True,
        copy=False,
    )

    _code_unique = models.UniqueIndex(
        "(company_id, code) WHERE code IS NOT NULL",
        "Another rate table of the company has this code.",
    )

    @api.depends("formula_version_ids.state")
    def _compute_is_locked(self):
        result = super()._compute_is_locked()
        for table in self:
            if "approved" in table.formula_version_ids.mapped("state"):
                table.is_locked = True
        return result

    @api.constrains("code")
    def _check_code(self):
        for table in self:
            if table.code and not is_name(table.code):
                raise ValidationError(
                    self.env._(
                        "%(code)s cannot be a name in formulas.", code=table.code
                    )
                )


class CrmIncentivePlanComponent(models.Model):
    """A component is paid through a rate table, or by a formula.

    A formula says what the running total earns to date; what is earned in a period is
    that, less what was already stated.
    """

    _inherit = "crm.incentive.plan.component"

    kind = fields.Selection(
        selection=[("table", "Rate Table"), ("formula", "Formula")],
        required=True,
        default="table",
        string="Paid By",
    )
    formula_id = fields.Many2one(
        comodel_name="crm.incentive.formula",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )

    _paid_by = models.Constraint(
        "CHECK (kind = 'formula' AND formula_id IS NOT NULL AND measure_id IS NULL"
        " AND rate_table_id IS NULL OR kind = 'table' AND formula_id IS NULL"
        " AND measure_id IS NOT NULL AND rate_table_id IS NOT NULL)",
        "A component has a measure and a rate table, or a formula.",
    )

    @api.constrains("kind", "scope")
    def _check_scope(self):
        for component in self:
            if component.kind == "formula" and component.scope != "running":
                raise ValidationError(
                    self.env._(
                        "Component %(name)s: a formula is paid on a running total.",
                        name=component.name,
                    )
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "formula":
            self.measure_id = self.rate_table_id = False
            self.mode, self.scope = "marginal", "running"
        else:
            self.formula_id = False


class CrmIncentivePlanVersion(models.Model):
    """A version is approved when its formulas are."""

    _inherit = "crm.incentive.plan.version"

    def _check_complete(self):
        result = super()._check_complete()
        day = self.date_from
        for formula in self.component_ids.formula_id._closure():
            if not formula._version_on(day):
                raise ValidationError(
                    self.env._(
                        "Formula %(name)s has no approved version on %(date)s.",
                        name=formula.name,
                        date=fields.Date.to_string(day),
                    )
                )
        return result

    def _counted_measures(self):
        formulas = self.component_ids.formula_id._closure()
        return super()._counted_measures() | formulas.version_ids.measure_ids
