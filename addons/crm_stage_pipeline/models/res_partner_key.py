from odoo import models


class ResPartner(models.Model):
    """The key of a customer's name follows the name."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            self.env["crm.customer.key"]._sync_partners(self)
        return result
