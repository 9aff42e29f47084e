from odoo import api, fields, models
from odoo.fields import Domain

LEADER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_leader"
MANAGER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_manager"
# type of the bus: the counter in the top bar asks again
COUNTER = "crm_pool.request"


class CrmPoolRequest(models.Model):
    """A person's application for a customer, and what became of it (P26).

    - Leaders of the owner's team decide, for a shared customer the leaders of the
      applicant's team, and managers everywhere; below manager nobody decides what he
      applied for himself.
    - One open request of a person and customer. The first approval wins: it refuses
      the other open requests of the customer, which also makes two approvals at once
      conflict.
    - It ends when the customer is archived, merged or deleted, or its applicant is.
    - Requests are made, decided and withdrawn by actions only.
    """

    _name = "crm.pool.request"
    _description = "Request for a Customer"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "name"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(
        string="Customer Name",
        required=True,
        readonly=True,
        help="As the applicant knows it.",
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        readonly=True,
        index=True,
        ondelete="set null",
        bypass_search_access=True,
        groups=LEADER_GROUP,
        help="Not for the applicant, who may have asked for a hidden customer.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Applicant",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reason = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
            ("void", "Void"),
        ],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
    )
    decided_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="set null"
    )
    decided_at = fields.Datetime(readonly=True)
    answer = fields.Char(readonly=True, tracking=True)
    owner_id = fields.Many2one(
        related="customer_id.owner_id",
        string="Present Owner",
        related_sudo=True,
        groups=LEADER_GROUP,
    )
    stage_id = fields.Many2one(
        related="customer_id.stage_id", related_sudo=True, groups=LEADER_GROUP
    )
    protected_until = fields.Datetime(
        related="customer_id.protected_until", related_sudo=True, groups=LEADER_GROUP
    )
    held_count = fields.Integer(
        string="Customers of the Applicant",
        compute="_compute_held_count",
        groups=LEADER_GROUP,
    )
    is_at_cap = fields.Boolean(
        string="Holds as Many as Allowed",
        compute="_compute_held_count",
        groups=LEADER_GROUP,
    )
    is_waiting_for_me = fields.Boolean(
        compute="_compute_is_waiting_for_me", search="_search_is_waiting_for_me"
    )

    _open_uniq = models.UniqueIndex(
        "(user_id, customer_id) WHERE state = 'open'",
        "There is an open request of this person for this customer.",
    )
    _open_idx = models.Index("(customer_id) WHERE state = 'open'")

    @api.depends("user_id", "company_id")
    def _compute_held_count(self):
        # superuser: how many customers a person holds is told to who decides
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        groups = customers_sudo._read_group(
            [
                ("owner_id", "in", self.user_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            ["owner_id", "company_id"],
            ["__count"],
        )
        held = {(user.id, company.id): count for user, company, count in groups}
        caps = {
            company: self.env["crm.pool.policy"]._policy_for(company).holding_cap
            for company in self.company_id
        }
        for request in self:
            count = held.get((request.user_id.id, request.company_id.id), 0)
            cap = caps.get(request.company_id)
            request.held_count = count
            request.is_at_cap = bool(cap and count >= cap)

    @api.depends("state", "user_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_waiting_for_me(self):
        for request in self:
            request.is_waiting_for_me = request.state == "open" and bool(
                request._may_decide()
            )

    @api.model
    def _search_is_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "=", "open") & self._decidable_domain()
        return domain if True in value else ~domain

    def action_approve(self, answer=None):
        """Give the customers to those who applied, see _decide."""
        return self._decide("approve", answer)

    def action_refuse(self, answer=None):
        """Refuse requests, with words, see _decide."""
        return self._decide("refuse", answer)

    def action_withdraw(self):
        """Take back one's own open requests.

        :return: list of dicts with request_id, code and message
        """
        results = []
        for request in self.exists():
            if request.user_id != self.env.user:
                results.append(request._outcome("request_not_yours"))
            elif request.state != "open":
                results.append(request._decided_outcome())
            else:
                request._finish("withdrawn")
                results.append(request._outcome("request_withdrawn"))
        return results

    def action_open_approve(self):
        """Open the dialog that approves."""
        return self.env["crm.pool.request.operation"]._open("approve", self)

    def action_open_refuse(self):
        """Open the dialog that refuses, and asks why."""
        return self.env["crm.pool.request.operation"]._open("refuse", self)

    def action_open_withdraw(self):
        """Withdraw, and show what came of it."""
        return self.env["crm.pool.request.operation"]._open("withdraw", self)

    @api.model
    def action_waiting_count(self):
        """How many requests wait for the user: for the counter of the menu."""
        return self.search_count([("is_waiting_for_me", "=", True)])

    def _may_decide(self):
        """Whether the user may decide this request.

        Superuser: a leader need not see the customer of an applicant.
        """
        self.ensure_one()
        user = self.env.user
        if self.env.su or user.has_group(MANAGER_GROUP):
            return True
        if not user.has_group(LEADER_GROUP) or self.user_id == user:
            return False
        owner_sudo = self._as_superuser().customer_id.owner_id or self.user_id
        return owner_sudo.id in user._crm_pool_led_user_ids(self.env.companies.ids)

    @api.model
    def _decidable_domain(self):
        """The requests that the user may decide: equal to _may_decide."""
        user = self.env.user
        if self.env.su or user.has_group(MANAGER_GROUP):
            return Domain.TRUE
        if not user.has_group(LEADER_GROUP):
            return Domain.FALSE
        led_ids = list(user._crm_pool_led_user_ids(self.env.companies.ids))
        return Domain("user_id", "!=", user.id) & (
            Domain("customer_id.owner_id", "in", led_ids)
            | (
                Domain("customer_id.owner_id", "=", False)
                & Domain("user_id", "in", led_ids)
            )
        )

    def _as_superuser(self):
        """self with the rights of the pool: its actions check the right themselves."""
        return self.with_env(self.env["crm.pool.customer"]._privileged().env)

    def _finish(self, state, answer=None):
        """Close open requests: state, time, actor; the to-dos of approvers go."""
        requests_sudo = self._as_superuser()
        requests_sudo.write(
            {
                "state": state,
                "answer": answer,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        for user_sudo in requests_sudo.activity_ids.user_id:
            user_sudo._bus_send(COUNTER, {})
        requests_sudo.activity_ids.unlink()
