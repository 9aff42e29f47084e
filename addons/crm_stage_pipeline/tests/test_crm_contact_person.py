import ast
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MODULE, PoolCase


@tagged("post_install", "-at_install")
class TestCrmContactPerson(PoolCase):
    """G54, G55: contacts as a list of their own, their bin, what changed about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)
        cls.hidden = cls._new_customers(1, "potential", cls.agent_2)
        cls.person = cls._new_person("Lin Xue", cls.customer, mobile="13490001001")
        cls.other = cls._new_person("He Yong", cls.hidden)
        cls.mine = cls.person.with_user(cls.agent_1)

    @classmethod
    def _new_person(cls, name, customer, **vals):
        """A person of yesterday: what is typed from now on are changes."""
        person = cls.env["res.partner"].create(
            {"name": name, "parent_id": customer.partner_id.id, **vals}
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [person.create_date - timedelta(days=1), person.id],
        )
        person.invalidate_recordset()
        return person

    def _found(self, user):
        action = self.env.ref(f"{MODULE}.res_partner_action_person")
        domain = ast.literal_eval(action.domain)
        return self.env["res.partner"].with_user(user).search(domain)

    def _changes(self, partner, user=None):
        changes = self.env["crm.contact.change"].with_user(user or self.agent_1)
        return [
            (change.field_name, change.old_value, change.new_value, change.user_id)
            for change in changes.search([("partner_id", "=", partner.id)], order="id")
        ]

    # list

    def test_list_of_all_my_customers_persons(self):
        """G54: the persons of all customers that one sees, companies left out."""
        found = self._found(self.agent_1)
        self.assertIn(self.person, found)
        self.assertNotIn(self.other, found)
        self.assertNotIn(self.customer.partner_id, found)
        self.assertLessEqual(self.person | self.other, self._found(self.manager))

    def test_every_column_groups(self):
        """G54, G21: stored columns of the list group it in one click."""
        view = self.env.ref(f"{MODULE}.res_partner_view_search_person").arch
        for name in ("parent_id", "function", "department", "superior_id", "gender"):
            with self.subTest(field=name):
                self.assertIn(f"'group_by': '{name}'", view)
                groups = self.env["res.partner"].with_user(self.agent_1)
                self.assertTrue(
                    groups.formatted_read_group(
                        [("parent_id", "!=", False)], [name], ["__count"]
                    )
                )

    def test_printed_list(self):
        """G54: the list prints the chosen persons, masked and refused as anywhere."""
        report = self.env["ir.actions.report"].with_user(self.agent_1)
        action = self.mine.action_print_list()
        self.assertEqual(action["report_name"], f"{MODULE}.res_partner_report")
        html, _kind = report._render_qweb_html(action["report_name"], self.person.ids)
        self.assertIn("Lin Xue", html.decode())
        with self.assertRaises(AccessError):
            report._render_qweb_html(action["report_name"], self.other.ids)

    # bin

    def test_deleting_puts_into_the_bin(self):
        """G54: a deleted person is kept, with who deleted it and when."""
        self.mine.unlink()
        self.assertTrue(self.person.exists())
        self.assertFalse(self.person.active)
        self.assertEqual(self.person.binned_by_id, self.agent_1)
        self.assertTrue(self.person.binned_at)
        self.assertNotIn(self.person, self._found(self.manager))

    def test_managers_bring_back(self):
        """G54: restoring brings back exactly the person, its record, its employer."""
        self.env["crm.contact.record"].create(
            {"customer_id": self.customer.id, "partner_id": self.person.id}
        )
        self.mine.unlink()
        with self.assertRaises(AccessError):
            self.mine.action_unbin()
        self.person.with_user(self.manager).action_unbin()
        self.assertTrue(self.person.active)
        self.assertFalse(self.person.binned_at)
        self.assertFalse(self.person.binned_by_id)
        self.assertEqual(self.person.parent_id, self.customer.partner_id)
        self.assertEqual(self.customer.record_ids.partner_id, self.person)

    def test_deleted_for_good_by_managers_only(self):
        """G54: what lies in the bin is deleted for good by managers, not by agents."""
        self.mine.unlink()
        with self.assertRaises(AccessError):
            self.mine.unlink()
        self.assertTrue(self.person.exists())
        with self.assertRaises(AccessError):
            self.mine.action_delete_for_good()
        self.person.with_user(self.manager).action_delete_for_good()
        self.assertFalse(self.person.exists())

    def test_bin_by_the_right_to_delete(self):
        """G54: nobody puts a colleague's person into the bin."""
        with self.assertRaises(AccessError):
            self.other.with_user(self.agent_1).unlink()
        self.assertTrue(self.other.active)
        self.assertFalse(self.other.binned_at)

    def test_customers_have_their_own_bin(self):
        """G54: the persons' bin takes no customer."""
        with self.assertRaises(UserError):
            self.customer.partner_id.with_user(self.manager).action_bin()
        self.assertTrue(self.customer.partner_id.active)

    # changes

    def test_changes_are_kept(self):
        """G55: name, position, number with old value, new value, by whom."""
        self.mine.write({"name": "Lin Xueying", "function": "Director"})
        self.mine.mobile = "13490001002"
        self.env.flush_all()
        changes = self._changes(self.person)
        self.assertIn(("name", "Lin Xue", "Lin Xueying", self.agent_1), changes)
        self.assertIn(("function", False, "Director", self.agent_1), changes)
        [number] = [change for change in changes if change[0] == "mobile"]
        self.assertIn("1001", number[1].replace(" ", ""))
        self.assertIn("1002", number[2].replace(" ", ""))

    def test_number_added_and_removed(self):
        """G55: a number that comes or goes is a change."""
        self.mine.mobile = False
        self.mine.phone = "0592-5550107"
        self.env.flush_all()
        names = {
            (name, bool(old), bool(new))
            for name, old, new, _user in self._changes(self.person)
        }
        self.assertEqual(names, {("mobile", True, False), ("phone", False, True)})

    def test_employer_and_history(self):
        """G54, G55: a person moved to another customer keeps its records."""
        second = self._new_customers(1, "potential", self.agent_1)
        record = self.env["crm.contact.record"].create(
            {"customer_id": self.customer.id, "partner_id": self.person.id}
        )
        self.mine.parent_id = second.partner_id
        [change] = self._changes(self.person)
        self.assertEqual(change[:3], ("parent_id", self.customer.name, second.name))
        self.assertEqual(record.partner_id, self.person)
        self.assertEqual(record.customer_id, self.customer)

    def test_same_value_is_no_change(self):
        """G55: saving what is there leaves no row; neither does creation."""
        self.mine.write({"name": "Lin Xue", "function": False})
        self.mine.parent_id = self.customer.partner_id
        self.env["res.partner"].with_user(self.agent_1).create(
            {
                "name": "Wu Ping",
                "parent_id": self.customer.partner_id.id,
                "phone_number_ids": [
                    Command.create({"kind": "mobile", "number": "13490001009"})
                ],
            }
        )
        self.assertFalse(
            self.env["crm.contact.change"].search_count(
                [("partner_id.parent_id", "=", self.customer.partner_id.id)]
            )
        )

    def test_changes_of_hidden_persons(self):
        """G55: changes are seen with their contact, and are nobody's to write."""
        self.other.with_user(self.agent_2).function = "Buyer"
        change = self.env["crm.contact.change"].search(
            [("partner_id", "=", self.other.id)]
        )
        self.assertEqual(len(change), 1)
        self.assertFalse(self._changes(self.other, self.agent_1))
        with self.assertRaises(AccessError):
            change.with_user(self.agent_1).old_value  # noqa: B018 (reading is the test)
        for user in (self.agent_2, self.manager):
            with self.assertRaises(AccessError):
                change.with_user(user).write({"new_text": "Nothing"})
            with self.assertRaises(AccessError):
                change.with_user(user).unlink()

    def test_masked_numbers_stay_masked(self):
        """G55, P32: an old number of a masked customer is read masked."""
        self.env["crm.pool"].search([]).mask_numbers = True
        shared = self._new_customers(1, "target")
        person = self._new_person("Ma Li", shared, mobile="13490007001")
        person.with_user(self.manager).mobile = "13490007002"
        self.env.invalidate_all()
        [(_name, old, new, _user)] = self._changes(person, self.agent_1)
        self.assertNotIn("13490007", old + new)
        [(_name, old, _new, _user)] = self._changes(person, self.manager)
        self.assertIn("13490007001", old.replace(" ", ""))
