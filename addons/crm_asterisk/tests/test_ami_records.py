import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..ami import records
from ..ami.records import COLUMNS, read_back
from .common import OUTCOMES, TRANSCRIPTS, events, fold

SEEDS = st.integers(0, 10**6)
QUICK = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
# without channels the PBX has nothing to write down
SILENT = {"out_agent_unregistered"}
NAMES = sorted(set(OUTCOMES) - SILENT)


def recorded(name):
    return TRANSCRIPTS / f"{name}.cel"


def read(path, since=0.0):
    return [event for call in read_back(path, since) for event in call]


def row(time, kind="CHAN_START", linkedid="1.1"):
    values = {"type": kind, "time": f"{time:.6f}", "linkedid": linkedid}
    values |= {"uniqueid": linkedid, "channel": "PJSIP/trunk-1", "number": "139"}
    return ",".join(f'"{values.get(name, "")}"' for name in COLUMNS) + "\n"


@tagged("post_install", "-at_install")
class TestAmiRecords(BaseCase):
    def _file(self, text, name="Odoo.csv"):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / name).write_text(text)
        return folder / "Odoo.csv"

    def test_read_back_is_what_was_heard(self):
        """A1: each recorded session, from the PBX's records alone: the same call."""
        for name in NAMES:
            with self.subTest(name):
                [heard] = fold(events(name))
                [call] = fold(read(recorded(name)))
                fields = [
                    "linkedid", "direction", "state", "agents", "cause", "queue",
                    "recordings",
                ]  # fmt: skip
                if not heard.result.startswith("agent_") and name[:4] != "pred":
                    # else the PBX dialled no number; the command knows it
                    fields.append("number")
                for field in fields:
                    self.assertEqual(getattr(call, field), getattr(heard, field), field)
                # a leg's ringing is not recorded, so "switched off" is "no answer"
                result = heard.result.replace("powered_off", "no_answer")
                self.assertEqual(call.result, result)
                self.assertAlmostEqual(call.talk, heard.talk, delta=0.2)
                self.assertAlmostEqual(call.started, heard.started, delta=0.2)

    @QUICK
    @given(st.sampled_from(NAMES), SEEDS)
    def test_completes_what_was_heard_in_part(self, name, seed):
        """A1: the connector dies anywhere in the call: the rest is read back."""
        dice = random.Random(seed)
        heard = events(name)
        first = heard[: dice.randrange(1, len(heard))]
        last = max((event.timestamp for event in first), default=0.0)
        since = last - 5  # as the connector: what is stored is in disorder
        [whole], [call] = fold(heard), fold(first + read(recorded(name), since))
        self.assertEqual(
            (call.linkedid, call.state, call.direction, call.agents),
            (whole.linkedid, "ended", whole.direction, whole.agents),
        )
        self.assertIn(
            call.result,
            {whole.result, whole.result.replace("powered_off", "no_answer")},
        )
        self.assertAlmostEqual(call.talk, whole.talk, delta=0.2)

    def test_only_since(self):
        """A1: what was before the gap is passed over, in a file of any size."""
        held = records.NEAR_BYTES
        records.NEAR_BYTES = 500
        self.addCleanup(setattr, records, "NEAR_BYTES", held)
        path = self._file("".join(row(n, linkedid=f"{n}.1") for n in range(5000)))
        times = [event.timestamp for event in read(path, 4321.0)]
        self.assertEqual(times, [float(n) for n in range(4321, 5000)])
        self.assertEqual(len(read(path)), 5000)
        self.assertFalse(read(path, 5000.0))

    def test_rotated_file(self):
        """A1: the gap began before the file was rotated."""
        path = self._file("".join(row(n, linkedid=f"{n}.1") for n in range(100)))
        path.rename(path.with_name("Odoo.csv.1"))
        path.write_text("".join(row(n, linkedid=f"{n}.1") for n in range(100, 200)))
        self.assertEqual(len(read(path, 50.0)), 150)
        self.assertEqual(len(read(path, 150.0)), 50)

    def test_line_that_is_being_written(self):
        path = self._file(row(1.0) + "nonsense\n\n" + row(2.0) + row(3.0)[:-9])
        self.assertEqual([event.timestamp for event in read(path)], [1.0, 2.0])

    def test_missing_file_is_told(self):
        """A14"""
        with self.assertRaises(OSError):
            read(Path("/nowhere/Odoo.csv"))
        self.assertFalse(read(self._file("", "other.csv")), "no call yet")
