from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..formula import FormulaError, order, parse
from ..formula.tokens import is_name


class CrmIncentiveFormula(models.Model):
    """A calculation that plans and other formulas use by its code.

    - Names in it are measures and other formulas; a name means one thing only, so a
      formula has no measure's code.
    - What holds on a day is the last approved version that begins on or before it.
    - Formulas that use each other in a circle are refused with their path.
    """

    _name = "crm.incentive.formula"
    _description = "Incentive Formula"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="The name in other formulas: letters, digits and underscores.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    description = fields.Text(translate=True)
    active = fields.Boolean(default=True)
    version_ids = fields.One2many(
        comodel_name="crm.incentive.formula.version",
        inverse_name="formula_id",
        string="Versions",
        copy=True,
    )
    component_ids = fields.One2many(
        comodel_name="crm.incentive.plan.component", inverse_name="formula_id"
    )
    is_locked = fields.Boolean(compute="_compute_is_locked")

    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)", "Another formula of the company has this code."
    )

    @api.depends("version_ids.state")
    def _compute_is_locked(self):
        for formula in self:
            formula.is_locked = "approved" in formula.version_ids.mapped("state")

    @api.constrains("code", "company_id")
    def _check_code(self):
        for formula in self:
            if not is_name(formula.code):
                raise ValidationError(
                    self.env._(
                        "%(code)s cannot be a name in formulas.", code=formula.code
                    )
                )
        self._check_apart(
            self.env["crm.incentive.measure"], self.company_id, self.mapped("code")
        )

    def write(self, vals):
        """Code and company stay when an approved version exists."""
        if {"code", "company_id"} & vals.keys():
            self.version_ids._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.version_ids._check_draft()

    def copy_data(self, default=None):
        """A copy gets a code of its own."""
        result = super().copy_data(default)
        for formula, values in zip(self, result, strict=True):
            values.setdefault("code", f"{formula.code}_copy")
        return result

    def _check_apart(self, others, companies, codes):
        """Neither of two kinds of names has a code of the other."""
        twin = others.with_context(active_test=False).search(
            [("company_id", "in", companies.ids), ("code", "in", codes)], limit=1
        )
        if twin:
            raise ValidationError(
                self.env._(
                    "%(code)s is the code of %(name)s already.",
                    code=twin.code,
                    name=twin.name,
                )
            )

    def _version_on(self, day, drafts=False):
        """The versions in force on ``day``; with ``drafts``, as if all were approved.

        A trial's version stands for its formula, whatever its state and date.
        """
        versions = self.env["crm.incentive.formula.version"]
        tried = versions.browse(self.env.context.get("crm_incentive_trial_version_id"))
        found = versions
        for formula in self:
            if formula == tried.formula_id:
                found += tried
                continue
            known = formula.version_ids.filtered(
                lambda v: v.date_from <= day and (drafts or v.state == "approved")
            )
            found += known.sorted(lambda v: (v.date_from, v.id))[-1:]
        return found

    def _closure(self):
        """These formulas and all that they use, in any version."""
        found, todo = self, self
        while todo:
            todo = todo.version_ids.formula_ids - found
            found += todo
        return found

    def _users(self):
        """These formulas and all that use them, in any version."""
        found, todo = self, self
        while todo:
            todo = (
                self.env["crm.incentive.formula.version"]
                .search([("formula_ids", "in", todo.ids)])
                .formula_id
            ) - found
            found += todo
        return found

    def _check_cycle(self):
        """On no day do formulas use each other in a circle."""
        for company in self.company_id:
            every = self.with_context(active_test=False).search(
                [("company_id", "=", company.id)]
            )
            for day in sorted(set(every.version_ids.mapped("date_from"))):
                versions = every._version_on(day, drafts=True)
                try:
                    order({v.formula_id.code: parse(v.expression) for v in versions})
                except FormulaError as error:
                    raise ValidationError(self._explain_problem(error.problem)) from (
                        error
                    )


