from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..ami.messages import Message
from ..controllers import crm_call_callback as controller
from ..models.crm_call_callback_web import PER_NUMBER, PER_ORIGIN
from ..models.crm_call_retry_mixin import TRIES
from .common import CallCase, events


class CallbackCase(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env["asterisk.queue"].create(
            {
                "name": "sales",
                "server_id": cls.server.id,
                "user_ids": (cls.agent + cls.other).ids,
            }
        )
        cls.mine = cls.server.endpoint_ids.filtered(lambda e: e.name == "PJSIP/101")
        cls.callbacks = cls.env["crm.call.callback"]

    def ready(self, endpoint, state="ready", device="NOT_INUSE"):
        endpoint.write({"agent_state": state, "device_state": device})
        self.env["asterisk.queue.member"].create(
            {"queue_id": self.queue.id, "endpoint_id": endpoint.id}
        )

    def asked(self, number="13800000020", **vals):
        return self.callbacks.create(
            {
                "number": number,
                "server_id": self.server.id,
                "queue_id": self.queue.id,
                "source": "queue",
                **vals,
            }
        )

    def commands(self, kind):
        return self.env["asterisk.command"].search([("kind", "=", kind)])


@tagged("post_install", "-at_install")
class TestCrmCallCallback(CallbackCase):
    def test_A8_key_in_the_queue(self):
        """A8: who presses the key is called back once, and is not a missed call."""
        customer = self.customer_with("13900000010")
        stream = events("in_queue_abandoned")
        joined = next(event for event in stream if event.name == "QueueCallerJoin")
        pressed = Message(
            {
                **joined.headers,
                "Event": "UserEvent",
                "UserEvent": "OdooCallback",
                "Number": joined.get("CallerIDNum"),
            }
        )
        call = self.play("in_queue_abandoned", [*stream, pressed])
        self.assertEqual(call.result, "callback")
        callback = call.callback_ids
        self.assertEqual(len(callback), 1)
        self.assertEqual(callback.customer_id, customer)
        self.assertEqual(callback.queue_id.name, call.queue)
        self.assertEqual(callback.state, "open")
        # the same events once more: nothing new
        self.gateway._store(self.env, self.server, [*stream, pressed], 0)
        self.assertEqual(call.callback_ids, callback)

    def test_A8_free_telephone_is_rung(self):
        callback = self.asked()
        self.assertEqual(self.callbacks._dispatch(self.server), 0, "nobody is ready")
        self.ready(self.mine, device="INUSE")
        self.assertEqual(self.callbacks._dispatch(self.server), 0, "he talks")
        self.mine.device_state = "NOT_INUSE"
        self.assertEqual(self.callbacks._dispatch(self.server), 1)
        command = self.commands("originate")
        self.assertEqual(command.payload["endpoint"], "PJSIP/101")
        self.assertEqual(command.payload["number"], "13800000020")
        self.assertEqual(command.user_id, self.agent)
        self.assertEqual(callback.state, "calling")
        self.assertEqual(self.callbacks._dispatch(self.server), 0, "once")

    def test_A8_own_agent_first(self):
        """A8: the owner's telephone is taken, ready in the queue or not first."""
        customer = self.customer_with("13800000020")
        customer.action_assign(self.other.id, "test")
        others = self.server.endpoint_ids.filtered(lambda e: e.name == "PJSIP/102")
        self.ready(self.mine)
        self.ready(others)
        self.asked(customer_id=customer.id)
        self.callbacks._dispatch(self.server)
        self.assertEqual(self.commands("originate").payload["endpoint"], "PJSIP/102")

    def test_A8_tried_again_then_left_to_people(self):
        self.ready(self.mine)
        callback = self.asked()
        for number in range(1, TRIES + 1):
            callback.due_at = fields.Datetime.now()
            self.assertEqual(self.callbacks._dispatch(self.server), 1)
            # nothing is heard of the call
            callback.due_at = fields.Datetime.now() - timedelta(seconds=1)
            self.callbacks._dispatch(self.server)
            self.assertEqual(callback.try_count, number)
        self.assertEqual(callback.state, "failed")
        callback.with_user(self.agent).action_call()
        self.assertEqual(callback.state, "calling")
        with self.assertRaisesRegex(UserError, "Somebody is calling"):
            callback.with_user(self.agent).action_call()
        callback.with_user(self.agent).action_done()
        self.assertEqual((callback.state, callback.user_id), ("done", self.agent))

    def test_A15_whose_callbacks(self):
        """A15: of one's queues and customers; nobody writes them."""
        callback = self.asked()
        self.queue.user_ids = self.agent
        visible = self.callbacks.with_user(self.agent).search([])
        self.assertEqual(visible, callback)
        self.assertFalse(self.callbacks.with_user(self.other).search([]))
        with self.assertRaises(AccessError):
            callback.with_user(self.other).action_done()
        with self.assertRaises(AccessError):
            callback.with_user(self.agent).state = "done"

    # what the dialplan asks

    def answer(self, service="caller", arguments=("sales",), number="13800000020"):
        channel = {"agi_callerid": number}
        return self.server._agi_answer(service, list(arguments), channel)

    def test_A9_caller_known_and_own_agent(self):
        customer = self.customer_with("13800000020")
        found = self.answer()
        self.assertEqual((found["ODOO_KNOWN"], found["ODOO_AGENT"]), ("1", ""))
        customer.action_assign(self.agent.id, "test")
        self.mine.device_state = "NOT_INUSE"
        found = self.answer()
        self.assertEqual(found["ODOO_AGENT"], "PJSIP/101")
        self.assertEqual(found["ODOO_CUSTOMER"], str(customer.id))
        self.mine.device_state = "INUSE"
        self.assertEqual(self.answer()["ODOO_AGENT"], "", "he talks")
        self.mine.write({"device_state": "NOT_INUSE", "agent_state": "paused"})
        self.assertEqual(self.answer()["ODOO_AGENT"], "", "he has a break")
        self.mine.agent_state = "ready"
        for policy, said in (("all", "1"), ("ask", "ask"), ("none", "0")):
            self.queue.recording = policy
            self.assertEqual(self.answer()["ODOO_RECORD"], said, "A5")
        self.queue.is_own_agent_first = False
        self.assertEqual(self.answer()["ODOO_AGENT"], "", "not in this queue")
        self.assertEqual(self.answer(number="unknown")["ODOO_KNOWN"], "0")
        self.assertIn("ODOO_ERROR", self.answer("__class__"))

    def test_A8_valued_customers_first(self):
        customer = self.customer_with("13800000020")
        customer.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_pool_customer SET value_grade = 'a' WHERE id = %s",
            [customer.id],
        )
        customer.invalidate_recordset()
        self.assertEqual(self.answer()["ODOO_PRIORITY"], "0")
        self.queue.is_grade_first = True
        self.assertEqual(self.answer()["ODOO_PRIORITY"], "10")

    def test_A9_opening_hours(self):
        self.assertEqual(self.answer()["ODOO_OPEN"], "1")
        calendar = self.env["resource.calendar"].create(
            {"name": "Desk", "tz": "Asia/Shanghai", "company_id": self.company.id}
        )
        self.queue.calendar_id = calendar
        monday = fields.Datetime.to_datetime("2026-11-23 02:00:00")
        self.assertTrue(self.queue._is_open(monday), "ten o'clock in Shanghai")
        self.assertFalse(self.queue._is_open(monday + timedelta(hours=13)))

    def test_A9_order_state_for_its_customer_alone(self):
        customer = self.customer_with("13800000020")
        order = self.env["sale.order"].create(
            {"partner_id": customer.partner_id.id, "name": "S90042"}
        )
        asked = self.answer("order", ["90042"])
        self.assertEqual(asked, {"ODOO_ORDER_STATE": order.state})
        self.customer_with("13800000030", "Stranger")
        for number, digits in (
            ("13800000030", "90042"),
            ("anonymous", "90042"),
            ("13800000020", "42"),
            ("13800000020", "%"),
        ):
            asked = self.answer("order", [digits], number)
            self.assertEqual(asked, {"ODOO_ORDER_STATE": "unknown"})

    def test_A6_wrap_up(self):
        """A6: paused after a call of the queue, ready again when the time is over."""
        self.queue.wrapup_seconds = 20
        leg = next(e for e in events("in_queue_answered") if e.name == "AgentConnect")
        endpoint = self.server.endpoint_ids.filtered(
            lambda one: one.name == leg.get("Interface")
        )
        self.ready(endpoint)
        now = fields.Datetime.now()
        stream = events("in_queue_answered")
        shift = (now - self.env["crm.call"]._epoch_start()).total_seconds() - max(
            event.timestamp for event in stream
        )
        recent = [
            Message({**e.headers, "Timestamp": f"{e.timestamp + shift:.6f}"})
            for e in stream
        ]
        self.play("in_queue_answered", recent)
        reason = self.env.ref("crm_asterisk.asterisk_pause_reason_wrap_up")
        [pause] = self.commands("queue_pause")
        self.assertEqual(pause.payload["reason"], str(reason.id))
        self.assertEqual(pause.payload["endpoint"], endpoint.name)
        endpoint.write({"agent_state": "paused", "pause_reason_id": reason.id})
        endpoints = self.env["asterisk.endpoint"]
        self.assertEqual(endpoints._end_wrapups(self.server), 0, "too soon")
        endpoint.wrapup_until = now - timedelta(seconds=1)
        self.assertEqual(endpoints._end_wrapups(self.server), 1)
        self.assertEqual(len(self.commands("queue_resume")), 1)


