from odoo import models


class ResUsers(models.Model):
    """Service agents without a role in the pool begin with their requests."""

    _inherit = "res.users"

    def _pool_home_action_xml_id(self):
        xml_id = super()._pool_home_action_xml_id()
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        if (
            not xml_id
            and policy.opens_with_main_line
            and self.has_group("crm_service.crm_service_group_user")
            and not self.has_group("crm_service.crm_service_group_manager")
        ):
            return "crm_service.crm_service_ticket_action_mine"
        return xml_id
