from odoo import api, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """A customer of whom something was credited is kept."""

    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        # credits of every company, whoever asks
        credits_sudo = self.env["crm.incentive.credit"].sudo()
        if credits_sudo.search_count([("partner_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("People were credited for this customer: archive it.")
            )
