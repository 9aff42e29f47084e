from odoo import models
from odoo.exceptions import UserError

# In the context: the opportunity that is sold on the tracking screen.
LEAD_KEY = "crm_tracked_lead_id"


class CrmLead(models.Model):
    """Selling an opportunity on its customer's tracking screen (正在销售, G69)."""

    _inherit = "crm.lead"

    def action_sell(self):
        """Open the customer's tracking screen for this opportunity."""
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id.pool_customer_id
        if not customer:
            raise UserError(
                self.env._("%(name)s has no customer in the pool.", name=self.name)
            )
        action = customer.action_track()
        return {**action, "name": self.name, "context": {LEAD_KEY: self.id}}
