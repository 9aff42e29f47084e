from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..rating.rounding import allot

MONTHS = {"quarter": 3, "month": 1}


class CrmIncentiveSalesPlan(models.Model):
    """What is to be sold, broken down from the year to months, teams and people.

    - A line is broken down into lines below it; approval wants each to be the sum of
      what is below it, to the cent.
    - Approved by another person than who made it; then read-only. A change is a new
      version, which replaces the one before when it is approved.
    - Lines of a person without product, territory or customer become his quotas.
    """

    _name = "crm.incentive.sales.plan"
    _description = "Sales Plan"
    _inherit = ["mail.thread"]
    _order = "date_from desc, name, version desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    measure_id = fields.Many2one(
        comodel_name="crm.incentive.measure",
        required=True,
        ondelete="restrict",
        check_company=True,
        help="What counts towards the plan.",
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until", required=True)
    version = fields.Integer(default=1, readonly=True, copy=False)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("replaced", "Replaced"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    line_ids = fields.One2many(
        comodel_name="crm.incentive.sales.plan.line",
        inverse_name="plan_id",
        string="Lines",
    )
    total = fields.Monetary(compute="_compute_total")

    _order_of_days = models.Constraint(
        "CHECK (date_from <= date_to)", "A plan ends on or after its first day."
    )
    _version_unique = models.Constraint(
        "UNIQUE (company_id, name, version)", "The plan has this version already."
    )

    @api.depends("line_ids.amount", "line_ids.parent_id")
    def _compute_total(self):
        for plan in self:
            tops = plan.line_ids.filtered(lambda line: not line.parent_id)
            plan.total = sum(tops.mapped("amount"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_state(vals)
        return super().create(vals_list)

    def write(self, vals):
        kept = self._fields.keys() - self.env["mail.thread"]._fields.keys()
        if vals.keys() & kept:
            self._check_draft()
            self._check_no_state(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    def action_approve(self):
        """Put the plan in force and write its people's quotas."""
        self.ensure_one()
        self._check_draft()
        if not self.env.user.has_group("crm_incentive.crm_incentive_group_approver"):
            raise AccessError(self.env._("Approvers approve sales plans."))
        if self.create_uid == self.env.user:
            raise UserError(
                self.env._(
                    "%(name)s: who makes a plan does not approve it.", name=self.name
                )
            )
        self._check_sums()
        earlier = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("name", "=", self.name),
                ("state", "=", "approved"),
            ]
        )
        # past write(), which lets nobody set the state
        vals = {"state": "approved", "approved_by_id": self.env.uid}
        super().write(vals)  # pylint: disable=super-method-mismatch
        replaced = super(CrmIncentiveSalesPlan, earlier)
        replaced.write({"state": "replaced"})  # pylint: disable=super-method-mismatch
        self._write_quotas(earlier)
        return True

    def action_new_version(self):
        """A draft copy with all its lines, to be changed."""
        self.ensure_one()
        last = self.search(
            [("company_id", "=", self.company_id.id), ("name", "=", self.name)],
            order="version desc",
            limit=1,
        )
        plan = self.copy({"version": last.version + 1})
        copies = {}
        for line in self.line_ids.sorted("id"):
            copies[line] = line.copy(
                {
                    "plan_id": plan.id,
                    "parent_id": copies[line.parent_id].id if line.parent_id else False,
                }
            )
        return plan._get_records_action()

    def _check_no_state(self, vals):
        if {"state", "approved_by_id"} & vals.keys():
            raise UserError(self.env._("Sales plans are approved by their button."))

    def _check_draft(self):
        fixed = self.filtered(lambda plan: plan.state != "draft")
        if fixed:
            raise UserError(
                self.env._(
                    "%(name)s is approved and read-only: make a new version.",
                    name=fixed[0].name,
                )
            )

    def _check_sums(self):
        """Each line that is broken down is the sum of what is below it."""
        for line in self.line_ids.filtered("child_ids"):
            if line.currency_id.compare_amounts(line.remaining, 0):
                raise ValidationError(
                    self.env._(
                        "%(line)s: %(amount)s is not broken down.",
                        line=line.display_name,
                        amount=line.currency_id.format(line.remaining),
                    )
                )

    def _write_quotas(self, earlier):
        """Make, change and drop quotas so that they are the plan's."""
        wanted = defaultdict(float)
        for line in self.line_ids.filtered(lambda each: each._is_quota()):
            wanted[line.participant_id.id, line.date_from, line.date_to] += line.amount
        # the planner's quotas, by the approver's decision
        quotas_sudo = self.env["crm.incentive.quota"].sudo()
        known = quotas_sudo.search(
            [
                ("measure_id", "=", self.measure_id.id),
                "|",
                ("sales_plan_id", "in", earlier.ids),
                ("participant_id", "in", [key[0] for key in wanted]),
            ]
        )
        for quota in known:
            key = (quota.participant_id.id, quota.date_from, quota.date_to)
            amount = wanted.pop(key, None)
            if amount is None:
                if quota.sales_plan_id:
                    quota.unlink()
            elif quota.currency_id.compare_amounts(quota.amount, amount):
                quota.write({"amount": amount, "sales_plan_id": self.id})
        quotas_sudo.create(
            [
                {
                    "participant_id": participant_id,
                    "measure_id": self.measure_id.id,
                    "date_from": first,
                    "date_to": last,
                    "currency_id": self.currency_id.id,
                    "amount": amount,
                    "sales_plan_id": self.id,
                }
                for (participant_id, first, last), amount in wanted.items()
            ]
        )


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
