from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """The recycle bin stands in the menu of who may open it."""
        hidden = super()._load_menus_blacklist()
        user = self.env.user
        is_open = any(
            "has_bin" in user._crm_pool_specials(c.id) for c in user.company_ids
        )
        if not is_open:
            menu = self.env.ref("crm_stage_pipeline.crm_pool_bin_menu", False)
            hidden += menu.ids if menu else []
        return hidden
