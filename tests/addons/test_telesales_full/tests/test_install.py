from odoo.tests import TransactionCase, tagged

from .common import ADDONS


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    """Everything is installed at once, and is what its name says."""

    def test_addons_are_installed(self):
        modules = self.env["ir.module.module"].search([("name", "in", ADDONS)])
        states = {module.name: module.state for module in modules}
        self.assertEqual(states, dict.fromkeys(ADDONS, "installed"))

    def test_every_view_of_the_addons_is_valid(self):
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        self.assertGreater(len(views), len(ADDONS))
        views._check_xml()

    def test_chinese_is_loaded(self):
        """Names of menus differ between the two languages."""
        data = self.env["ir.model.data"].search(
            [("module", "in", ADDONS), ("model", "=", "ir.ui.menu")]
        )
        menus = self.env["ir.ui.menu"].browse(data.mapped("res_id"))
        self.assertTrue(menus)
        for menu in menus:
            with self.subTest(menu.complete_name):
                chinese = menu.with_context(lang="zh_CN").name
                self.assertNotEqual(chinese, menu.with_context(lang="en_US").name)
