from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Credits of merged customers are of the one that stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _get_fk_on(self, table):
        """Credits name their customer without a foreign key."""
        result = super()._get_fk_on(table)
        if table == "res_partner":
            return [*result, ("crm_incentive_credit", "partner_id")]
        return result
