from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ADDONS, RolesCase

READERS = ("agent", "leader", "manager", "consultant", "service")


@tagged("post_install", "-at_install")
class TestMenus(RolesCase):
    """Each role can open every menu of the addons that it is shown."""

    def _shown_actions(self, user):
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "ir.ui.menu")]
        )
        shown = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        menus = self.env["ir.ui.menu"].browse(shown & set(data.mapped("res_id")))
        actions = menus.mapped("action")
        return [one for one in actions if one and one._name == "ir.actions.act_window"]

    def _open(self, action, user):
        model = self.env[action.res_model].with_user(user)
        views = [(view_id, kind) for view_id, kind in action.views]
        model.get_views([*views, (False, "search")])
        if not model._transient:
            model.web_search_read([], {"display_name": {}}, limit=1)

    def test_shown_menus_open(self):
        for role in READERS:
            actions = self._shown_actions(self.users[role])
            self.assertTrue(actions, f"{role} is shown no menu")
            for action in actions:
                with self.subTest(role=role, action=action.xml_id):
                    self._open(action, self.users[role])

    def test_outsiders_are_shown_none(self):
        """A plain user is shown the articles at most; the portal has no menus."""
        shown = self._shown_actions(self.users["internal"])
        models = {action.res_model for action in shown}
        self.assertLessEqual(models, {"crm.service.article"})
        with self.assertRaises(AccessError):
            self._shown_actions(self.users["reseller"])
