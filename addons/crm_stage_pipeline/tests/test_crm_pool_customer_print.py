from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..report import crm_list_report
from .mask_case import MaskCase, tells
from .right_case import RightCase

REPORT = "crm_stage_pipeline.crm_pool_customer_report"


@tagged("post_install", "-at_install")
class TestCrmPoolCustomerPrint(RightCase):
    """P42: printing customers that were chosen or found (客户打印)."""

    def _print(self, user, customers):
        """The cells of the printed page: heads and rows."""
        reports = self.env["ir.actions.report"].with_user(user)
        page, _kind = reports._render_qweb_html(REPORT, customers.ids)
        document = html.fromstring(page.decode())
        heads = [cell.text_content() for cell in document.xpath("//thead//th")]
        rows = [
            [cell.text_content() for cell in row.xpath("td")]
            for row in document.xpath("//tbody/tr")
        ]
        return document, heads, rows

    def _log(self):
        return self.env["crm.pool.export"].search([("kind", "=", "print")])

    def test_columns_of_the_list(self):
        """P42: the list's columns; the stage is the title when all are in it."""
        mine = self._new_customers(2, "deal", self.agent_1)
        mine[0].partner_id.write({"city": "Quanzhou", "phone": "0595 2218 7043"})
        document, heads, rows = self._print(self.agent_1, mine)
        self.assertIn(
            self._stage("deal").name, document.xpath("//h3")[0].text_content()
        )
        self.assertNotIn("Stage", heads)
        self.assertEqual(len(rows), 2)
        for text in (mine[0].name, "Quanzhou", "0595 2218 7043", self.agent_1.name):
            self.assertIn(text, rows[0])
        # of several stages: a column
        both = mine[0] | self._new_customers(1, "target", self.agent_1)
        _document, heads, rows = self._print(self.agent_1, both)
        self.assertIn("Stage", heads)
        self.assertIn(self._stage("target").name, rows[1])

    def test_prints_what_the_list_found(self):
        """P42: without chosen rows, what the filters find; with them, these only."""
        mine = self._new_customers(3, "potential", self.agent_1)
        customers = self.env["crm.pool.customer"].with_user(self.agent_1)
        found = customers.with_context(
            active_domain=[("stage_code", "=", "potential"), ("is_mine", "=", True)]
        )
        self.assertEqual(
            set(found.action_print_list()["context"]["active_ids"]), set(mine.ids)
        )
        chosen = found.browse(mine[1].ids).action_print_list()
        self.assertEqual(chosen["context"]["active_ids"], mine[1].ids)
        # as the person sorted the list, chosen rows too
        for order in ("id desc", "name asc"):
            expected = customers.search([("id", "in", mine.ids)], order=order)
            ordered = found.with_context(active_order=order)
            for listed in (ordered, ordered.browse(mine.ids)):
                self.assertEqual(
                    listed.action_print_list()["context"]["active_ids"], expected.ids
                )
        self.patch(crm_list_report, "MOST", 2)
        with self.assertRaises(UserError):
            self._print(self.agent_1, mine)

    def test_every_stage_prints(self):
        """P42: personal with collaborative and shared rows of every stage's list."""
        for code in ("reserve", "target", "potential", "opportunity", "deal"):
            own, theirs, shared = (
                self._new_customers(1, code, self.agent_1),
                self._new_customers(1, code, self.agent_2),
                self._new_customers(1, code),
            )
            theirs.action_share(self.agent_1.id)
            customers = self.env["crm.pool.customer"].with_user(self.agent_1)
            stage = [("stage_code", "=", code)]
            personal = customers.search([*stage, ("is_mine", "=", True)])
            self.assertLessEqual(own | theirs, personal)
            self.assertNotIn(shared, personal)
            listed = customers.search(stage)
            self.assertIn(shared, listed)
            # the panel beside the list: how it counts them
            panel = customers.search_panel_select_range(
                "access", search_domain=stage, enable_counters=True
            )
            counted = {value["id"]: value["__count"] for value in panel["values"]}
            for access in ("personal", "collaborative", "shared"):
                self.assertEqual(
                    counted[access],
                    customers.search_count([*stage, ("access", "=", access)]),
                )
            with self.subTest(stage=code):
                _document, _heads, rows = self._print(
                    self.agent_1, own | theirs | shared
                )
                self.assertEqual(len(rows), 3)

    def test_right_is_asked_and_print_is_noted(self):
        """P42, G18: the role's right to print; one line in the log for one print."""
        mine = self.customers[self.agent_1]
        self._print(self.agent_1, mine)
        reports = self.env["ir.actions.report"].with_user(self.agent_1)
        reports._render_qweb_pdf(REPORT, mine.ids)
        entries = self._log()
        self.assertEqual(
            [(entry.user_id, entry.count, entry.columns) for entry in entries],
            [(self.agent_1, 1, REPORT)] * 2,
        )
        self._set_ranges(self._page("user"), customer_print="none")
        listed = mine.with_user(self.agent_1)
        with self.assertRaises(AccessError):
            listed.action_print_list()
        with self.assertRaises(AccessError):
            self._print(self.agent_1, mine)
        with self.assertRaises(AccessError):
            # what a client sends does not silence the log or the check
            reports.with_context(crm_pool_print_sentinel=True)._render_qweb_pdf(
                REPORT, mine.ids
            )
        self.assertEqual(self._log(), entries)

    def test_client_cannot_silence_the_log(self):
        """P42, G18: a context from outside leaves the print noted."""
        reports = self.env["ir.actions.report"].with_user(self.agent_1)
        reports.with_context(crm_pool_print_sentinel=True)._render_qweb_html(
            REPORT, self.customers[self.agent_1].ids
        )
        self.assertEqual(len(self._log()), 1)

    def test_contact_records(self):
        """G69: one's contact records are printed from their list, by right."""
        mine = self.records[self.agent_1].with_user(self.agent_1)
        mine.note = "Wants paper"
        action = (
            mine.browse()
            .with_context(active_domain=[("user_id", "=", self.agent_1.id)])
            .action_print_list()
        )
        self.assertEqual(action["context"]["active_ids"], mine.ids)
        reports = self.env["ir.actions.report"].with_user(self.agent_1)
        page, _kind = reports._render_qweb_html(action["report_name"], mine.ids)
        text = html.fromstring(page.decode()).text_content()
        self.assertIn("Wants paper", text)
        self.assertIn(self.customers[self.agent_1].name, text)
        self.assertEqual(self._log().columns, action["report_name"])
        self._set_ranges(self._page("user"), record_print="none")
        with self.assertRaises(AccessError):
            mine.action_print_list()

    def test_hidden_customers_are_not_printed(self):
        """P42: a forged id of a colleague's customer."""
        with self.assertRaises(AccessError):
            self._print(self.agent_1, self.customers[self.agent_3])


@tagged("post_install", "-at_install")
class TestCrmPoolCustomerPrintMask(MaskCase):
    """P42, P32: masked numbers stay masked on paper."""

    def test_masked_numbers(self):
        """P42: who may not read the number prints the mask; the manager the number."""
        reports = self.env["ir.actions.report"]
        number = self.NUMBERS["phone"]
        page, _kind = reports.with_user(self.agent_1)._render_qweb_html(
            REPORT, self.customer.ids
        )
        self.assertIn(self.customer.name, page.decode())
        self.assertFalse(tells(number, page.decode()))
        page, _kind = reports.with_user(self.manager)._render_qweb_html(
            REPORT, self.customer.ids
        )
        self.assertTrue(tells(number, page.decode()))
