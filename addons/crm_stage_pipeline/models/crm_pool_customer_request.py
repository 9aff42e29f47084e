from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..numbering import NumberError, normalise
from ..text import name_key
from .crm_pool_customer_result import MESSAGES
from .crm_pool_request import MANAGER_GROUP

_lt = LazyTranslate(__name__)

MESSAGES.update(
    {
        "requested": _lt("Your request for %(name)s is with %(approvers)s."),
        "already_requested": _lt("Your request for %(name)s is open already."),
        "claim_instead": _lt("%(name)s is shared and free: claim it."),
        "request_reason": _lt("Say why you apply for %(name)s."),
    }
)
CODES = {"request_reason": "reason_needed", "claim_instead": "not_allowed"}


class CrmPoolCustomer(models.Model):
    """Applying for customers (P26).

    - For one that somebody else owns; for a shared one only when the user cannot
      just claim it: quota used up, cooldown, too fresh, not his pool.
    - A customer that the user does not see is asked for by its exact name or number.
      The answer tells that it exists and whose team has it, as the check for
      duplicates does (P47), and nothing more.
    """

    _inherit = "crm.pool.customer"

    request_ids = fields.One2many(
        comodel_name="crm.pool.request",
        inverse_name="customer_id",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("active") is False:
            self._end_requests()
        return result

    def unlink(self):
        self._end_requests()
        return super().unlink()

    def action_request(self, reason):
        """Apply for customers that the user sees.

        :param reason: why; required
        :return: list of dicts, one per customer, see _result
        """
        visible, results = self._visible_or_refused()
        for customer in visible:
            results[customer.id] = customer._request_refusal(
                reason
            ) or customer._make_request(customer.name, reason)
        return [results[customer_id] for customer_id in self._ids]

    @api.model
    def action_request_by_name(self, name, reason):
        """Apply for the customer of the current company with this name or number.

        :param name: exact name, or telephone number; case, width, spaces and legal
            forms do not count
        :return: list with one dict, see _result; its customer_id is empty
        """
        customer = self._find_by_words(name)
        nobody = self.browse()
        if not customer:
            return [nobody._result("not_found", name="")]
        visible = customer._filtered_access("read")
        if visible:
            return visible.action_request(reason)
        refusal = None
        if not reason:
            refusal = nobody._result("request_reason", name=name)
        result = refusal or customer._make_request(name, reason)
        return [{**result, "customer_id": False}]

    @api.model
    def _find_by_words(self, words):
        """The active customer of the current company with this name or number."""
        keys = self.env["crm.customer.key"]
        company = self.env.company
        found = keys._find(company, "name", [name_key(words or "")])
        if not found:
            region = company.country_id.code or "CN"
            try:
                number = normalise(words or "", region)
            except NumberError:
                return self.browse()
            found = keys._find(company, "phone", [number.e164])
        ids = next(iter(found.values()), [])
        return self.browse(ids[:1])

    def _request_refusal(self, reason):
        """The result that refuses a request for this visible customer, or None."""
        self.ensure_one()
        if not self.active:
            return self._result("not_found")
        if self.owner_id == self.env.user:
            return self._result("already_yours")
        if self.company_id != self.env.company:
            return self._result("other_company", company=self.company_id.name)
        if not reason:
            return self._result("request_reason")
        if not self.owner_id and self._is_claimable():
            return self._result("claim_instead")
        return None

    def _is_claimable(self):
        """Whether the user could just claim or screen this shared customer."""
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        pool_ids = set(self.env.user._crm_pool_ids(self.env.companies.ids))
        action = "screen" if self.stage_code == "reserve" else "claim"
        if self._claim_refusal(action, "target", policy, pool_ids):
            return False
        counter = self.env["crm.pool.quota"]._open(
            self.env.user, policy, self.stage_code
        )
        return counter.allowance.left != 0

    def _make_request(self, name, reason):
        """Make the request and tell who decides it.

        :param name: the customer's name as the applicant knows it
        """
        # superuser: requests are made here only, also for hidden customers
        customer_sudo = self._privileged()
        requests_sudo = customer_sudo.env["crm.pool.request"]
        open_sudo = requests_sudo.search_count(
            [
                ("customer_id", "=", self.id),
                ("user_id", "=", self.env.uid),
                ("state", "=", "open"),
            ]
        )
        if open_sudo:
            return self._result("already_requested", name=name)
        try:
            with self.env.cr.savepoint():
                request_sudo = requests_sudo.create(
                    {
                        "name": name,
                        "customer_id": self.id,
                        "company_id": customer_sudo.company_id.id,
                        "user_id": self.env.uid,
                        "reason": reason,
                    }
                )
        except UniqueViolation:  # the other click was faster
            return self._result("already_requested", name=name)
        approvers = customer_sudo._request_approvers(self.env.user)
        request_sudo._ask(approvers)
        team = customer_sudo.owner_id.sale_team_id
        whom = team.name or self.env._("the managers")
        return self._result("requested", name=name, approvers=whom)

    def _request_approvers(self, applicant):
        """Who is asked to decide: leaders of the owner's teams, else managers.

        :param applicant: the user who applies
        :return: users (superuser)
        """
        owner_sudo = self.owner_id or applicant.with_env(self.env)
        teams_sudo = owner_sudo._crm_pool_teams().filtered(
            lambda team: team.company_id in (self.company_id, self.company_id.browse())
        )
        leaders_sudo = teams_sudo.user_id.filtered(
            lambda user: (
                user.active
                and user != applicant
                and self.company_id in user.company_ids
                and user.has_group("crm_stage_pipeline.crm_stage_pipeline_group_leader")
            )
        )
        if leaders_sudo:
            return leaders_sudo
        managers_sudo = self.env.ref(MANAGER_GROUP).all_user_ids
        return managers_sudo.filtered(
            lambda user: (
                user.active and not user.share and self.company_id in user.company_ids
            )
        )

    def _end_requests(self):
        """Close the open requests of customers that go (superuser: others')."""
        requests_sudo = (
            self._privileged()
            .env["crm.pool.request"]
            .search([("customer_id", "in", self.ids), ("state", "=", "open")])
        )
        if requests_sudo:
            words = self.env._("The customer is not there any more.")
            requests_sudo._end(words)

    def _take_references(self, rest):
        # one person's open requests for both rows: the merged row keeps one of them
        requests_sudo = self._privileged().env["crm.pool.request"]
        open_sudo = requests_sudo.search(
            [("customer_id", "in", (self | rest).ids), ("state", "=", "open")]
        )
        kept_sudo = open_sudo.filtered(lambda row: row.customer_id == self)
        double_sudo = (open_sudo - kept_sudo).filtered(
            lambda row: row.user_id in kept_sudo.user_id
        )
        double_sudo._finish("void", self.env._("The customer was merged."))
        return super()._take_references(rest)

    def _result_code(self, message_code):
        return CODES.get(message_code) or super()._result_code(message_code)
