from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.crm_lead_tracking import LEAD_KEY
from .common import PoolCase

NOW = datetime(2026, 3, 11, 2, 0)


@tagged("post_install", "-at_install")
class TestCrmLeadTracking(PoolCase):
    """G69: selling one opportunity after the other (正在销售)."""

    def setUp(self):
        super().setUp()
        self.agent_1.tz = "UTC"
        # the lease's own cursor is the test's
        self.registry_enter_test_mode()

    def _lead(self, moment=NOW, user=None, **vals):
        user = user or self.agent_1
        customer = self._new_customers(1, "opportunity", user)
        return self.env["crm.lead"].create(
            {
                "name": f"Chance of {customer.name}",
                "type": "opportunity",
                "partner_id": customer.partner_id.id,
                "user_id": user.id,
                "expected_revenue": 500,
                "next_visit_date": moment,
                **vals,
            }
        )

    def test_sell_opens_the_tracking_screen(self):
        """G69: with the opportunity's facts, and records made there are about it."""
        lead = self._lead()
        action = lead.with_user(self.agent_1).action_sell()
        customer = lead.partner_id.pool_customer_id.with_user(self.agent_1)
        self.assertEqual(action["res_id"], customer.id)
        customer = customer.with_context(**action["context"])
        self.assertEqual(customer.tracked_lead_id, lead)
        self.assertEqual(customer.tracked_lead_revenue, 500)
        self.assertEqual(customer.tracked_lead_visit, NOW)
        record = customer.action_new_contact_record()
        self.assertEqual(record["context"]["default_lead_id"], lead.id)
        # without, or with another customer's or a hidden one: nothing of it
        self.assertFalse(customer.with_context(**{LEAD_KEY: False}).tracked_lead_id)
        other = self._lead(user=self.agent_3)
        hidden = customer.with_context(**{LEAD_KEY: other.id})
        self.assertFalse(hidden.tracked_lead_id)

    def test_without_a_customer(self):
        """G69: an opportunity of nobody says why it has no tracking screen."""
        lead = self.env["crm.lead"].create({"name": "Nobody", "type": "opportunity"})
        with self.assertRaises(UserError):
            lead.action_sell()

    @freeze_time(NOW)
    def test_next_opportunity(self):
        """G69: "next" goes through the opportunities first, then through the rest."""
        [deal] = self._new_customers(1, "deal", self.agent_1)
        deal._privileged()._write_pool({"next_visit_date": NOW})
        late = self._lead(NOW - timedelta(days=2))
        today = self._lead()
        self._lead(NOW + timedelta(days=2))
        self._lead().is_sales_paused = True
        queue = self.env["crm.work.queue"].with_user(self.agent_1)
        keys = []
        for _press in range(3):
            keys.append(queue.next_work(keys, "lead")["key"])
        self.assertEqual(
            keys,
            [
                f"crm.lead,{late.id}",
                f"crm.lead,{today.id}",
                f"crm.pool.customer,{deal.id}",
            ],
        )
        # from elsewhere the order of value holds
        self.assertEqual(queue.next_work()["key"], f"crm.pool.customer,{deal.id}")

    def test_menus_of_the_agent(self):
        """G69: 联系记录 and 商机 are in every agent's menu; both lists open his own."""
        visible = self.env["ir.ui.menu"].with_user(self.agent_1)._visible_menu_ids()
        module = "crm_stage_pipeline"
        for name in ("crm_contact_record_menu", "crm_lead_menu_selling"):
            self.assertIn(self.env.ref(f"{module}.{name}").id, visible)
        records = self.env.ref(f"{module}.crm_contact_record_action")
        self.assertIn("search_default_mine", records.context)
        leads = self.env.ref(f"{module}.crm_lead_action_selling")
        self.assertIn("search_default_assigned_to_me", leads.context)
        views = (
            self.env["crm.lead"]
            .with_user(self.agent_1)
            .get_views([(False, "list"), (leads.search_view_id.id, "search")])["views"]
        )
        self.assertIn('name="action_sell"', views["list"]["arch"])
        for name in ("filter_selling", "filter_paused"):
            self.assertIn(name, views["search"]["arch"])
