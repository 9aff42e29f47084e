import json
from unittest.mock import patch

from odoo import Command, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MODULE
from .right_case import RightCase


@tagged("post_install", "-at_install")
class TestCrmPoolDataRightAction(RightCase):
    """G18: deleting, exporting, printing, assigning, and the special rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        technical = cls.env.ref("base.group_allow_export")
        technical.user_ids = [Command.link(user.id) for user in cls.people]

    def _rows(self, user):
        return (
            self.customers[user],
            self.customers[user].partner_id,
            self.contacts[user],
            self.leads[user],
            self.orders[user],
            self.records[user],
        )

    def test_export_within_the_right(self):
        """G18: one exports what the role reaches; it is noted who, what, how many."""
        log = self.env["crm.pool.export"]
        for rows in self._rows(self.agent_1):
            with self.subTest(model=rows._name):
                before = log.search([])
                rows.with_user(self.agent_1).export_data(["display_name"])
                entry = log.search([]) - before
                self.assertEqual(entry.user_id, self.agent_1)
                self.assertEqual(entry.model_id.model, rows._name)
                self.assertEqual((entry.count, entry.kind), (1, "export"))
                self.assertEqual(entry.columns, "display_name")

    def test_export_beyond_the_right(self):
        """G18: seeing is not exporting; nothing leaves when one record is beyond."""
        page = self._page("user")
        for target in ("customer", "contact", "opportunity", "order", "record"):
            self._set_ranges(page, **{f"{target}_export": "none"})
        for rows in self._rows(self.agent_1):
            with self.subTest(model=rows._name):
                mine = rows.with_user(self.agent_1)
                self.assertTrue(mine.has_access("read"))
                with self.assertRaises(AccessError):
                    mine.export_data(["display_name"])
        self.assertFalse(self.env["crm.pool.export"].search([]))

    def test_export_of_related_columns(self):
        """G18: a lead's columns of the customer are the customer's export."""
        self._set_ranges(self._page("user"), customer_export="none")
        lead = self.leads[self.agent_1].with_user(self.agent_1)
        self.assertTrue(lead.export_data(["name", "partner_id"])["datas"])
        self.assertTrue(lead.export_data(["name", "partner_id/id"])["datas"])
        with self.assertRaises(AccessError):
            lead.export_data(["name", "partner_id/email"])

    def test_leader_exports_less_than_he_sees(self):
        """G18: export own, see the team's."""
        for role in ("leader", "user"):
            self._set_ranges(self._page(role), customer_export="own")
        mine = self.customers[self.leader].with_user(self.leader)
        theirs = self.customers[self.agent_1].with_user(self.leader)
        self.assertTrue(mine.export_data(["name"])["datas"])
        with self.assertRaises(AccessError):
            (mine | theirs).export_data(["name"])

    def test_print_by_right(self):
        """G18: rendering a report needs the right to print, stored PDFs included."""
        order = self.orders[self.agent_1]
        reports = self.env["ir.actions.report"].with_user(self.agent_1)
        name = "sale.report_saleorder"
        html, _kind = reports._render_qweb_html(name, order.ids)
        self.assertIn(order.name.encode(), html)
        reports._render_qweb_pdf(name, order.ids)
        entries = self.env["crm.pool.export"].search([("kind", "=", "print")])
        self.assertEqual(
            [(entry.user_id, entry.count) for entry in entries], [(self.agent_1, 1)] * 2
        )
        self._set_ranges(self._page("user"), order_print="none")
        with self.assertRaises(AccessError):
            reports._render_qweb_html(name, order.ids)
        with self.assertRaises(AccessError):
            reports._render_qweb_pdf_prepare_streams(name, {}, order.ids)
        self.assertTrue(order.with_user(self.agent_1).has_access("read"))

    def test_assign_documents(self):
        """G18: whose leads and orders one may give away."""
        for rows in (self.leads, self.orders):
            with self.subTest(model=rows[self.agent_1]._name):
                theirs = rows[self.agent_2].with_user(self.leader)
                theirs.user_id = self.agent_1
                self._set_ranges(
                    self._page("user"), opportunity_assign="none", order_assign="none"
                )
                mine = rows[self.agent_1].with_user(self.agent_1)
                with self.assertRaises(AccessError):
                    mine.user_id = self.agent_2
                mine.user_id = self.agent_1
                free = rows[self.agent_1].copy({"user_id": False})
                free.with_user(self.agent_1).user_id = self.agent_1
                self.assertEqual(free.user_id, self.agent_1)
                self._set_ranges(
                    self._page("user"), opportunity_assign="own", order_assign="own"
                )
                mine.user_id = self.agent_2

    def test_assign_customers(self):
        """G18, P26: an assigner's people are both the givers and the receivers."""
        self._role("Head", self.agent_3, customer_see="all", customer_assign="team")
        mine = self.customers[self.agent_3].with_user(self.agent_3)
        theirs = self.customers[self.agent_1].with_user(self.agent_3)
        codes = lambda rows, user: rows.action_assign(user.id, "why")  # noqa: E731
        self.assertCodes(codes(mine, self.agent_1), ["not_allowed"])
        self.assertCodes(codes(theirs, self.agent_3), ["not_allowed"])
        self.team.member_ids |= self.agent_3
        self.assertCodes(codes(theirs, self.agent_3), ["assigned"])
        self.assertCodes(codes(mine, self.agent_2), ["assigned"])
        self.assertCodes(codes(mine, self.leader), ["not_allowed"])

    def test_delete_by_right(self):
        """G18: archiving and deleting go by the right to delete."""
        self._set_ranges(
            self._page("user"), customer_delete="none", record_delete="none"
        )
        self._set_ranges(self._page("user"), contact_delete="none")
        mine = self.customers[self.agent_1].with_user(self.agent_1)
        for rows in (mine.partner_id, self.contacts[self.agent_1]):
            with self.assertRaises(AccessError):
                rows.with_user(self.agent_1).action_archive()
        with self.assertRaises(AccessError):
            mine.action_archive()
        with self.assertRaises(AccessError):
            self.records[self.agent_1].with_user(self.agent_1).unlink()
        self._set_ranges(self._page("user"), contact_delete="own", record_delete="own")
        self.contacts[self.agent_1].with_user(self.agent_1).action_archive()
        self.records[self.agent_1].with_user(self.agent_1).unlink()
        self.assertFalse(self.contacts[self.agent_1].active)

    def test_special_release(self):
        """G18: releasing customers of others is a special right."""
        theirs = self._new_customers(1, "target", self.agent_1).with_user(self.leader)
        self._page("leader").has_release = False
        self.assertCodes(theirs.action_release("why"), ["not_allowed"])
        self._page("leader").has_release = True
        self.assertCodes(theirs.action_release("why"), ["released"])

    def test_special_import(self):
        """G18: importing, and importing equal names, are special rights."""
        imports = self.env["crm.pool.import"].with_user(self.leader)
        with self.assertRaises(AccessError):
            imports.create({"allow_same_name": True})
        self._page("leader").has_same_name = True
        self.assertTrue(imports.create({"allow_same_name": True}))
        self._page("leader").has_import = False
        with self.assertRaises(AccessError):
            imports.create({})

    def test_special_edit_shared(self):
        """G18, P17: editing shared customers is a special right of the page."""
        page = self._page("user")
        shared = self._new_customers(1).partner_id.with_user(self.agent_1)
        self.assertFalse(page.has_edit_shared)
        self.assertTrue(self._page("leader").has_edit_shared)
        with self.assertRaises(UserError):
            shared.website = "https://works.example.com"
        page.has_edit_shared = True
        shared.website = "https://works.example.com"
        page.has_edit_shared = False
        with self.assertRaises(UserError):
            shared.website = "https://other.example.com"

    def test_special_unmasked(self):
        """G18, P32: reading masked numbers is a special right, not one of seeing."""
        pool = self.env["crm.pool"].create(
            {"name": "Masked", "company_id": self.company.id, "mask_numbers": True}
        )
        self.assertEqual(self.agent_1._crm_pool_masking_ids(), (pool.id,))
        self.assertEqual(self.manager._crm_pool_masking_ids(), ())
        self._set_ranges(self._page("user"), customer_see="all", contact_see="all")
        self.assertEqual(self.agent_1._crm_pool_masking_ids(), (pool.id,))
        self._page("user").has_unmasked = True
        self.assertEqual(self.agent_1._crm_pool_masking_ids(), ())
        self._page("user").has_unmasked = False
        self._page("manager").has_unmasked = False
        self.assertEqual(self.manager._crm_pool_masking_ids(), (pool.id,))

    def test_log_of_exports_is_closed(self):
        """G18: one sees one's own exports, by special right all; nobody changes it."""
        self.leads[self.agent_1].with_user(self.agent_1).export_data(["name"])
        self.leads[self.agent_2].with_user(self.agent_2).export_data(["name"])
        log = self.env["crm.pool.export"]
        self.assertEqual(log.with_user(self.agent_1).search([]).user_id, self.agent_1)
        self.assertEqual(
            log.with_user(self.manager).search([]).user_id, self.agent_1 | self.agent_2
        )
        for operation in ("write", "create", "unlink"):
            self.assertFalse(log.with_user(self.manager).has_access(operation))