class CrmIncentiveFormulaVersion(models.Model):
    """The text of a formula from a date on, until the next approved version.

    - A draft may be changed; an approved version is read-only with the measures and
      rate tables it names: a change is a new version from a later date.
    - A version may not begin in a period that is already stated with the formula.
    """

    _name = "crm.incentive.formula.version"
    _inherit = ["crm.incentive.version.mixin", "crm.incentive.marked.mixin"]
    _description = "Incentive Formula Version"
    _order = "formula_id, date_from desc, id desc"

    _kept_current = frozenset({"measure_ids", "formula_ids", "table_ids"})

    formula_id = fields.Many2one(
        comodel_name="crm.incentive.formula",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        related="formula_id.company_id", store=True, index=True
    )
    expression = fields.Text(
        required=True,
        help="Measures and formulas by their codes, numbers, + - * /, comparisons, "
        "and or not, a if condition else b, and functions, which are offered while you "
        "type.",
    )
    measure_ids = fields.Many2many(
        comodel_name="crm.incentive.measure",
        relation="crm_incentive_formula_version_measure_rel",
        compute="_compute_names",
        store=True,
        string="Measures",
    )
    formula_ids = fields.Many2many(
        comodel_name="crm.incentive.formula",
        relation="crm_incentive_formula_version_formula_rel",
        compute="_compute_names",
        store=True,
        string="Formulas",
    )
    table_ids = fields.Many2many(
        comodel_name="crm.incentive.rate.table",
        relation="crm_incentive_formula_version_table_rel",
        compute="_compute_names",
        store=True,
        string="Rate Tables",
    )

    _approved_unique = models.UniqueIndex(
        "(formula_id, date_from) WHERE state = 'approved'",
        "Another version of the formula is in force from this day.",
    )

    @api.depends("formula_id.name", "date_from")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(formula)s from %(date)s",
                formula=version.formula_id.name or "",
                date=fields.Date.to_string(version.date_from) or "",
            )

    @api.depends("expression", "formula_id.company_id", "formula_id.code")
    def _compute_names(self):
        for version in self:
            try:
                parsed = parse(version.expression or "")
            except FormulaError:
                # the constraint says what is wrong with it
                version.measure_ids = version.formula_ids = version.table_ids = False
                continue
            company = version.formula_id.company_id
            known = self.formula_id._known_names(company)
            names = [*parsed.names, *(name for _call, name in parsed.references)]
            version.measure_ids = known["measures"].filtered_domain(
                [("code", "in", names)]
            )
            version.formula_ids = known["formulas"].filtered_domain(
                [("code", "in", names)]
            )
            version.table_ids = known["tables"].filtered_domain(
                [("code", "in", parsed.tables)]
            )

    @api.constrains("expression", "formula_id", "date_from")
    def _check_expression(self):
        for version in self:
            formula = version.formula_id
            _parsed, problem = formula._read(version.expression, formula.company_id)
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(name)s: %(problem)s",
                        name=version.display_name,
                        problem=formula._explain_problem(problem),
                    )
                )
        self.formula_id._check_cycle()

    def action_approve(self):
        """Put the versions in force; they cannot be changed afterwards."""
        self.check_access("write")
        self._check_draft()
        self._check_expression()
        for version in self:
            version._check_date()
        self._approve()
        # computed stored relations leave their other end in the cache as it was
        for named in (self.measure_ids, self.table_ids):
            named.invalidate_recordset(["formula_version_ids", "is_locked"])
        return True

    def action_try(self):
        """Try the formula on a person and period."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_incentive.crm_incentive_formula_trial_action"
        )
        action["context"] = {"default_version_id": self.id}
        return action

    def _check_date(self):
        """A version never reaches back into what was already stated with it."""
        stated = self.env["crm.incentive.entry"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("formula_version_id.formula_id", "in", self.formula_id._users().ids),
                ("period_id.date_to", ">=", self.date_from),
                ("statement_id.state", "!=", "draft"),
            ],
            limit=1,
        )
        if stated:
            raise self._stated_error(stated.period_id)
