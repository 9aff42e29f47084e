from odoo import models
from odoo.exceptions import AccessError

from .crm_pool_customer_field import FACTS


class CrmPoolCustomer(models.Model):
    """The facts of a shared customer change by right only (P17)."""

    _inherit = "crm.pool.customer"

    def write(self, vals):
        if FACTS.keys() & vals.keys():
            self._check_shared_facts()
        return super().write(vals)

    def _check_shared_facts(self):
        """:raises AccessError: for a shared customer and a user without the right"""
        user = self.env.user
        if self.env.su or user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_edit_shared"
        ):
            return
        shared = self.filtered(lambda customer: customer.access == "shared")
        if shared:
            raise AccessError(
                self.env._(
                    "%(customer)s is shared: claim it to change its data.",
                    customer=shared[0].name,
                )
            )
