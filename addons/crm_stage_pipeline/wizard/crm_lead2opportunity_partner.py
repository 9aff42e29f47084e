from odoo import models


class CrmLead2opportunityPartner(models.TransientModel):
    """The pool follows the conversion of many leads once, not lead by lead."""

    _inherit = "crm.lead2opportunity.partner"

    def _convert_and_allocate(self, leads, user_ids, team_id=False):
        keys = leads._pool_keys()
        result = super()._convert_and_allocate(
            leads._following_later(), user_ids, team_id=team_id
        )
        leads._follow_in_pool(keys)
        return result
