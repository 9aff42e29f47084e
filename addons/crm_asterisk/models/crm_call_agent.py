from odoo import api, models


class CrmCall(models.Model):
    _inherit = "crm.call"

    @api.model
    def snapshot(self):
        """With what the user is at the telephone: {"agent": {"state", "reason",
        "reason_id", "queues", "has_queues"}, "reasons": [{"id", "name"}]}."""
        data = super().snapshot()
        endpoint = self.env["asterisk.endpoint"]._for_user(
            self.env.user, self.env.company
        )
        queues = self.env["asterisk.queue"].search_count(
            [
                ("server_id", "=", endpoint.server_id.id),
                ("user_ids", "in", [self.env.uid]),
            ],
            limit=1,
        )
        reasons = self.env["asterisk.pause.reason"].search([("active", "=", True)])
        data["agent"] = {**endpoint._agent_data(), "has_queues": bool(queues)}
        data["reasons"] = [{"id": reason.id, "name": reason.name} for reason in reasons]
        return data
