from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rating.rounding import allot

MONTHS = {"quarter": 3, "month": 1}


class CrmIncentiveSalesPlanLine(models.Model):
    """A part of a sales plan: of days, and of whom, what, where or with whom."""

    _name = "crm.incentive.sales.plan.line"
    _description = "Sales Plan Line"
    _order = "plan_id, date_from, date_to desc, id"
    _parent_store = True
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="crm.incentive.sales.plan",
        required=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    parent_id = fields.Many2one(
        comodel_name="crm.incentive.sales.plan.line",
        string="Part Of",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('plan_id', '=', plan_id)]",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.incentive.sales.plan.line", inverse_name="parent_id"
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    team_id = fields.Many2one(comodel_name="crm.team", ondelete="restrict")
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    product_category_id = fields.Many2one(
        comodel_name="product.category", ondelete="restrict"
    )
    territory_id = fields.Many2one(
        comodel_name="res.country.state", ondelete="restrict"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", ondelete="restrict"
    )
    amount = fields.Monetary(string="Target", required=True)
    remaining = fields.Monetary(string="Not Broken Down", compute="_compute_remaining")

    _order_of_days = models.Constraint(
        "CHECK (date_from <= date_to)", "A line ends on or after its first day."
    )
    _positive = models.Constraint("CHECK (amount > 0)", "A target is above 0.")

    @api.depends("date_from", "date_to", "team_id.name", "participant_id.name")
    def _compute_display_name(self):
        for line in self:
            days = " – ".join(
                fields.Date.to_string(day) or ""
                for day in (line.date_from, line.date_to)
            )
            who = line.participant_id.name or line.team_id.name or ""
            line.display_name = f"{who} {days}".strip()

    @api.depends("amount", "child_ids.amount")
    def _compute_remaining(self):
        for line in self:
            below = sum(line.child_ids.mapped("amount"))
            line.remaining = line.amount - below if line.child_ids else line.amount

    @api.constrains("parent_id", "plan_id", "date_from", "date_to")
    def _check_inside(self):
        for line in self:
            outer = line.parent_id or line.plan_id
            other = line.parent_id and line.parent_id.plan_id != line.plan_id
            if (
                other
                or line.date_from < outer.date_from
                or line.date_to > outer.date_to
            ):
                raise ValidationError(
                    self.env._(
                        "%(line)s reaches out of what it is part of.",
                        line=line.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.plan_id._check_draft()
        return lines

    def write(self, vals):
        self.plan_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.plan_id._check_draft()

    def action_break_down_quarters(self):
        """Lines below, one for each quarter."""
        return self._break_down_days("quarter")

    def action_break_down_months(self):
        """Lines below, one for each month."""
        return self._break_down_days("month")

    def action_break_down_people(self):
        """Lines below, one for each participant of the team."""
        for line in self:
            users = line.team_id.member_ids
            people = self.env["crm.incentive.participant"].search(
                [
                    ("user_id", "in", users.ids),
                    ("company_id", "=", line.company_id.id),
                ]
            )
            if not people:
                raise UserError(
                    self.env._(
                        "%(line)s has no team of participants.", line=line.display_name
                    )
                )
            line._break_down([{"participant_id": person.id} for person in people])
        return True

    def _break_down_days(self, step):
        for line in self:
            spans, first = [], line.date_from
            while first <= line.date_to:
                start = fields.Date.start_of(first, step)
                after = start + relativedelta(months=MONTHS[step])
                last = min(after - relativedelta(days=1), line.date_to)
                spans.append({"date_from": first, "date_to": last})
                first = after
            line._break_down(spans)
        return True

    def _break_down(self, parts):
        """Lines below that share the amount alike, to the cent."""
        self.ensure_one()
        if self.child_ids:
            raise UserError(
                self.env._("%(line)s is broken down already.", line=self.display_name)
            )
        unit = Decimal(str(self.currency_id.rounding))
        amount = Decimal(str(self.amount))
        shares = allot([amount / len(parts)] * len(parts), amount, unit)
        self.create(
            [
                {
                    "plan_id": self.plan_id.id,
                    "parent_id": self.id,
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    "team_id": self.team_id.id,
                    "participant_id": self.participant_id.id,
                    "product_category_id": self.product_category_id.id,
                    "territory_id": self.territory_id.id,
                    "partner_id": self.partner_id.id,
                    **part,
                    "amount": float(share),
                }
                for part, share in zip(parts, shares, strict=True)
            ]
        )

    def _is_quota(self):
        """Whether the line is a person's whole target of its days."""
        narrow = self.product_category_id or self.territory_id or self.partner_id
        return bool(self.participant_id) and not narrow and not self.child_ids


class CrmIncentiveQuota(models.Model):
    """A quota that came from a sales plan."""

    _inherit = "crm.incentive.quota"

    sales_plan_id = fields.Many2one(
        comodel_name="crm.incentive.sales.plan",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
