from odoo import api, fields, models
from odoo.exceptions import ValidationError

PRIORITIES = [("0", "Normal"), ("1", "Medium"), ("2", "High"), ("3", "Urgent")]


class CrmServiceSla(models.Model):
    """What is promised to which requests.

    - A policy fits when each of its criteria that is set equals the request's.
    - Of those that fit, the most specific wins: agreement before priority before
      category before team; then the sequence.
    - Minutes are working minutes on the policy's hours, else the agreement's,
      else the team's, else the company's; 0 promises nothing.
    - A changed policy counts for new requests; open ones keep what was promised
      until "Apply to Open Requests" is pressed. Consumed time is always kept.
    """

    _name = "crm.service.sla"
    _description = "Promised Times"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    agreement_id = fields.Many2one(
        comodel_name="crm.service.agreement",
        ondelete="cascade",
        check_company=True,
        index="btree_not_null",
        help="Only for requests covered by this agreement.",
    )
    priority = fields.Selection(
        selection=PRIORITIES, help="Only for requests of this priority."
    )
    category_id = fields.Many2one(
        comodel_name="crm.service.category",
        check_company=True,
        index="btree_not_null",
        help="Only for requests of this category.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.service.team",
        check_company=True,
        index="btree_not_null",
        help="Only for requests of this team.",
    )
    response_minutes = fields.Integer(
        string="First Response",
        help="Working minutes until the first answer to the customer; "
        "0 promises nothing.",
    )
    resolution_minutes = fields.Integer(
        string="Resolution",
        help="Working minutes until the request is solved; 0 promises nothing.",
    )
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        check_company=True,
        help="Empty: the agreement's hours of cover, else the team's, else the "
        "company's working hours.",
    )

    _minutes_not_negative = models.Constraint(
        "CHECK(response_minutes >= 0 AND resolution_minutes >= 0)",
        "Promised minutes cannot be negative.",
    )

    # ------------------------------------------------------------------
    # Constrains
    # ------------------------------------------------------------------
    @api.constrains("response_minutes", "resolution_minutes")
    def _check_minutes(self):
        for policy in self:
            response, resolution = policy.response_minutes, policy.resolution_minutes
            if response and resolution and response > resolution:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the first response cannot be promised later than "
                        "the resolution.",
                        name=policy.name,
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("agreement_id") and "company_id" not in vals:
                agreement = self.env["crm.service.agreement"].browse(
                    vals["agreement_id"]
                )
                vals["company_id"] = agreement.company_id.id
        return super().create(vals_list)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------
    def action_apply(self):
        """Give the open requests of these policies' companies what now fits."""
        for name in self._escalated_models():
            self.env[name].search(
                [
                    ("company_id", "in", self.company_id.ids),
                    "|",
                    ("response_status", "in", ("running", "paused", "overdue")),
                    ("resolution_status", "in", ("running", "paused", "overdue")),
                ]
            )._engine_sudo()._sla_follow_policy()

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    @api.model
    def _escalated_models(self):
        """Names of the models whose clocks the scheduler watches.

        A bridge that puts `crm.service.sla.mixin` on another model adds it here.
        """
        return ["crm.service.ticket"]

    @api.model
    def _policies_of(self, companies):
        """All active policies of the companies, grouped once for a batch."""
        found = self.search([("company_id", "in", companies.ids)])
        return found.grouped("company_id")

    def _best_for(self, criteria):
        """The most specific policy of `self` that fits `criteria`, else none.

        criteria: dict of agreement_id, priority, category_id, team_id as ids
        (priority as its key); missing or False means "has none".
        """
        order = ("agreement_id", "priority", "category_id", "team_id")
        best, best_rank = self.browse(), None
        for policy in self:
            rank = []
            for name in order:
                value = policy[name]
                wanted = value if name == "priority" else value.id
                if wanted and wanted != criteria.get(name):
                    break
                rank.append(bool(wanted))
            else:
                if best_rank is None or rank > best_rank:
                    best, best_rank = policy, rank
        return best

    @api.model
    def _cron_escalate(self, batch=200):
        """Take the escalation steps that are due, oldest first, in batches.

        What became due while no scheduler ran is caught up; the unique index of
        crm.service.sla.escalation keeps any step from being taken twice.
        """
        for name in self._escalated_models():
            model = self.env[name]
            while handled := model._sla_escalate(batch):
                remaining = model.search_count(model._sla_due_domain())
                if not self.env["ir.cron"]._commit_progress(
                    handled, remaining=remaining
                ):
                    return
