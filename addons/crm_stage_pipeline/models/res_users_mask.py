from odoo import models, tools

from .number_field import NumberField


class ResUsers(models.Model):
    """In which pools the user reads no numbers of customers that are not his."""

    _inherit = "res.users"

    phone = NumberField(related="partner_id.phone", inherited=True, readonly=False)

    @tools.ormcache("self.id")
    def _crm_pool_masking_ids(self):
        """Ids of the pools that mask numbers for the user.

        None where one of his roles has the special right to see masked numbers, as
        managers have. Superuser: pools of companies that are switched off count too.
        """
        user_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        if not user_sudo or not (
            user_sudo._crm_pool_is_bound() or user_sudo._crm_pool_is_ranged()
        ):
            return ()
        company_ids = user_sudo._get_company_ids()
        free_ids = {
            company_id
            for company_id in company_ids
            if "has_unmasked" in user_sudo._crm_pool_specials(company_id)
        }
        pools_sudo = user_sudo.env["crm.pool"].with_context(active_test=False)
        masking_sudo = pools_sudo.search([("mask_numbers", "=", True)])
        return tuple(
            pool_sudo.id
            for pool_sudo in masking_sudo
            if not set(pool_sudo.company_id.ids or company_ids) <= free_ids
        )
