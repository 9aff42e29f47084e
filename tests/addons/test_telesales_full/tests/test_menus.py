from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ADDONS, RolesCase

# Client actions and the call that fills them.
PAGES = {
    "crm_stage_pipeline.main_line": lambda env: env["crm.main.line"].get_main_line()
}
READERS = ("agent", "leader", "manager", "consultant", "service")


@tagged("post_install", "-at_install")
class TestMenus(RolesCase):
    """Each role can open every menu of the addons that it is shown."""

    def _shown_actions(self, user, kind="ir.actions.act_window"):
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "ir.ui.menu")]
        )
        shown = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        menus = self.env["ir.ui.menu"].browse(shown & set(data.mapped("res_id")))
        actions = menus.mapped("action")
        return [one for one in actions if one and one._name == kind]

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

    def test_shown_pages_answer(self):
        """Who is shown a page of our own is answered by what fills it."""
        for role in READERS:
            pages = self._shown_actions(self.users[role], "ir.actions.client")
            for page in pages:
                if fill := PAGES.get(page.tag):
                    with self.subTest(role=role, page=page.tag):
                        self.assertTrue(fill(self.env(user=self.users[role])))

    def test_outsiders_are_shown_none(self):
        """A plain user is shown the articles at most; the portal has no menus."""
        shown = self._shown_actions(self.users["internal"])
        models = {action.res_model for action in shown}
        self.assertLessEqual(models, {"crm.service.article"})
        with self.assertRaises(AccessError):
            self._shown_actions(self.users["reseller"])
