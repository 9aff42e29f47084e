from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..rating.crediting import portion
from ..rating.rounding import round_money

_ZERO = Decimal(0)


class CrmIncentiveForecast(models.TransientModel):
    """What the open deals of a participant would earn, and how far the next tier is.

    - By the same rate tables and formulas as a run, on today's running totals; nothing
      is written but this page.
    - Quotations count in full, opportunities by their probability; an opportunity with
      an open quotation counts by the quotation. Each deal is taken by itself.
    - One sees the own forecast and that of those below; planners and approvers all.
    """

    _name = "crm.incentive.forecast"
    _description = "Incentive Forecast"

    @api.model
    def _default_participant_id(self):
        return self.env["crm.incentive.participant"].search(
            [
                ("user_id", "=", self.env.uid),
                ("company_id", "=", self.env.company.id),
            ]
        )

    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_participant_id(),
    )
    line_ids = fields.One2many(
        comodel_name="crm.incentive.forecast.line",
        inverse_name="forecast_id",
        string="Running Totals",
        readonly=True,
    )
    deal_ids = fields.One2many(
        comodel_name="crm.incentive.forecast.deal",
        inverse_name="forecast_id",
        string="Open Deals",
        readonly=True,
    )

    @api.depends("participant_id.name")
    def _compute_display_name(self):
        for forecast in self:
            forecast.display_name = forecast.participant_id.name or ""

    @api.model_create_multi
    def create(self, vals_list):
        forecasts = super().create(vals_list)
        forecasts._check_may_see()
        for forecast in forecasts:
            forecast._fill()
        return forecasts

    def write(self, vals):
        """Another person is another forecast."""
        result = super().write(vals)
        if "participant_id" in vals:
            self._check_may_see()
            for forecast in self:
                forecast._fill()
        return result

    @api.model
    def action_forecast(self):
        """The caller's own forecast, or an empty page for who earns nothing."""
        person = self._default_participant_id()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Forecast"),
            "res_model": self._name,
            "view_mode": "form",
        }
        if person:
            action["res_id"] = self.create({"participant_id": person.id}).id
        return action

    def _check_may_see(self):
        everybody = any(
            self.env.user.has_group(f"crm_incentive.crm_incentive_group_{name}")
            for name in ("manager", "approver")
        )
        for person in self.participant_id:
            if not (everybody or person.user_id == self.env.user or person.is_below_me):
                raise AccessError(self.env._("This forecast is another's."))

    def _fill(self):
        today = fields.Date.context_today(self)
        deals = self._open_deals()
        lines, worths = [], []
        for component in self._components_on(today):
            rated = self._rated(component, today)
            lines.append(self._prepare_line_vals(component, rated))
            for deal in deals:
                worth = self._prepare_deal_vals(component, rated, deal, today)
                if worth:
                    worths.append(worth)
        self.line_ids = [
            fields.Command.clear(),
            *map(fields.Command.create, lines),
        ]
        self.deal_ids = [
            fields.Command.clear(),
            *map(fields.Command.create, worths),
        ]

    def _components_on(self, day):
        """Components that pay the person on ``day``."""
        found = self.env["crm.incentive.plan.component"]
        spans = self.participant_id.assignment_ids.filtered(
            lambda a: a.date_from <= day and (not a.date_to or a.date_to >= day)
        )
        for plan in spans.plan_id:
            versions = plan.version_ids.filtered(
                lambda v: v.state == "approved" and v.date_from <= day
            )
            found += versions.sorted("date_from")[-1:].component_ids
        return found

    def _rated(self, component, day):
        """What a component makes of amounts: {total, table, value(extra)}."""
        plan = component.version_id.plan_id
        if component.kind == "formula":
            return self._rated_by_formula(component, plan, day)
        engine = self.env["crm.incentive.formula.engine"]
        start, end = engine._window_of(plan, day)
        total = sum(
            (
                Decimal(row[4])
                for row in self.env["crm.incentive.aggregate"]._sums(
                    plan, None, start, end
                )
                if row[:2] == (self.participant_id.id, component.id)
            ),
            _ZERO,
        )
        table = component.rate_table_id._to_rate_table()
        at = total if component.scope == "running" else _ZERO

        def value(extra):
            return table.cumulative(component.mode, at + extra) - table.cumulative(
                component.mode, at
            )

        return {
            "total": total,
            "at": at,
            "earned": table.cumulative(component.mode, total),
            "table": table,
            "value": value,
            "measures": component.measure_id,
        }

    def _rated_by_formula(self, component, plan, day):
        engine = self.env["crm.incentive.formula.engine"]
        formula = component.formula_id
        book = engine._book(plan, formula, day)
        period = book.periods.filtered(lambda p: p.date_from <= day <= p.date_to)
        measures = book.formulas._version_on(day).measure_ids

        def result(extra=_ZERO):
            if not period:
                return _ZERO
            for measure in measures:
                key = (self.participant_id.id, measure.code, period.id)
                book.totals[key] = book.totals.get(key, _ZERO) + extra
            found = engine._evaluate(book, formula, self.participant_id.id, period)
            for measure in measures:
                key = (self.participant_id.id, measure.code, period.id)
                book.totals[key] -= extra
            return found.value

        return {
            "total": None,
            "at": None,
            "earned": result(),
            "table": None,
            "value": lambda extra: result(extra) - result(),
            "measures": measures,
        }

    def _prepare_line_vals(self, component, rated):
        unit = Decimal(str(component.version_id.plan_id.currency_id.rounding))
        values = {
            "component_id": component.id,
            "total": float(rated["total"] or 0),
            "earned": float(round_money(rated["earned"], unit)),
        }
        table = rated["table"]
        if table and component.scope == "running":
            above = [t for t in table.tiers if t.lower > rated["total"]]
            if above:
                values["next_value"] = float(above[0].value)
                values["distance"] = float(above[0].lower - rated["total"])
        return values

    def _open_deals(self):
        """(model, record, amount, probability in %) of the person's open deals."""
        user = self.participant_id.user_id
        if not user:
            return []
        company = self.participant_id.company_id
        domain = [("user_id", "=", user.id), ("company_id", "=", company.id)]
        orders, leads = self.env["sale.order"], self.env["crm.lead"]
        if not (orders.has_access("read") and leads.has_access("read")):
            return []
        orders = orders.search([*domain, ("state", "in", ("draft", "sent"))])
        leads = leads.search(
            [
                *domain,
                ("type", "=", "opportunity"),
                ("probability", "<", 100),
                ("expected_revenue", ">", 0),
                ("id", "not in", orders.opportunity_id.ids),
            ]
        )
        return [
            *(
                (order, order.currency_id, order.amount_untaxed, 100)
                for order in orders
            ),
            *(
                (lead, lead.company_currency, lead.expected_revenue, lead.probability)
                for lead in leads
            ),
        ]

    def _prepare_deal_vals(self, component, rated, deal, day):
        """What one deal would earn under one component; nothing without a share."""
        record, currency, amount, probability = deal
        share = self._share(rated["measures"])
        if not share or not amount:
            return None
        plan = component.version_id.plan_id
        unit = Decimal(str(plan.currency_id.rounding))
        counted = currency._convert(amount, plan.currency_id, plan.company_id, day)
        base = portion(Decimal(str(counted)), share, unit)
        base = round_money(base * Decimal(str(probability)) / 100, unit)
        return {
            "component_id": component.id,
            "res_model": record._name,
            "res_id": record.id,
            "name": record.display_name,
            "probability": probability,
            "base": float(base),
            "worth": float(round_money(rated["value"](base), unit)),
            "working": self._working(component, rated, base),
        }

    def _share(self, measures):
        """The part of a deal that its salesperson gets directly."""
        rules = measures[:1].rule_ids.filtered(
            lambda r: r.receiver == "salesperson" and r.kind == "direct"
        )
        return rules._direct_total() if rules else Fraction(0)

    def _working(self, component, rated, base):
        """How the deal would be paid, slice by slice, in the reader's language."""
        table, at = rated["table"], rated["at"]
        if table is None or component.mode == "retroactive":
            return False
        entry = self.env["crm.incentive.entry"].new(
            {"currency_id": component.version_id.plan_id.currency_id.id}
        )
        lines = [
            entry._slice_text(
                {"base": part.base, "value": part.value, "amount": part.amount}
            )
            for part in table.step(component.mode, at, at + base)
        ]
        return Markup("<br/>").join(lines)


