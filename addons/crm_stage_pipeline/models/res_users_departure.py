from odoo import fields, models

from .crm_pool_request import MANAGER_GROUP


class ResUsers(models.Model):
    """A user who leaves, and the customers that he owns (P31).

    - Archiving him opens the handover for a pool manager, and tells the managers of
      the companies; what nobody hands over, the nightly job gives back.
    - His open requests are void.
    """

    _inherit = "res.users"

    pool_customer_count = fields.Integer(
        string="Customers in the Pool",
        compute="_compute_pool_customer_count",
        groups=MANAGER_GROUP,
    )

    def _compute_pool_customer_count(self):
        # superuser: of all companies
        groups = (
            self.env["crm.pool.customer"]
            ._privileged()
            ._read_group([("owner_id", "in", self.ids)], ["owner_id"], ["__count"])
        )
        counts = {user.id: count for user, count in groups}
        for user in self:
            user.pool_customer_count = counts.get(user.id, 0)

    def write(self, vals):
        leaving = self.browse()
        if vals.get("active") is False:
            leaving = self.filtered("active")
        result = super().write(vals)
        leaving._leave_pool()
        return result

    def action_archive(self):
        leaving = self.filtered("active")
        result = super().action_archive()
        if len(leaving) == 1 and self.env.user.has_group(MANAGER_GROUP):
            if leaving.pool_customer_count:
                return leaving.action_pool_handover()
        return result

    def action_pool_handover(self):
        """Open the handover of this user's customers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover of Customers"),
            "res_model": "crm.pool.handover",
            "views": [(False, "form")],
            "context": {
                "default_user_id": self.id,
                "default_reason": self.env._("%(user)s left", user=self.name),
            },
        }

    def _leave_pool(self):
        """Void the requests of archived users and tell managers what they own.

        Superuser: who archives a user need not be a pool manager.
        """
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        requests_sudo = env_sudo["crm.pool.request"].search(
            [("user_id", "in", self.ids), ("state", "=", "open")]
        )
        if requests_sudo:
            requests_sudo._end(self.env._("The user is archived."))
        groups = env_sudo["crm.pool.customer"]._read_group(
            [("owner_id", "in", self.ids)],
            ["owner_id", "company_id"],
            ["id:recordset"],
        )
        managers_sudo = env_sudo.ref(MANAGER_GROUP).all_user_ids
        for user, company, customers_sudo in groups:
            for manager_sudo in managers_sudo:
                if company in manager_sudo.company_ids and not manager_sudo.share:
                    customers_sudo._notify_person(
                        manager_sudo, "owner_left", owner=user.name
                    )
