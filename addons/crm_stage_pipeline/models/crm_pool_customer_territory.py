import heapq

from odoo import api, models


class CrmPoolCustomer(models.Model):
    """New customers go where the territories say, if the policy wants it (P59)."""

    _inherit = "crm.pool.customer"

    @api.model_create_multi
    def create(self, vals_list):
        customers = super().create(vals_list)
        for company, rows in customers.grouped("company_id").items():
            policy = self.env["crm.pool.policy"]._policy_for(company)
            if policy.use_territories:
                rows.filtered(lambda row: not row.owner_id)._enter_territories(company)
        return customers

    def _enter_territories(self, company):
        """Give shared customers to the first territory that they fit.

        Superuser: territories read fields of customers that the creator may not
        see, and name people that he may not assign to. Above the cap they stay
        shared.
        """
        env_sudo = self._privileged().env
        territories_sudo = env_sudo["crm.pool.territory"].search(
            [("company_id", "=", company.id)]
        )
        waiting_sudo = self.with_env(env_sudo)
        for territory_sudo in territories_sudo:
            if not waiting_sudo:
                return
            partners_sudo = waiting_sudo.partner_id.filtered_domain(
                territory_sudo._filter_domain()
            )
            fitting_sudo = waiting_sudo.filtered(
                lambda row, found=partners_sudo: row.partner_id in found
            )
            waiting_sudo -= fitting_sudo
            fitting_sudo._go_to_territory(territory_sudo)

    def _go_to_territory(self, territory):
        """Hand self (superuser, shared) over to `territory` (superuser), logged."""
        if territory.target == "pool":
            self._move_to_pool(territory.pool_id, territory.name)
            return
        receivers = territory._receivers()
        shares = {}
        for customer in self:
            if not receivers:
                return
            held, user_id = receivers[0]
            shares.setdefault(user_id, []).append(customer.id)
            heapq.heapreplace(receivers, (held + 1, user_id))
        for user_id, ids in shares.items():
            user = self.env["res.users"].browse(user_id)
            room = self._holding_room(user, territory.company_id)
            given = self.browse(ids if room is None else ids[:room])
            self.env["crm.pool.log"]._append(
                "assign",
                [{"customer": row, "owner_after": user} for row in given],
                territory.name,
            )
            given._set_owner(user)

    def _move_to_pool(self, pool, reason):
        """Put self (superuser) into another pool, logged."""
        moving = self.filtered(lambda row: row.pool_id != pool)
        moving._write_pool({"pool_id": pool.id})
        self.env["crm.pool.log"]._append(
            "pool", [{"customer": row} for row in moving], reason
        )
        return moving