class CrmIncentiveForecastLine(models.TransientModel):
    """Where a running total stands, and how far its next tier is."""

    _name = "crm.incentive.forecast.line"
    _description = "Incentive Forecast of a Running Total"

    forecast_id = fields.Many2one(
        comodel_name="crm.incentive.forecast", required=True, ondelete="cascade"
    )
    component_id = fields.Many2one(
        comodel_name="crm.incentive.plan.component", required=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="component_id.version_id.plan_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    total = fields.Monetary(string="Running Total")
    earned = fields.Monetary()
    next_value = fields.Float(string="Next Rate", digits=(16, 2))
    distance = fields.Monetary(string="Still to Next Rate")


class CrmIncentiveForecastDeal(models.TransientModel):
    """What an open deal would earn under a component."""

    _name = "crm.incentive.forecast.deal"
    _description = "Incentive Forecast of a Deal"
    _order = "worth desc, id"

    forecast_id = fields.Many2one(
        comodel_name="crm.incentive.forecast", required=True, ondelete="cascade"
    )
    component_id = fields.Many2one(
        comodel_name="crm.incentive.plan.component", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="component_id.version_id.currency_id")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    name = fields.Char(string="Deal", required=True)
    probability = fields.Float(string="Probability (%)")
    base = fields.Monetary(string="Counted")
    worth = fields.Monetary(string="Would Earn")
    working = fields.Html(string="Calculation", sanitize=False)

    def action_open(self):
        """The quotation or opportunity."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
