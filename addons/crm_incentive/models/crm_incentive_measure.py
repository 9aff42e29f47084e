from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..formula.tokens import is_name


class CrmIncentiveMeasure(models.Model):
    """What is counted, and for whom.

    - The source gives the lines (see crm.incentive.source), the domain chooses among
      them, the date rule says when they count.
    - The crediting rules share each line: direct shares sum to 100 %, overlays stand
      beside them. What a direct share finds nobody for goes to the house.
    - A measure that an approved plan version uses is read-only: copy it.
    """

    _name = "crm.incentive.measure"
    _inherit = ["crm.filter.mixin", "crm.incentive.locked.mixin"]
    _description = "Incentive Measure"
    _order = "name, id"
    _check_company_auto = True

    @api.model
    def _default_rule_ids(self):
        return [fields.Command.create({"receiver": "salesperson", "share": "100"})]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="The name of the measure in formulas: letters, digits and underscores.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    source = fields.Selection(
        selection="_selection_source", required=True, default="invoice"
    )
    line_model = fields.Char(compute="_compute_line_model")
    date_rule = fields.Selection(
        selection="_selection_date_rule",
        string="Counts On",
        compute="_compute_date_rule",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    counts = fields.Selection(
        selection=[("amount", "Amounts"), ("quantity", "Quantities")],
        compute="_compute_counts",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Amounts are untaxed. Quantities are in the product's own unit; a won "
        "lead, contact, call or registration is one.",
    )
    clawback_days = fields.Integer(
        string="Clawback Window (days)",
        help="A credit note later than so many days after its invoice takes nothing "
        "back; 0: credit notes always do.",
    )
    domain = fields.Char(
        string="Lines",
        help="Only lines that fit are counted, for instance of certain products.",
    )
    rule_ids = fields.One2many(
        comodel_name="crm.incentive.credit.rule",
        inverse_name="measure_id",
        string="Crediting",
        copy=True,
        default=lambda self: self._default_rule_ids(),
    )
    active = fields.Boolean(default=True)
    component_ids = fields.One2many(
        comodel_name="crm.incentive.plan.component", inverse_name="measure_id"
    )

    _clawback_days = models.Constraint(
        "CHECK (COALESCE(clawback_days, 0) >= 0)", "A number of days is not below 0."
    )
    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)", "Another measure of the company has this code."
    )

    @api.depends("source")
    def _compute_line_model(self):
        for measure in self:
            source = measure._source()
            measure.line_model = source._line_model if source is not None else False

    @api.depends("source")
    def _compute_date_rule(self):
        for measure in self:
            source = measure._source()
            known = (
                [code for code, _label in source._date_rules]
                if source is not None
                else []
            )
            if measure.date_rule not in known:
                measure.date_rule = known[0] if known else False

    @api.depends("source")
    def _compute_counts(self):
        for measure in self:
            source = measure._source()
            known = source._counts if source is not None else ("amount",)
            if measure.counts not in known:
                measure.counts = known[0]

    @api.model
    def _selection_source(self):
        return [
            (source._source_code, self.env["ir.model"]._get(name).name)
            for name, source in self._sources()
        ]

    @api.model
    def _selection_date_rule(self):
        labels = self._date_rule_labels()
        rules = [
            rule for _name, source in self._sources() for rule in source._date_rules
        ]
        return [(code, labels.get(code, label)) for code, label in dict(rules).items()]

    @api.constrains("code")
    def _check_code(self):
        for measure in self:
            if not is_name(measure.code):
                raise ValidationError(
                    self.env._(
                        "%(code)s cannot be a name in formulas.", code=measure.code
                    )
                )

    @api.constrains("source", "date_rule")
    def _check_date_rule(self):
        for measure in self:
            source = measure._source()
            if source is None or measure.date_rule not in dict(source._date_rules):
                raise ValidationError(
                    self.env._(
                        "Measure %(name)s: its source does not know this date.",
                        name=measure.name,
                    )
                )

    @api.constrains("source", "counts")
    def _check_counts(self):
        for measure in self:
            source = measure._source()
            if source is not None and measure.counts not in source._counts:
                raise ValidationError(
                    self.env._(
                        "Measure %(name)s: its source has no such figure, choose "
                        "amounts or quantities otherwise.",
                        name=measure.name,
                    )
                )

    @api.constrains("domain", "source")
    def _check_domain(self):
        return super()._check_domain()

    @api.constrains("rule_ids")
    def _check_rule_ids(self):
        for measure in self:
            total = measure.rule_ids._direct_total()
            if total != 1:
                raise ValidationError(
                    self.env._(
                        "Measure %(name)s: its direct shares sum to %(total)s %%, not "
                        "to 100 %%. Give the rest to the house.",
                        name=measure.name,
                        total=round(float(total) * 100, 6),
                    )
                )

    def copy_data(self, default=None):
        """A copy gets a code of its own."""
        result = super().copy_data(default)
        for measure, values in zip(self, result, strict=True):
            values.setdefault("code", self._free_code(measure))
        return result

    def _free_code(self, measure):
        taken = set(
            self.search([("company_id", "=", measure.company_id.id)]).mapped("code")
        )
        number = 2
        while f"{measure.code}_{number}" in taken:
            number += 1
        return f"{measure.code}_{number}"

    @api.model
    def _date_rule_labels(self):
        """{code of a date: its name in the reader's language}."""
        return {
            "order": self.env._("Order date"),
            "invoice": self.env._("Invoice date"),
            "accounting": self.env._("Accounting date"),
            "payment": self.env._("Payment date"),
            "won": self.env._("Day it was won"),
            "contact": self.env._("Day of the contact"),
        }

    @api.model
    def _sources(self):
        """(model name, model) of every installed source."""
        names = self.env.registry.descendants(["crm.incentive.source"], "_inherit")
        return [
            (name, self.env[name])
            for name in sorted(names)
            if self.env[name]._source_code
        ]

    def _source(self):
        """The model of this measure's source, or None when its addon is gone."""
        by_code = {source._source_code: source for _name, source in self._sources()}
        return by_code.get(self.source)

    def _filter_model(self):
        return self.env[self.line_model]

    def _line_ids_query(self):
        """SQL for the ids of the lines that fit, of all that the caller may see."""
        lines = self.env[self._source()._line_model].with_context(active_test=False)
        return lines._search(self._filter_domain()).subselect()

    def _source_rows(self, date_to, documents=None):
        """SQL of what counts up to ``date_to``, see crm.incentive.source."""
        source = self._source()
        if source is None:
            raise UserError(
                self.env._(
                    "The source of measure %(name)s is not installed.", name=self.name
                )
            )
        if self.domain in (False, "[]"):
            # no subselect over every line of the database
            line_ids = SQL("line.id")
        else:
            line_ids = self._line_ids_query()
        return source._source_rows(self, line_ids, self.company_id, date_to, documents)
