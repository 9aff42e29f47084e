from odoo import models


class CrmActivityReport(models.Model):
    """The analysis of activities, as the opportunities."""

    _name = "crm.activity.report"
    _inherit = ["crm.activity.report", "crm.pool.right.mixin", "crm.pool.visible.mixin"]

    _pool_right_target = "report"
    _pool_visible_keeps_own = False
