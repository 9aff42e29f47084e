import json
import random

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..ami.facts import call_key
from .common import OUTCOMES, CallCase, events, messages, transcript


@tagged("post_install", "-at_install")
class TestCrmCall(CallCase):
    def test_every_recorded_session(self):
        """A1: each session of the real PBX becomes one call with its result."""
        for name, (direction, result, _cause, agents) in OUTCOMES.items():
            with self.subTest(name):
                call = self.play(name)
                self.assertEqual(len(call), 1)
                self.assertEqual(
                    (call.direction, call.result, call.state),
                    (direction, result, "ended"),
                )
                self.assertEqual(bool(call.answered_at), result == "answered")
                if agents:
                    spoke = {"PJSIP/101": self.agent, "PJSIP/102": self.other}
                    self.assertEqual(call.user_id, spoke[agents[0]])

    def test_repeated_and_permuted_batches(self):
        """A1: events twice, in any order and in any batches: the same row, once."""
        whole = self.play("in_queue_ring_no_answer")
        facts, revision = whole.facts, whole.revision
        stream = events("in_queue_ring_no_answer")
        self.play("", stream)
        self.assertEqual((whole.facts, whole.revision), (facts, revision))
        columns = ("result", "user_id", "talk_s", "wait_s", "started_at", "ended_at")
        expected = [whole[column] for column in columns]
        legs = len(whole.channel_ids)
        whole.unlink()
        self.env["asterisk.event"].search([]).unlink()
        dice = random.Random(5)
        dice.shuffle(stream)
        while stream:
            size = dice.randint(1, 9)
            batch, stream = stream[:size], stream[size:]
            if any(call_key(event) for event in batch):
                again = self.play("", batch)
        self.assertEqual([again[column] for column in columns], expected)
        self.assertEqual(again.facts, facts)
        self.assertEqual(len(again.channel_ids), legs)

    def test_contact_record_by_itself(self):
        """A3: a call that went out and its result stand at the customer."""
        for name, code in (
            ("out_busy", "busy"),
            ("out_machine", "machine"),
            ("out_absent", "powered_off"),
        ):
            with self.subTest(name):
                number = next(e for e in events(name) if e.name == "OriginateResponse")
                customer = self.customer_with(number["Exten"])
                call = self.play(name)
                self.assertEqual(call.customer_id, customer)
                self.assertEqual(call.record_id.outcome_id.code, code)
                self.assertEqual(call.record_id.user_id, self.agent)

    def test_void_number_counts_as_bad(self):
        customer = self.customer_with("13800000004")
        self.play("out_void_number")
        self.assertEqual(customer.partner_id.phone_number_ids.bad_count, 1)
        self.env["crm.call"]._settle_calls(self.server)
        self.assertEqual(customer.partner_id.phone_number_ids.bad_count, 1)

    def test_answered_call_is_asked_once(self):
        """A3: no outcome is guessed; the agent tells it, nobody else can."""
        customer = self.customer_with("13800000000")
        call = self.play("out_answered")
        self.assertEqual(call.customer_id, customer)
        self.assertTrue(call._panel_data(self.agent)["is_asked"])
        self.assertFalse(call._panel_data(self.other)["is_asked"])
        outcome = self.env.ref("crm_stage_pipeline.crm_contact_outcome_interested")
        with self.assertRaises(AccessError):
            call.with_user(self.other).action_set_outcome(outcome.id)
        before = call.revision
        call.with_user(self.agent).action_set_outcome(outcome.id, note="yes")
        self.assertEqual(call.record_id.outcome_id, outcome)
        # his other tabs hear that it is told, and drop what they heard before
        self.assertGreater(call.revision, before)
        self.env.cr.precommit.run()
        message = self.env["bus.bus"].search([], order="id desc", limit=1).message
        told = json.loads(message)["payload"]
        self.assertEqual((told["id"], told["is_asked"]), (call.id, False))
        self.assertEqual(told["revision"], call.revision)
        snapshot = self.env["crm.call"].with_user(self.agent).snapshot()
        self.assertFalse(snapshot["calls"])

    def test_no_record_for_own_telephone(self):
        self.customer_with("13800000000")
        for name in ("out_agent_unregistered", "out_agent_busy", "out_cancelled"):
            self.assertFalse(self.play(name).record_id, name)

    def test_pop_for_who_is_rung(self):
        """A2: the candidates of the number, for the agent rung; a second customer with
        the number makes two; a caller's name is text (A15)."""
        self.customer_with("13900000010")
        stream = events("in_direct")
        ringing = [e for e in stream if e.name not in ("Hangup", "Cdr")][:8]
        data = transcript("in_direct").replace(b"Name: Wang", b"Name: <b>Wang</b>")
        ringing = messages(data)[: len(ringing)]
        call = self.play("", [event for event in ringing if event.name])
        self.assertEqual(call.state, "ringing")
        data = call._panel_data(self.agent)
        self.assertEqual([c["name"] for c in data["candidates"]], ["River Paper"])
        self.assertEqual(data["caller_name"], "<b>Wang</b>")
        self.customer_with("139 0000 0010", "Lake Print")
        self.assertEqual(len(call._panel_data(self.agent)["candidates"]), 2)
        [shown] = self.env["crm.call"].with_user(self.agent).snapshot()["calls"]
        self.assertEqual((shown["id"], shown["direction"]), (call.id, "in"))
        self.assertFalse(self.env["crm.call"].with_user(self.other).snapshot()["calls"])

    def test_pop_hides_a_private_customer(self):
        """A2, A15: no name for an agent who may not see the customer."""
        customer = self.customer_with("13900000010")
        customer.action_assign(self.other.id, "test")
        call = self.play("in_direct")
        data = call._panel_data(self.agent)
        self.assertEqual((data["name"], data["customer_id"]), ("", False))
        self.assertEqual(call._panel_data(self.other)["name"], "River Paper")

    def test_calls_are_ones_own(self):
        """A15: an agent sees the calls he took or placed."""
        mine, other = self.play("out_answered"), self.play("in_queue_answered")
        seen = self.env["crm.call"].with_user(self.agent).search([])
        self.assertIn(mine, seen)
        self.assertNotIn(other, seen)
        with self.assertRaises(AccessError):
            other.with_user(self.agent).channel_ids.mapped("name")

    def test_A15_what_belongs_to_a_call_is_seen_with_it(self):
        """A15, A5: its legs and recordings, by agent, leader, manager, company."""
        call = self.play("out_answered")
        team = self.env["crm.team"].create({"name": "Floor"})
        prefix = "crm_stage_pipeline.crm_stage_pipeline_group_"
        leader = new_test_user(self.env, "call_leader", groups=f"{prefix}leader")
        manager = new_test_user(self.env, "call_manager", groups=f"{prefix}manager")
        foreign = new_test_user(
            self.env,
            "call_foreign",
            groups=f"{prefix}manager",
            company_id=self.env["res.company"].create({"name": "Other"}).id,
        )
        self.assertTrue(call.channel_ids and call.recording_ids)
        for user, is_seen in (
            (self.agent, True),
            (self.other, False),
            (leader, False),
            (manager, True),
            (foreign, False),
        ):
            self._assert_seen(call, user, is_seen)
        team.user_id = leader
        team.member_ids = self.agent
        self._assert_seen(call, leader, True)

    def _assert_seen(self, call, user, is_seen):
        """Through search, group and read alike."""
        for records in (call.channel_ids, call.recording_ids):
            model = records.with_user(user).browse()
            domain = [("call_id", "=", call.id)]
            with self.subTest(user=user.login, model=model._name):
                found = model.search(domain)
                self.assertEqual(found, records if is_seen else model)
                [(count,)] = model._read_group(domain, [], ["__count"])
                self.assertEqual(count, len(found))
                if is_seen:
                    records.with_user(user).read(["name"])
                else:
                    with self.assertRaises(AccessError):
                        records.with_user(user).read(["name"])

    def test_secret_is_unreadable(self):
        """A15: through no field, search or export."""
        server = self.server.with_user(self.agent)
        with self.assertRaises(AccessError):
            server.read(["secret"])
        with self.assertRaises(AccessError):
            server.search([("secret", "=like", "h%")])
        self.assertNotIn("secret", server.fields_get())

    def test_device_states(self):
        event = b"Event: DeviceStateChange\r\nTimestamp: 1.5\r\nDevice: PJSIP/101\r\n"
        self.gateway._store(
            self.env, self.server, messages(event + b"State: UNAVAILABLE\r\n\r\n"), 0
        )
        endpoint = self.env["asterisk.endpoint"]._for_user(self.agent, self.company)
        self.assertEqual(endpoint.device_state, "UNAVAILABLE")
