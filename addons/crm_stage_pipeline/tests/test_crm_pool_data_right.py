from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import MODULE
from .right_case import RightCase


@tagged("post_install", "-at_install")
class TestCrmPoolDataRight(RightCase):
    """G18: whose records a role reaches, on one page per role."""

    def test_shipped_rights(self):
        """G18: as shipped an agent has his own, a leader his teams', a manager all."""
        everybody = {user.name for user in self.people}
        team = {"agent_1", "agent_2", "leader"}
        for rows in (self.customers, self.contacts, self.leads, self.orders):
            for user, expected in (
                (self.agent_1, {"agent_1"}),
                (self.leader, team),
                (self.manager, everybody),
            ):
                with self.subTest(
                    user=user.login, rows=next(iter(rows.values()))._name
                ):
                    self.assertEqual(self._whose(user, rows), expected)

    def test_own_team(self):
        """G18: own team widens what an agent sees, and only that."""
        self._role("Colleagues", self.agent_1, customer_see="team", contact_see="team")
        team = {"agent_1", "agent_2"}
        self.assertEqual(self._whose(self.agent_1, self.customers), team)
        self.assertEqual(self._whose(self.agent_1, self.contacts), team)
        self.assertEqual(self._whose(self.agent_1, self.leads), {"agent_1"})
        theirs = self.customers[self.agent_2].with_user(self.agent_1)
        self.assertFalse(theirs.has_access("write"))
        self.assertFalse(theirs.partner_id.has_access("write"))
        self.assertCodes(theirs.action_release(), ["not_allowed"])
        self.assertEqual(theirs._rights()[theirs.id], "reader")

    def test_edit_is_never_wider_than_see(self):
        """G18: to edit all while seeing one's own is to edit one's own."""
        page = self._role("Odd", self.agent_1, customer_edit="all")
        reach = self.agent_1._crm_pool_reach("customer", "edit", self.company.id)
        self.assertEqual(reach.user_ids, {self.agent_1.id})
        self._set_ranges(page, customer_see="all")
        theirs = self.customers[self.agent_3].with_user(self.agent_1)
        self.assertTrue(theirs.has_access("write"))
        self.assertTrue(theirs.partner_id.has_access("write"))
        self.assertEqual(theirs._rights()[theirs.id], "collaborator")

    def test_a_narrowed_manager(self):
        """G18: the page narrows a manager too, in lists, records and documents."""
        self._set_ranges(
            self._page("manager"),
            **dict.fromkeys(("customer", "contact", "opportunity", "order"), "own"),
        )
        self._set_ranges(self._page("all_documents"), opportunity="own", order="own")
        for rows in (self.customers, self.contacts, self.leads, self.orders):
            with self.subTest(rows=next(iter(rows.values()))._name):
                self.assertEqual(self._whose(self.manager, rows), set())
        self.assertEqual(self._whose(self.manager, self.records), set())

    def test_contacts_narrower_than_customers(self):
        """G18: contact persons have their own right."""
        self._set_ranges(self._page("manager"), contact="own")
        everybody = {user.name for user in self.people}
        self.assertEqual(self._whose(self.manager, self.customers), everybody)
        self.assertEqual(self._whose(self.manager, self.contacts), set())
        partner = self.customers[self.agent_1].partner_id.with_user(self.manager)
        self.assertTrue(partner.has_access("read"))

    def test_records_by_author(self):
        """G18: of a customer's records, those that the right reaches."""
        customer = self.customers[self.agent_1]
        customer.with_user(self.agent_1).action_share(self.agent_3.id)
        other = self.env["crm.contact.record"].create(
            {"customer_id": customer.id, "user_id": self.agent_3.id}
        )
        self.assertTrue(other.with_user(self.agent_1).has_access("read"))
        self.assertFalse(other.with_user(self.agent_1).has_access("write"))
        self._set_ranges(self._page("user"), record_see="own")
        self.assertFalse(other.with_user(self.agent_1).has_access("read"))
        self.assertTrue(other.with_user(self.agent_3).has_access("write"))

    def test_several_roles_give_the_widest(self):
        """G18: who is in several roles has the widest of them."""
        self._role("A", self.agent_3, customer_see="team")
        self._role("B", self.agent_3, customer_see="all")
        everybody = {user.name for user in self.people}
        self.assertEqual(self._whose(self.agent_3, self.customers), everybody)

    def test_page_of_one_company(self):
        """G18: a company's page stands instead of the page for all companies."""
        page = self._role("Here", self.agent_1, customer_see="all")
        page.copy({"company_id": self.company.id, "group_id": page.group_id.id})
        own = self.env["crm.pool.data.right"].search(
            [("group_id", "=", page.group_id.id), ("company_id", "=", self.company.id)]
        )
        self._set_ranges(own, customer_see="own")
        self.assertEqual(self._whose(self.agent_1, self.customers), {"agent_1"})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertTrue(
            self.agent_1._crm_pool_reach("customer", "see", other.id).is_all
        )

    def test_companies_with_different_rights(self):
        """G18: each company's rows go by its own right, in one list."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.agent_1.company_ids |= other
        self._role("There", self.agent_1, company=other, customer_see="all")
        there = self.env["crm.pool.customer"].create(
            {
                "partner_id": self.customers[self.agent_3].partner_id.id,
                "company_id": other.id,
                "owner_id": False,
            }
        )
        there._write_pool({"owner_id": self.agent_3.id, "access": "personal"})
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        model = model.with_context(allowed_company_ids=(self.company | other).ids)
        rows = there | self.customers[self.agent_3] | self.customers[self.agent_1]
        found = model.search([("id", "in", rows.ids)])
        self.assertEqual(
            set(found.ids), set((there | self.customers[self.agent_1]).ids)
        )
        self.assertTrue(found[0].partner_id.has_access("read"))

    def test_rights_follow_teams_and_pages(self):
        """G18: cached lists are forgotten when teams, groups or pages change."""
        self.assertNotIn("agent_3", self._whose(self.leader, self.customers))
        self.team.member_ids |= self.agent_3
        self.assertIn("agent_3", self._whose(self.leader, self.customers))
        self.team.user_id = self.manager
        self.assertEqual(self._whose(self.leader, self.customers), {"leader"})
        page = self._role("Late", customer_see="all")
        self.leader.group_ids |= page.group_id
        self.assertIn("agent_3", self._whose(self.leader, self.customers))
        page.group_id.user_ids = [Command.unlink(self.leader.id)]
        self.assertEqual(self._whose(self.leader, self.customers), {"leader"})
        page.group_id.user_ids = [Command.link(self.leader.id)]
        page.active = False
        self.assertEqual(self._whose(self.leader, self.customers), {"leader"})

    def test_all_documents_of_core(self):
        """G18: an agent to whom core gives all documents keeps them."""
        self.agent_3.group_ids |= self.env.ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        lead = self.env["crm.lead"].create({"name": "x", "user_id": self.agent_1.id})
        self.assertTrue(lead.with_user(self.agent_3).has_access("read"))
        self.assertEqual(self._whose(self.agent_3, self.leads), {"agent_3"})
        self.assertEqual(self._whose(self.agent_3, self.orders), {"agent_3"})

    def test_who_follows_up_an_order(self):
        """G18, P14: an order is also its follower's own, not to give away."""
        order = self.orders[self.agent_1]
        order.action_confirm()
        order.follower_id = self.agent_3
        mine = order.with_user(self.agent_3)
        self.assertIn(order.id, mine.search([]).ids)
        self.assertTrue(mine.has_access("write"))
        with self.assertRaises(AccessError):
            mine.user_id = self.agent_2

    def test_seeing_nothing_is_no_right(self):
        """G18: a role that sees none of the customers is refused."""
        with self.assertRaises(ValidationError):
            self._set_ranges(self._page("user"), customer_see="none")

    def test_missing_kind_is_refused(self):
        with self.assertRaises(ValidationError):
            self._page("user").line_ids = [
                Command.delete(self._page("user").line_ids[0].id)
            ]

    def test_only_administrators_change_rights(self):
        """G18: a manager reads the page, who administers access changes it."""
        page = self._page("user")
        self.assertEqual(page.with_user(self.manager).line_ids[0].see_range, "own")
        for user in (self.manager, self.agent_1):
            with self.assertRaises(AccessError):
                page.with_user(user).has_import = True
        with self.assertRaises(AccessError):
            page.with_user(self.agent_1).read(["group_id"])
        self.manager.group_ids |= self.env.ref("base.group_erp_manager")
        page.with_user(self.manager).has_import = True
        self.assertIn("has_import", self.agent_1._crm_pool_specials(self.company.id))

    def test_reports(self):
        """G18: the analysis of orders goes by its own right."""
        order = self._new_order(self.customers[self.agent_1], self.agent_1)
        self.env.flush_all()
        report = self.env["sale.report"]
        domain = [("order_reference", "=", f"sale.order,{order.id}")]
        self.assertTrue(report.with_user(self.agent_1).search_count(domain))
        self.assertFalse(report.with_user(self.agent_2).search_count(domain))
        self.assertTrue(report.with_user(self.leader).search_count(domain))
        self._set_ranges(self._page("leader"), report_see="none")
        self._set_ranges(self._page("user"), report_see="none")
        self.assertFalse(report.with_user(self.leader).search_count(domain))

    def test_page_tells_of_the_closed_export(self):
        """G18: the page says when Odoo's own right to export is missing."""
        page = self._role("Analyst", customer_export="own")
        self.assertTrue(page.is_export_closed)
        page.action_allow_export()
        self.assertFalse(page.is_export_closed)

    def test_users_of_the_page(self):
        page = self._page("leader")
        users = self.env.ref(f"{MODULE}.{MODULE}_group_leader").all_user_ids
        self.assertEqual(page.user_count, len(users))
        self.assertEqual(page.action_open_users()["domain"][0][2], users.ids)
