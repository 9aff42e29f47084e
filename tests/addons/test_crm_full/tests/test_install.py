from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    """Everything is installed at once, and is what its name says."""

    def test_addons_are_installed(self):
        this = self.env["ir.module.module"]._get("test_crm_full")
        states = {one.name: one.depend_id.state for one in this.dependencies_id}
        self.assertTrue(states)
        self.assertEqual(set(states.values()), {"installed"}, states)
