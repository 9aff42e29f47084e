import os
from pathlib import Path

from odoo.tests import tagged

from .common import ROLES, RolesCase

TABLE = Path(__file__).with_name("access_matrix.txt")
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
HEAD = """\
# What each role may do with each model: r read, w write, c create, d delete.
# Record rules narrow it further. The test beside this file checks every cell.
"""


@tagged("post_install", "-at_install")
class TestAccessMatrix(RolesCase):
    def _cell(self, model, user):
        allowed = self.env[model].with_user(user)
        return "".join(
            letter if allowed.has_access(operation) else "-"
            for letter, operation in OPERATIONS.items()
        )

    def _table(self):
        head = f"{'model':<34}" + "".join(f"{role:<11}" for role in ROLES)
        lines = [head.rstrip()]
        for model in self._models():
            cells = (self._cell(model, self.users[role]) for role in ROLES)
            row = f"{model:<34}" + "".join(f"{cell:<11}" for cell in cells)
            lines.append(row.rstrip())
        return HEAD + "\n".join(lines) + "\n"

    def test_each_role_may_do_what_the_table_says(self):
        """After a wanted change: review the difference, then copy the table that this
        test left in build/test over access_matrix.txt."""
        table = self._table()
        if folder := os.environ.get("LOG_DIR"):
            Path(folder, TABLE.name).write_text(table)
        self.maxDiff = None
        self.assertEqual(table, TABLE.read_text())

    def test_outsiders_have_no_rights(self):
        """Whatever the table says: the public and plain users change nothing."""
        for model in self._models():
            with self.subTest(model):
                self.assertEqual(self._cell(model, self.users["public"]), "----")
                self.assertEqual(self._cell(model, self.users["internal"])[1:], "---")

    def test_what_a_dialog_holds_is_its_makers(self):
        """Odoo shows rows of a wizard to everybody who may use the wizard: each of ours
        has a rule that leaves them to who began."""
        wizards = [name for name in self._models() if self.env[name]._transient]
        self.assertTrue(wizards)
        for name in wizards:
            with self.subTest(name):
                rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
                owner = rules.filtered(
                    lambda rule: (
                        not rule.groups and "create_uid" in (rule.domain_force or "")
                    )
                )
                self.assertTrue(owner)

    def test_a_missing_right_is_seen(self):
        """The table would notice one access line less."""
        before = self._table()
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "crm.pool.customer"), ("perm_read", "=", True)]
        )
        self.assertTrue(access)
        access.active = False
        self.assertNotEqual(self._table(), before)
