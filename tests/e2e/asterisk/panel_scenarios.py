"""The call panel in real browsers, on the real exchange (A2 to A5), on demand:
``python -m unittest tests.e2e.asterisk.panel_scenarios``.

A page that opens within a minute of a call hears the bus tell that call again, so that
the panel may open by itself: not steady enough for every run.
"""

import contextlib

from playwright.sync_api import sync_playwright

from tests.screens.take import log_in

from .exchange import ExchangeCase, wait

CALLER = "13800000340"
STAYS = "13800000310"
PANEL = ".o_crm_asterisk_panel"
BADGE = ".o_crm_asterisk_systray .badge"
PATIENCE_MS = 60_000
# Shift+Tab until the focus is there: nobody needs a mouse
TABS = 60


class TestPanel(ExchangeCase):
    def setUp(self):
        super().setUp()
        self.exchange.answer_questions("agent1")
        self.addCleanup(self.exchange.stack.carrier.hang_up_all)
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        playwright = stack.enter_context(sync_playwright())
        self.browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
        )
        stack.callback(self.browser.close)
        stack.callback(self.take_pictures)

    def take_pictures(self):
        """What each page showed at the end, for whoever reads the log."""
        pages = [page for context in self.browser.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(
                path=self.exchange.stack.folder / f"{self._testMethodName}-{number}.png"
            )

    def person(self, login):
        """The browser of one person, with one tab."""
        context = self.browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        log_in(page, self.exchange.stack.url, login)
        page.wait_for_selector(".o_crm_asterisk_systray")
        page.wait_for_selector(".o_action_manager .o_control_panel")
        return page

    def another_tab(self, page):
        tab = page.context.new_page()
        tab.goto(f"{self.exchange.stack.url}/odoo")
        tab.wait_for_selector(".o_crm_asterisk_systray")
        return tab

    def reach(self, page, selector):
        """Move the focus backwards until it is on the selector's element."""
        for _tab in range(TABS):
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Shift+Tab")
        self.fail(f"the keyboard does not reach {selector}")

    def test_A3_by_the_keyboard_alone(self):
        """A3, A4: the panel is opened, a number dialled, the call ended and its outcome
        told without a mouse."""
        self.exchange.customer(STAYS)
        page = self.person("agent1")
        page.keyboard.press("Alt+Shift+T")
        page.wait_for_selector(".o_crm_asterisk_dial:focus")
        page.keyboard.type(STAYS)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{PANEL} .o_crm_asterisk_state:text('Talking')")
        self.assertEqual(
            page.inner_text(f"{PANEL} .o_crm_asterisk_name"), f"Line {STAYS}"
        )
        page.focus(".o_crm_asterisk_dial")
        self.reach(page, ".o_crm_asterisk_call .btn-danger")
        page.keyboard.press("Enter")
        outcome = "[data-outcome=interested]"
        page.wait_for_selector(f".o_crm_asterisk_outcome {outcome}")
        page.focus(".o_crm_asterisk_dial")
        self.reach(page, outcome)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{PANEL}:not(:has(.o_crm_asterisk_call))")
        page.keyboard.press("Escape")
        page.wait_for_selector(PANEL, state="detached")

    def test_A2_call_from_ring_to_recording(self):
        """A2, A4, A5: a call of a queue pops in one of two tabs of the agent who is
        rung, is answered, is there after a reload, goes to a colleague with its data,
        ends while no message can be heard, is asked for once. It was recorded."""
        exchange = self.exchange
        customer = exchange.customer(CALLER)
        page = self.person("agent1")
        tabs = [page, self.another_tab(page)]
        colleague = self.person("agent2")
        # the desk rings its two in turn: this time it is agent1's turn
        self.addCleanup(exchange.console, "queue unpause member PJSIP/102 queue desk")
        exchange.console("queue pause member PJSIP/102 queue desk")
        seen = exchange.ids()
        exchange.stack.carrier.call_in(CALLER, "4100", "wait")
        linkedid = exchange.new_call(seen)["linkedid"]
        for tab in tabs:
            tab.wait_for_selector(BADGE)

        def shown():
            return [tab for tab in tabs if tab.query_selector(PANEL)]

        popped = wait(shown, 20, "the panel has popped")
        page.wait_for_timeout(1000)
        self.assertEqual(len(shown()), 1, "it pops in one tab")
        [page] = popped
        page.wait_for_selector(f"{PANEL} .o_crm_asterisk_state:text('Talking')")
        call = exchange.call(linkedid)
        self.assertEqual(call["customer_id"][0], customer)

        page.reload()
        page.wait_for_selector(BADGE)
        if not page.query_selector(PANEL):  # the other tab has become the main one
            page.click(".o_crm_asterisk_systray")
        page.wait_for_selector(f"{PANEL} .o_crm_asterisk_name:text('Line {CALLER}')")

        page.click(".o_crm_asterisk_give")
        page.wait_for_selector(
            ".o_crm_asterisk_target option:nth-child(2)", state="attached"
        )
        [telephone] = exchange.office.search(
            "asterisk.endpoint", [("user_id", "=", self.agent("agent2").user_id)]
        )
        page.select_option(".o_crm_asterisk_target select", str(telephone))
        page.fill(".o_crm_asterisk_target input[type=text]", "Asks for a sample")
        page.click(".o_crm_asterisk_blind")
        colleague.wait_for_selector(f"{PANEL} .o_crm_asterisk_handed")
        self.assertIn(
            "Asks for a sample",
            colleague.inner_text(f"{PANEL} .o_crm_asterisk_handed"),
        )
        self.assertEqual(
            colleague.inner_text(f"{PANEL} .o_crm_asterisk_name"), f"Line {CALLER}"
        )
        # his language is Chinese
        colleague.wait_for_selector(f"{PANEL} .o_crm_asterisk_state:text('通话中')")

        # its end is told while no browser hears
        exchange.stack.kill_odoo()
        exchange.stack.carrier.hang_up_all()
        exchange.stack.start_odoo()
        row = exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        page.wait_for_selector(".o_crm_asterisk_outcome [data-outcome=interested]")
        self.assertEqual(len(page.query_selector_all(".o_crm_asterisk_outcome")), 1)
        page.click(".o_crm_asterisk_outcome [data-outcome=interested]")
        page.wait_for_selector(".o_crm_asterisk_outcome", state="detached")
        self.assertFalse(self.agent("agent1").call("crm.call", "snapshot")["calls"])
        [row] = exchange.office.read("crm.pool.customer", [customer], ["partner_id"])
        page.goto(f"{exchange.stack.url}/odoo/res.partner/{row['partner_id'][0]}")
        page.click("button[name=action_open_calls]")
        page.click(".o_list_view .o_data_row .o_data_cell[name=started_at]")
        page.wait_for_selector(".o_field_widget[name=recording_ids] .o_data_row")
