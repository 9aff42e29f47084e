from odoo import models, tools

from .number_field import NumberField


class ResUsers(models.Model):
    """In which pools the user reads no numbers of customers that are not his."""

    _inherit = "res.users"

    phone = NumberField(related="partner_id.phone", inherited=True, readonly=False)

    @tools.ormcache("self.id")
    def _crm_pool_masking_ids(self):
        """Ids of the pools that mask numbers for the user; none for managers.

        Superuser: pools of companies that are switched off count too.
        """
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        if not user_sudo or not user_sudo._crm_pool_is_bound():
            return ()
        pools_sudo = user_sudo.env["crm.pool"].with_context(active_test=False)
        return tuple(pools_sudo.search([("mask_numbers", "=", True)]).ids)
