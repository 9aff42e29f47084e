import random

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..ami.call import derive
from ..ami.facts import Facts, call_key
from .common import AGENTS, OUTCOMES, TRANSCRIPTS, events, fold, messages, transcript

QUICK = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 10**6)
NAMES = st.sampled_from(sorted(OUTCOMES))


@tagged("post_install", "-at_install")
class TestAmiFold(BaseCase):
    def test_every_transcript_has_its_outcome(self):
        """A1, A3: results from recorded sessions of a real Asterisk."""
        self.assertEqual(
            {path.stem for path in TRANSCRIPTS.glob("*.ami")}, set(OUTCOMES)
        )
        for name, (direction, result, cause, agents) in OUTCOMES.items():
            with self.subTest(name):
                [call] = fold(events(name))
                self.assertEqual(
                    (
                        call.direction,
                        call.state,
                        call.result,
                        call.cause,
                        list(call.agents),
                    ),
                    (direction, "ended", result, cause, agents),
                )
                self.assertTrue(call.number.startswith("13"), call.number)
                self.assertEqual(call.talk > 0, result == "answered")

    def test_talk_is_not_the_cdrs(self):
        """A1: unanswered for 5 s, billed 5 s by the CDR because the agent was off the
        hook."""
        [cdr, *_more] = [e for e in events("out_no_answer") if e.name == "Cdr"]
        [call] = fold(events("out_no_answer"))
        self.assertGreater(int(cdr["BillableSeconds"]), 0)
        self.assertEqual(call.talk, 0)

    @QUICK
    @given(NAMES, SEEDS, st.integers(0, 30))
    def test_any_order_and_repetition(self, name, seed, repeated):
        """A1: permuted, repeated, in two halves: the same call."""
        dice = random.Random(seed)
        trace = events(name)
        mixed = trace + [dice.choice(trace) for _ in range(repeated)]
        dice.shuffle(mixed)
        self.assertEqual(fold(mixed), fold(trace))

    @QUICK
    @given(NAMES, SEEDS)
    def test_merge_of_parts(self, name, seed):
        """A1: facts stored after each batch and merged are the facts of the whole."""
        dice = random.Random(seed)
        trace = [event for event in events(name) if call_key(event)]
        whole = Facts()
        parts = [Facts(), Facts(), Facts()]
        for event in trace:
            whole.add(event)
            dice.choice(parts).add(event)
        merged = Facts()
        for part in parts:
            merged.merge(Facts.from_json(part.to_json()))
        self.assertEqual(merged, whole)
        self.assertEqual(merged.to_json(), whole.to_json())

    def test_prefix_never_fails(self):
        """A1: a trace may stop anywhere; what is known is a call that lives or has
        ended."""
        for name in ("out_machine", "in_queue_abandoned", "transfer_attended"):
            trace = [event for event in events(name) if call_key(event)]
            facts = Facts()
            for event in trace:
                call = derive(call_key(event), facts.add(event), AGENTS)
                self.assertIn(
                    call.state, ("ringing", "talking", "held", "waiting", "ended")
                )
                self.assertEqual(bool(call.result), call.state == "ended")

    def test_words_in_a_callers_name(self):
        """A15: the name is text, whatever it says."""
        data = transcript("in_direct").replace(
            b"CallerIDName: Wang", b"CallerIDName: <b>status will follow</b>"
        )
        [call] = fold(event for event in messages(data) if event.name)
        self.assertEqual(
            (call.caller, call.result), ("<b>status will follow</b>", "answered")
        )

    def test_invalid_utf8_name(self):
        data = transcript("in_direct").replace(b"Name: Wang", b"Name: \xff\xfe\xfa")
        [call] = fold(event for event in messages(data) if event.name)
        self.assertEqual(call.result, "answered")

    def test_two_calls_mixed(self):
        one, two = events("out_answered"), events("in_queue_answered")
        mixed = one + two
        random.Random(3).shuffle(mixed)
        self.assertEqual(
            {c.linkedid for c in fold(mixed)}, {c.linkedid for c in fold(one + two)}
        )
        self.assertCountEqual(fold(mixed), fold(one) + fold(two))

    def test_who_rings_now(self):
        """A2: the pop goes to who is rung, then to who answers."""
        facts, rung, present = Facts(), [], []
        for event in events("in_queue_ring_no_answer"):
            if not (key := call_key(event)):
                continue
            call = derive(key, facts.add(event), AGENTS)
            if call.rung and call.rung not in rung:
                rung.append(call.rung)
            if call.present and call.present not in present:
                present.append(call.present)
        self.assertEqual(rung, [("PJSIP/104",), ("PJSIP/101",)])
        self.assertEqual(present, [("PJSIP/101",)])

    def test_missed_hangup(self):
        """A1: the PBX was restarted: its calls are closed by our own event."""
        trace = [
            e
            for e in events("out_answered")
            if e.name not in ("Hangup", "BridgeLeave", "Cdr")
        ]
        facts = Facts()
        for event in trace:
            if key := call_key(event):
                facts.add(event)
                linkedid = key
        last = max(event.timestamp for event in trace)
        self.assertEqual(derive(linkedid, facts, AGENTS).state, "talking")
        for uniqueid in list(facts.channels()):
            gone = f"Event: OdooGone\r\nUniqueid: {uniqueid}\r\n"
            gone += f"Timestamp: {last + 1}\r\n\r\n"
            facts.add(messages(gone.encode())[0])
        call = derive(linkedid, facts, AGENTS)
        self.assertEqual((call.state, call.result), ("ended", "answered"))
        self.assertGreater(call.talk, 0)
