from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import TelesalesCase

NOW = datetime(2026, 3, 2, 9, 0)


@tagged("post_install", "-at_install")
class TestCrmMainLine(TelesalesCase):
    """C16, G32: telesales on the main line, in the queue, on the tracking screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.pool.policy"]._policy_for(cls.env.company).tz = "UTC"
        cls.customers = cls.make_customers(cls.env, 4, "Queue")

    def _agree(self, moments, agent):
        """Callees of a running campaign with callbacks at these moments."""
        callees = self.start(self.customers).callee_ids
        for callee, moment in zip(callees, moments, strict=False):
            callee._as_superuser().write(
                {
                    "state": "callback",
                    "is_callback": True,
                    "callback_user_id": agent.id,
                    "next_at": moment,
                }
            )
        self.env.flush_all()
        return callees[: len(moments)]

    def _line(self, user, scope="mine"):
        return self.env["crm.main.line"].with_user(user).get_main_line(scope)

    def _counts(self, user, scope="mine"):
        rows = {row["code"]: row for row in self._line(user, scope)["rows"]}
        return rows["callback"]["counts"] if "callback" in rows else None

    @freeze_time(NOW)
    def test_tiles_equal_lists(self):
        """C16, P40: each number of the callbacks is the length of the list it opens."""
        self._agree(
            [
                NOW - timedelta(days=1),
                NOW + timedelta(hours=2),
                NOW + timedelta(days=1),
            ],
            self.agent_1,
        )
        expected = {"overdue": 1, "today": 2, "tomorrow": 1}
        for user, scope, own in (
            (self.agent_1, "mine", True),
            (self.agent_2, "mine", False),
            (self.manager, "mine", False),
            (self.manager, "all", True),
        ):
            counts = self._counts(user, scope)
            for column, number in expected.items():
                with self.subTest(user=user.login, scope=scope, column=column):
                    main_line = self.env["crm.main.line"].with_user(user)
                    day = self._line(user)["day"]
                    action = main_line.open_tile("callback", column, scope, day)
                    callees = self.env["crm.callee"].with_user(user)
                    self.assertEqual(counts[column], number if own else 0)
                    self.assertEqual(
                        callees.search_count(action["domain"]), counts[column]
                    )

    @freeze_time(NOW)
    def test_due_callback_comes_first(self):
        """C16: offered first when its time has come, at the call desk; not before."""
        due, later = self._agree(
            [NOW - timedelta(minutes=5), NOW + timedelta(hours=2)], self.agent_1
        )
        queue = self.env["crm.work.queue"].with_user(self.agent_1)
        item = queue.next_work([])
        self.assertEqual(item["key"], f"crm.callee,{due.id}")
        self.assertEqual(item["action"], "crm_telesales.crm_call_desk_action")
        # what the call desk hands out then is this one
        self.assertEqual(self.next(self.agent_1)["id"], due.id)
        keys = [row["key"] for row in queue.get_queue()]
        self.assertNotIn(f"crm.callee,{later.id}", keys)
        with freeze_time(NOW + timedelta(hours=2)):
            keys = [row["key"] for row in queue.get_queue()]
            self.assertIn(f"crm.callee,{later.id}", keys)

    @freeze_time(NOW)
    def test_callback_of_a_hidden_customer(self):
        """C16: a customer who became a colleague's is not told, and stops nobody."""
        [due] = self._agree([NOW - timedelta(minutes=5)], self.agent_1)
        managers = due.customer_id.with_user(self.manager)
        managers.action_assign(self.agent_2.id, "East")
        self.assertEqual(due.customer_id.owner_id, self.agent_2)
        item = self.env["crm.work.queue"].with_user(self.agent_1).next_work([])
        self.assertEqual(item["key"], f"crm.callee,{due.id}")
        self.assertFalse(item["customer_id"])
        self.assertFalse(item["customer_name"])

    def test_without_the_group_no_row(self):
        """C16: who does not call in campaigns has a main line without callbacks."""
        user = new_test_user(
            self.env,
            "pool_only",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
        )
        self.assertIsNone(self._counts(user))
        self.assertTrue(self.env["crm.work.queue"].with_user(user).next_work([]))

    def _script(self, name, text, **vals):
        return self.env["crm.call.script"].create(
            {
                "name": name,
                "kind": "reference",
                "node_ids": [(0, 0, {"name": "Opening", "text": text})],
                **vals,
            }
        )

    def test_scripts_beside_the_tracking_screen(self):
        """G32: the scripts of the customer's campaigns, filled for him; else all."""
        customer, other = self.customers[:2]
        customer.partner_id.write({"name": "Egret <b>Works", "city": "Xiamen"})
        script = self._script("Catalogue", "Good day {{ customer }} of {{ city }}")
        free = self._script("Free", "Hello")
        foreign = self._script(
            "Foreign", "Hi", kind="personal", user_id=self.agent_2.id
        )
        self.start(customer, [self.agent_1], script_id=script.id)
        agents = customer.with_user(self.agent_1)
        action = agents.action_open_scripts()
        scripts = self.env["crm.call.script"].with_user(self.agent_1)
        scripts = scripts.with_context(**action["context"])
        self.assertEqual(scripts.search(action["domain"]), script)
        spoken = scripts.browse(script.id).spoken
        self.assertIn("Good day Egret &lt;b&gt;Works of Xiamen", spoken)
        action = other.with_user(self.agent_1).action_open_scripts()
        found = scripts.search(action["domain"])
        self.assertLessEqual(script | free, found)
        self.assertNotIn(foreign, found)
        # not in the campaign: its script is one of all
        action = customer.with_user(self.agent_2).action_open_scripts()
        self.assertFalse(action["domain"])

    def test_competitors(self):
        """G32, T15: agents read them beside the customer; opportunities name them."""
        rival = (
            self.env["crm.competitor"]
            .with_user(self.manager)
            .create({"name": "Harbour Paper", "answer": "We deliver tomorrow."})
        )
        action = self.customers[0].with_user(self.agent_1).action_open_competitors()
        agents = self.env[action["res_model"]].with_user(self.agent_1)
        self.assertIn(rival, agents.search(action.get("domain") or []))
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent_1)
            .create({"name": "Chance", "competitor_ids": [(4, rival.id)]})
        )
        self.assertEqual(lead.competitor_ids, rival)
        with self.assertRaises(AccessError):
            rival.with_user(self.agent_1).answer = "No"
        other = self.env["res.company"].create({"name": "Rival Works"})
        rival.company_id = other
        self.assertFalse(agents.search([("id", "=", rival.id)]))

    def test_slots_are_on_the_screen(self):
        """G32: buttons with their keys for those who call, not for others."""
        view = "crm_stage_pipeline.crm_pool_customer_view_form_tracking"
        names = {"action_open_scripts", "action_open_competitors"}
        seller = new_test_user(
            self.env,
            "pool_only",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
        )
        for user, shown in ((self.agent_1, True), (seller, False)):
            customers = self.env["crm.pool.customer"].with_user(user)
            arch = customers.get_view(self.env.ref(view).id, "form")["arch"]
            for name in names:
                self.assertEqual(f'name="{name}"' in arch, shown)
