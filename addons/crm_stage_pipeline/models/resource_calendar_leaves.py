from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Holidays and time off make the clocks of recycling rules wait (P27)."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._recycling_policies()._refresh_clocks()
        return leaves

    def write(self, vals):
        policies = self._recycling_policies()
        result = super().write(vals)
        (policies | self._recycling_policies())._refresh_clocks()
        return result

    def unlink(self):
        policies = self._recycling_policies()
        result = super().unlink()
        policies._refresh_clocks()
        return result

    def _recycling_policies(self):
        """The policies whose clocks these leaves may concern.

        Superuser: who plans time off needs no right on the pool.
        """
        env_sudo = self.env["crm.pool.customer"]._privileged().env
        domain = [("company_id.active", "=", True)]
        if all(leave.company_id for leave in self):
            domain = [("company_id", "in", self.company_id.ids)]
        return env_sudo["crm.pool.policy"].search(domain)
