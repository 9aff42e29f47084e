from odoo import models


class ResPartner(models.Model):
    """Customers' and contact persons' forms by data right."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.pool.right.mixin"]

    _pool_right_target = "contact"

    def write(self, vals):
        if vals.get("active") is False:
            self._check_pool_right("delete")
        return super().write(vals)

    def _pool_allowed(self, action):
        """A partner in no pool is reached by who reaches anybody's."""
        user = self.env.user
        if self.env.su or not user._crm_pool_is_ranged():
            return self
        has_reach = {
            target: any(
                user._crm_pool_reach(target, action, company_id)
                for company_id in self.env.companies.ids
            )
            for target in ("customer", "contact")
        }
        return self._pool_filtered(action).filtered(
            lambda partner: (
                not partner.partner_share
                or has_reach[
                    "customer"
                    if partner == partner.commercial_partner_id
                    else "contact"
                ]
            )
        )

    def _check_pool_assign(self, user_id):
        """Core's salesperson of a contact is no owner: the pool's assignment is."""