@tagged("post_install", "-at_install")
class TestCrmCallCallbackForm(HttpCase, CallbackCase):
    """A8, A15: the only door without log-in."""

    def setUp(self):
        super().setUp()
        self.env["asterisk.queue"].search([]).is_web_callback = False

    def ask(self, number, seconds=5, **fields_):
        page = self.url_open("/callback")
        self.assertEqual(page.status_code, 200)
        text = page.text
        values = {
            name: text.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
            for name in ("csrf_token", "stamp")
        }
        with self.later(seconds):
            return self.url_open(
                "/callback", data={**values, "number": number, **fields_}
            )

    def later(self, seconds):
        clock = controller.time.time
        return patch.object(
            controller, "time", type("Clock", (), {"time": lambda: clock() + seconds})
        )

    def kept(self):
        return self.callbacks.search([("source", "=", "web")], order="id")

    def test_A8_web_callback(self):
        self.assertEqual(self.url_open("/callback").status_code, 404, "not offered")
        self.queue.is_web_callback = True
        customer = self.customer_with("13800000020")
        before = self.kept()
        page = self.ask("138 0000 0020", name="<b>Li</b>", note="Paper")
        self.assertIn("Thank you", page.text)
        callback = self.kept() - before
        self.assertEqual(callback.e164, "+8613800000020")
        self.assertEqual(callback.customer_id, customer)
        self.assertEqual((callback.name, callback.note), ("<b>Li</b>", "Paper"))
        self.assertNotIn("127.0.0.1", callback.origin_key)
        page = self.ask("12 ab", name='"><b id="evil">')
        self.assertIn("no number that we can call", page.text)
        self.assertNotIn('<b id="evil">', page.text)
        self.assertEqual(self.kept() - before, callback)

    def test_A15_programs_and_floods(self):
        self.queue.is_web_callback = True
        before = self.kept()
        self.ask("13800000021", website="http://spam.example")
        self.ask("13800000021", seconds=-60)
        self.ask("13800000021", seconds=5000)
        self.ask("+1 900 555 0100")
        self.assertEqual(self.kept(), before)
        for _number in range(PER_NUMBER + 2):
            self.assertIn("Thank you", self.ask("13800000022").text)
        self.assertEqual(len(self.kept() - before), PER_NUMBER)
        for number in range(PER_ORIGIN + 2):
            self.ask(f"1380000003{number}")
        self.assertEqual(len(self.kept() - before), PER_ORIGIN)

    def test_A15_without_token_or_restricted(self):
        self.queue.is_web_callback = True
        before = self.kept()
        with mute_logger("odoo.http"):
            answer = self.url_open("/callback", data={"number": "13800000020"})
        self.assertEqual(answer.status_code, 400, "no token of the form")
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": "13800000023", "channel": "call"}
        )
        self.assertIn("Thank you", self.ask("13800000023").text)
        self.assertEqual(self.kept(), before)
