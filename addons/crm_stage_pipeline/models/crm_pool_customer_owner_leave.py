from odoo import api, models
from odoo.tools import LazyTranslate

from .crm_pool_customer_result import MESSAGES

_lt = LazyTranslate(__name__)

MESSAGES["passed_on"] = _lt(
    "%(name)s now belongs to %(owner)s, who worked on it with %(former)s."
)
# customers of one transaction of the nightly job
BATCH = 200


class CrmPoolCustomer(models.Model):
    """Owners who leave: a collaborative customer, or the company (P21, P31).

    - The policy says whether a collaborative customer that its owner gives back goes
      to the next collaborator or to the pool. What managers take away goes to the
      pool.
    - What archived users still own is released at night, as far as no open order
      keeps it; they work on nobody's customers any more.
    """

    _inherit = "crm.pool.customer"

    def action_release(self, reason=None):
        own = (
            self.exists()
            ._filtered_access("read")
            .filtered(lambda row: row.owner_id == self.env.user)
        )
        results = own._pass_on(reason)
        rest = self.filtered(lambda row: row.id not in results)
        for row in super(CrmPoolCustomer, rest).action_release(reason):
            results[row["customer_id"]] = row
        return [results[customer_id] for customer_id in self._ids]

    def _pass_on(self, reason):
        """Give collaborative customers to the next collaborator, as the policy says.

        :return: results of those that were passed on, by id
        """
        results = {}
        orders = None
        for customer in self.filtered(lambda row: row.access == "collaborative"):
            policy = self.env["crm.pool.policy"]._policy_for(customer.company_id)
            if policy.owner_leaves != "member":
                continue
            orders = orders or self._open_orders()
            if customer._release_refusal("owner", orders[customer.id], reason):
                continue
            former, heir = customer.owner_id, customer._find_heir()
            if not heir:
                continue
            owners = customer._owners_now()
            self.env["crm.pool.log"]._append(
                "assign", [{"customer": customer, "owner_after": heir}], reason
            )
            name = customer.name
            customer._set_owner(heir)
            customer._notify_assigned(owners, heir, reason)
            results[customer.id] = customer._result(
                "passed_on", name=name, owner=heir.name, former=former.name
            )
        return results

    def _find_heir(self):
        """The collaborator who becomes owner, or nobody."""
        # superuser: the members of a customer are for the pool to compare
        rows_sudo = self._privileged().access_ids.filtered(
            lambda row: row.kind == "collaborator" and not row.is_readonly
        )
        for row_sudo in rows_sudo.sorted("id"):
            user = row_sudo.user_id.with_env(self.env)
            if self._can_own(user):
                room = self._holding_room(user, self.company_id)
                if room is None or room > 0:
                    return user
        return self.env["res.users"]

    @api.model
    def _cron_release_departed(self):
        """Give back what archived users own, and take them from other customers."""
        last_id = 0
        while ids := self._departed_ids(last_id):
            last_id = ids[-1]
            # superuser: the job is for all companies
            self._privileged().browse(ids)._release_departed()
            if not self.env["ir.cron"]._commit_progress(len(ids)):
                return
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _departed_ids(self, after_id):
        """The next customers on which an archived user works."""
        departed = [("user_id.active", "=", False), ("kind", "!=", "document")]
        # superuser: customers of all companies
        rows_sudo = self._privileged().search(
            [("id", ">", after_id), ("access_ids", "any", departed)],
            limit=BATCH,
            order="id",
        )
        return rows_sudo.ids

    def _release_departed(self):
        """Take archived users from self (superuser)."""
        reason = self.env._("The user is archived.")
        for customer in self:
            members = customer.access_ids.filtered(lambda r: r.kind == "collaborator")
            for user in members.user_id.filtered(lambda user: not user.active):
                customer.action_unshare(user.id)
        owned = self.filtered(lambda row: row.owner_id and not row.owner_id.active)
        passed = owned._pass_on(reason)
        owned.filtered(lambda row: row.id not in passed).action_release(reason)
