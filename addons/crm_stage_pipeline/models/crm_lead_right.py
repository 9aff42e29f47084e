from odoo import models


class CrmLead(models.Model):
    """Leads and opportunities by data right, hidden with their customer."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.pool.right.mixin", "crm.pool.visible.mixin"]

    _pool_right_target = "opportunity"
    _pool_visible_keeps_own = False
