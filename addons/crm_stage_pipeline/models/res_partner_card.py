from odoo import models


class ResPartner(models.Model):
    """The way from a contact's form to the customer card."""

    _inherit = "res.partner"

    def action_open_card(self):
        """Open the card of the customer, for a contact person that of its customer."""
        self.ensure_one()
        return self.pool_customer_id.action_open_card()
