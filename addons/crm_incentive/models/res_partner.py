from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """A customer of whom something was credited is kept."""

    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        if self.env["crm.incentive.credit"]._is_named("partner_id", self):
            raise UserError(
                self.env._("People were credited for this customer: archive it.")
            )
