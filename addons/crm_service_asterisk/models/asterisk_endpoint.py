from odoo import models


class AsteriskEndpoint(models.Model):
    _inherit = "asterisk.endpoint"

    def _set_agent_state(self):
        before = self.agent_state
        result = super()._set_agent_state()
        if self.agent_state == "ready" != before:
            self.env["crm.service.ticket"]._route_waiting_to(self.user_id)
        return result
