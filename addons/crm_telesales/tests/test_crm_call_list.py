from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import GROUP_USER, TelesalesCase


@tagged("post_install", "-at_install")
class TestCrmCallList(TelesalesCase):
    """T1: call lists."""

    def test_T1_private_list_is_its_owners_only(self):
        mine = (
            self.env["crm.call.list"].with_user(self.agent_1).create({"name": "Mine"})
        )
        self.assertEqual(mine.kind, "private")
        for other in (self.agent_2, self.manager):
            self.assertFalse(
                self.env["crm.call.list"]
                .with_user(other)
                .search([("id", "=", mine.id)])
            )
            with self.assertRaises(AccessError):
                mine.with_user(other).read(["name"])

    def test_T1_shared_list_is_read_by_all_and_edited_by_owner_and_manager(self):
        shared = (
            self.env["crm.call.list"]
            .with_user(self.agent_1)
            .create({"name": "Ours", "kind": "shared"})
        )
        self.assertEqual(shared.with_user(self.agent_2).name, "Ours")
        with self.assertRaises(AccessError):
            shared.with_user(self.agent_2).name = "Theirs"
        shared.with_user(self.manager).name = "Edited"

    def test_T1_list_never_shows_a_row_its_reader_may_not_see(self):
        visible, hidden = self.make_customers(self.env, 2, "Row")
        fixed = self.env["crm.call.list"].create(
            {
                "name": "Fixed",
                "kind": "shared",
                "source": "fixed",
                "customer_ids": [Command.set([visible.id, hidden.id])],
            }
        )
        search = self.env["crm.call.list"].create(
            {
                "name": "Search",
                "kind": "shared",
                "domain": f"[('id', 'in', [{visible.id}, {hidden.id}])]",
            }
        )
        self.env["ir.rule"].create(
            {
                "name": "hide one",
                "model_id": self.env["ir.model"]._get_id("crm.pool.customer"),
                "domain_force": f"[('id', '!=', {hidden.id})]",
            }
        )
        for call_list in (fixed, search):
            with self.subTest(source=call_list.source):
                seen = call_list.with_user(self.agent_1)
                seen.invalidate_recordset()
                self.assertEqual(seen._members().ids, visible.ids)
                self.assertEqual(seen.member_count, 1)
        [row] = fixed.with_user(self.agent_1).read(["customer_ids"])
        self.assertEqual(row["customer_ids"], visible.ids)

    def test_T1_search_is_fresh_a_fixed_list_stays(self):
        first = self.make_customers(self.env, 1, "Fresh")
        search = self.env["crm.call.list"].create(
            {"name": "S", "domain": "[('name', '=like', 'Fresh%')]"}
        )
        fixed = self.env["crm.call.list"].create(
            {
                "name": "F",
                "source": "fixed",
                "customer_ids": [Command.set(first.ids)],
            }
        )
        self.make_customers(self.env, 2, "Fresher", start=50)
        self.assertEqual(len(search._members()), 3)
        self.assertEqual(fixed._members(), first)

    def test_T1_list_is_made_from_chosen_customers(self):
        customers = self.make_customers(self.env, 3)
        action = customers.with_user(self.agent_1).action_add_to_list()
        made = self.env["crm.call.list"].browse(action["res_id"])
        self.assertEqual(made.customer_ids, customers)
        self.assertEqual(made.user_id, self.agent_1)

    def test_T1_lists_of_leads(self):
        lead = self.env["crm.lead"].create({"name": "Lead", "user_id": self.agent_1.id})
        call_list = self.env["crm.call.list"].create(
            {
                "name": "Leads",
                "member_model": "crm.lead",
                "domain": f"[('id', '=', {lead.id})]",
                "kind": "shared",
            }
        )
        self.assertEqual(call_list.with_user(self.agent_1)._members(), lead)

    def test_T1_filter_holds_literals_only(self):
        for bad in ("[('nofield', '=', 1)]", "__import__('os')", "[("):
            with self.assertRaises(ValidationError):
                self.env["crm.call.list"].create({"name": "Bad", "domain": bad})

    def test_T1_lists_stay_in_their_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        agent = new_test_user(
            self.env,
            login="tele_other",
            groups=GROUP_USER,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        shared = self.env["crm.call.list"].create({"name": "Ours", "kind": "shared"})
        with self.assertRaises(AccessError):
            shared.with_user(agent).read(["name"])
