from odoo import api, fields, models


class CrmIncentivePlan(models.Model):
    """A way of earning, in one currency, with versions by date and people.

    The running total of its components begins anew with each month, quarter or year.
    Who is on a plan may comment on it and propose; the planner answers there.
    """

    _name = "crm.incentive.plan"
    _description = "Incentive Plan"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
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
        help="Amounts are converted at the last rate on or before their date.",
    )
    accumulation = fields.Selection(
        selection=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        string="Running Total Of",
        required=True,
        default="month",
    )
    description = fields.Html(translate=True)
    active = fields.Boolean(default=True)
    version_ids = fields.One2many(
        comodel_name="crm.incentive.plan.version",
        inverse_name="plan_id",
        string="Versions",
    )
    assignment_ids = fields.One2many(
        comodel_name="crm.incentive.plan.assignment",
        inverse_name="plan_id",
        string="Participants",
    )
    is_locked = fields.Boolean(compute="_compute_is_locked")

    @api.depends("version_ids.state")
    def _compute_is_locked(self):
        for plan in self:
            plan.is_locked = "approved" in plan.version_ids.mapped("state")

    def write(self, vals):
        """Currency, company and running total are fixed by the first approval."""
        if {"currency_id", "accumulation", "company_id"} & vals.keys():
            self.version_ids._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        """What was paid by is kept: archive the plan."""
        self.version_ids._check_draft()


class CrmIncentivePlanAssignment(models.Model):
    """Who is on a plan, and when. Both days count; no end: until further notice."""

    _name = "crm.incentive.plan.assignment"
    _inherit = "crm.incentive.marked.mixin"
    _description = "Incentive Plan Assignment"
    _order = "plan_id, date_from, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="crm.incentive.plan",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    participant_id = fields.Many2one(
        comodel_name="crm.incentive.participant",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("kind", "!=", "house")],
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="Until")

    _order_of_days = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "An assignment ends on or after its first day.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(plan_id, plan_id, '[]') WITH &&,"
        " int4range(participant_id, participant_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "A participant is on a plan once at a time.",
    )