@tagged("post_install", "-at_install")
class TestCrmPoolExportController(HttpCase):
    """G18: the web client's export, with the list's filter in the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "pool_exporter",
            groups=f"{MODULE}.{MODULE}_group_user,base.group_allow_export",
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Export Works", "is_company": True}
        )
        cls.customer = cls.env["crm.pool.customer"].create(
            {"partner_id": cls.partner.id, "owner_id": cls.agent.id}
        )

    def _export(self, route, ids=False):
        self.authenticate("pool_exporter", "pool_exporter")
        data = {
            "model": "crm.pool.customer",
            "fields": [{"name": "name", "label": "Name", "type": "char"}],
            "ids": ids,
            "domain": [["name", "=", "Export Works"]],
            "import_compat": False,
            "context": {},
        }
        with patch.object(http.Request, "validate_csrf", return_value=True):
            return self.url_open(
                f"/web/export/{route}", data={"data": json.dumps(data)}
            )

    def test_filter_is_logged(self):
        """G18: an export of a list names its filter, one of chosen rows does not."""
        answer = self._export("csv")
        self.assertIn("Export Works", answer.text)
        entry = self.env["crm.pool.export"].search([])
        self.assertEqual((entry.count, entry.user_id), (1, self.agent))
        self.assertIn("Export Works", entry.filter)
        self._export("xlsx", self.customer.ids)
        second = self.env["crm.pool.export"].search([]) - entry
        self.assertFalse(second.filter)
        self.assertEqual(second.record_ids, str(self.customer.id))

    @mute_logger("odoo.addons.web.controllers.export", "odoo.http")
    def test_export_beyond_the_right(self):
        page = self.env.ref(f"{MODULE}.crm_pool_data_right_user")
        line = page.line_ids.filtered(lambda row: row.target == "customer")
        line.export_range = "none"
        answer = self._export("csv")
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn("Export Works", answer.text)
        self.assertFalse(self.env["crm.pool.export"].search([]))
