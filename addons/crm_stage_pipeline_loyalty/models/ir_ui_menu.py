from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """The menu of points is there where points are collected."""
        hidden = super()._load_menus_blacklist()
        programs = self.env["loyalty.program"]
        if not any(programs._has_points(one) for one in self.env.user.company_ids):
            menu = self.env.ref("crm_stage_pipeline_loyalty.loyalty_card_menu", False)
            hidden += menu.ids if menu else []
        return hidden
