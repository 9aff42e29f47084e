from odoo import api, models
from odoo.exceptions import UserError


class ResCurrency(models.Model):
    """A currency that something is credited in is kept."""

    _inherit = "res.currency"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        if self.env["crm.incentive.credit"]._is_named("currency_id", self):
            raise UserError(self.env._("What was credited is kept: archive it."))
