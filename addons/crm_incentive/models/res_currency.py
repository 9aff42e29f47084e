from odoo import api, models
from odoo.exceptions import UserError


class ResCurrency(models.Model):
    """A currency that something is credited in is kept."""

    _inherit = "res.currency"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        # credits of every company, whoever asks
        credits_sudo = self.env["crm.incentive.credit"].sudo()
        if credits_sudo.search_count([("currency_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("What was credited is kept: archive it."))
