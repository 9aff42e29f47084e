import random
import time

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..ami.facts import call_key
from ..ami.session import Session
from .common import OUTCOMES, FakePbx, events, fold, messages, transcript

QUICK = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SEEDS = st.integers(0, 10**6)
NAMES = st.sampled_from(sorted(OUTCOMES))

# what a PBX, a carrier or a caller may put into any event without changing the call
NOISE = (
    b"ChanVariable: GRADE=5",
    b"ChanVariable(PJSIP/101-1): NAME=status will follow",
    b"ConnectedLineName: Queue status will follow",
    b"X-Note: one\r\nX-Note: two",
    b"ConnectedLineName: \xff\xfe\xc4\xe3",
    b"AppData: " + b"x" * 65536,
    b"NoColonInThisLine",
    b"ConnectedLineName: <script>alert(1)</script>",
)


def noisy(data, dice):
    """The recorded bytes with noise in a third of the events."""
    blocks = data.split(b"\r\n\r\n")
    for index, block in enumerate(blocks):
        if block.strip() and dice.random() < 0.3:
            blocks[index] = block + b"\r\n" + dice.choice(NOISE)
    return b"\r\n\r\n".join(blocks)


@tagged("post_install", "-at_install")
class TestAmiReplay(BaseCase):
    """Recorded sessions, ill-treated, through a socket: the same calls."""

    def _replay(self, pieces, count):
        heard = []
        with FakePbx() as pbx:
            session = Session(2)
            self.addCleanup(session.close)
            session.connect("127.0.0.1", pbx.port)
            session.register_event("*", lambda event, _session: heard.append(event))
            session.send_action({"Action": "Ping"})
            for piece in pieces:
                pbx.push(piece)
            limit = time.monotonic() + 5
            while len(heard) < count and time.monotonic() < limit:
                time.sleep(0.002)
            self.assertTrue(session.connected())
        return heard

    @QUICK
    @given(NAMES, SEEDS)
    def test_cut_and_noisy(self, name, seed):
        """A1, A15: bytes in any pieces, with variables, repeated headers, foreign
        text, long lines: the same call."""
        dice = random.Random(seed)
        data, pieces = noisy(transcript(name), dice), []
        while data:
            size = dice.choice((1, 7, 100, 4000, 70000))
            pieces.append(data[:size])
            data = data[size:]
        heard = self._replay(pieces, len(events(name)))
        self.assertEqual(fold(heard), fold(events(name)))

    @QUICK
    @given(NAMES, SEEDS)
    def test_broken_off_and_heard_again(self, name, seed):
        """A1: the connection breaks inside a message; the next one repeats some
        events and brings the rest in another order: the same call."""
        dice = random.Random(seed)
        data, whole = transcript(name), events(name)
        cut = dice.randrange(1, len(data))
        first = [event for event in messages(data[:cut]) if event.name]
        again = whole[max(0, len(first) - dice.randint(0, 5)) :]
        dice.shuffle(again)
        self.assertEqual(fold(first + again), fold(whole))

    @QUICK
    @given(NAMES, NAMES, SEEDS)
    def test_two_calls_between_each_other(self, one, two, seed):
        """A1: events of two calls in any order make the two calls."""
        if one == two:
            return
        dice = random.Random(seed)
        both = [event for event in events(one) + events(two) if call_key(event)]
        dice.shuffle(both)
        self.assertCountEqual(fold(both), fold(events(one)) + fold(events(two)))
