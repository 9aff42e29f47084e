from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


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
