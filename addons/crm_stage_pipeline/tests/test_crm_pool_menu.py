from lxml import etree

from odoo.tests import tagged

from .common import MODULE, PoolCase

ROLES = ("user", "leader", "manager")


@tagged("post_install", "-at_install")
class TestCrmPoolMenu(PoolCase):
    """P58: every menu opens for everybody who has it."""

    def test_every_list_is_readable(self):
        """P58: a role reads what the lists behind its menus show, without refusal."""
        self._new_customers(2, owner=self.agent_1)
        seen = {}
        for role in ROLES:
            user = self._new_user(f"menu_{role}", role)
            seen[role] = 0
            for menu in self._menus(user):
                with self.subTest(role=role, menu=menu.complete_name):
                    self._open(menu.action, user)
                    seen[role] += 1
        self.assertGreater(seen["user"], 8)
        self.assertGreater(seen["manager"], seen["leader"])

    def _menus(self, user):
        root = self.env.ref(f"{MODULE}.crm_pool_menu_root")
        menus = self.env["ir.ui.menu"].with_user(user)
        visible = menus.browse(menus._visible_menu_ids())
        below = self.env["ir.ui.menu"]
        for menu in visible.with_user(self.env.user):
            path = menu
            while path.parent_id and path != root and path in visible:
                path = path.parent_id
            action = menu.action
            if path == root and action and action._name == "ir.actions.act_window":
                below += menu
        return below

    def _open(self, action, user):
        """Read the rows with the fields of the view, as the web client does."""
        model = self.env[action.res_model].with_user(user)
        if "list" not in action.view_mode.split(","):
            return
        view_id = action.view_id.id if action.view_id.type == "list" else False
        views = model.get_views([(view_id, "list")])
        names = views["models"][action.res_model]["fields"]
        arch = etree.fromstring(views["views"]["list"]["arch"])
        shown = [node.get("name") for node in arch.iterfind("./field")]
        specification = {
            name: {"fields": {"display_name": {}}}
            if names[name]["type"] in ("many2one", "many2many", "one2many")
            else {}
            for name in shown
        }
        model.web_search_read([], specification, limit=80)
