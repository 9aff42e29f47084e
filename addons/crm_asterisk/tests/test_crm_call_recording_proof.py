import hashlib
import io
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..ami.facts import call_key
from .common import CallCase, events

SOUND = b"RIFF" + b"x" * 1000


@tagged("post_install", "-at_install")
class TestCrmCallRecordingProof(HttpCase, CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.server.recording_folder = str(cls.root)
        cls.manager = new_test_user(
            cls.env,
            "call_manager",
            password="call_manager",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_manager",
        )
        cls.agent.password = "call_agent"

    def _recorded(self, name="out_answered", sound=SOUND):
        """The recording of a call that has ended, sealed as the connector does it."""
        stream = events(name)
        key = next(key for event in stream if (key := call_key(event)))
        (self.root / f"out-{key}.wav").write_bytes(sound)
        (self.root / f"in-{key}.wav").write_bytes(sound)
        return self.play(name).recording_ids

    def test_sealed_when_the_call_has_ended(self):
        """G35: the file's SHA-256, in a chain."""
        first, second = self._recorded(), self._recorded("out_human")
        self.assertEqual(first.sha256, hashlib.sha256(SOUND).hexdigest())
        self.assertEqual(first.size_bytes, len(SOUND))
        self.assertEqual(second.seal_number, first.seal_number + 1)
        self.assertEqual(second.seal, second._link(first.seal))
        self.assertFalse(first._problem() or second._problem())
        seal = first.seal
        first._seal()
        self.assertEqual(first.seal, seal, "sealed once")

    def test_every_change_is_found(self):
        """G35: another file, another row, a row less."""
        first, second = self._recorded(), self._recorded("out_human")
        path = self.root / first.name
        path.write_bytes(SOUND[:-1] + b"y")
        self.assertIn("was changed after", first._problem())
        path.write_bytes(SOUND)
        self.assertFalse(first._problem())
        path.unlink()
        self.assertIn("missing", first._problem())
        path.write_bytes(SOUND)
        for change in (
            {"sha256": "0" * 64},
            {"sealed_at": first.sealed_at - timedelta(days=1)},
            {"name": "other.wav"},
        ):
            with self.subTest(change):
                before = {key: first[key] for key in change}
                first.write(change)
                self.assertIn("was changed", first._problem())
                first.write(before)
        first.unlink()
        self.assertIn("before this one is missing", second._problem())

    def test_days_of_keeping_and_legal_hold(self):
        """A5, G35: old files go, those on hold stay; the row and its log remain."""
        held, old = self._recorded(), self._recorded("out_human")
        held.with_user(self.manager).action_hold()
        calls = held.call_id | old.call_id
        calls.ended_at = calls[0].ended_at.replace(year=2020)
        recordings = self.env["crm.call.recording"]
        self.assertEqual(recordings._expire(self.server), 0, "0 days keep all")
        self.server.keep_days = 30
        self.assertEqual(recordings._expire(self.server), 1)
        self.assertTrue((self.root / held.name).exists())
        self.assertFalse((self.root / old.name).exists())
        self.assertTrue(old.deleted_at)
        self.assertEqual(old.play_ids.mapped("kind"), ["delete"])
        self.assertIn("days of keeping", old._problem())
        held.with_user(self.manager).action_release()
        self.assertEqual(recordings._expire(self.server), 1)
        self.assertFalse((self.root / held.name).exists())
        self.assertEqual(recordings._expire(self.server), 0)
        with self.assertRaisesRegex(UserError, "not there any more"):
            held.with_user(self.manager).action_hold()

    def test_who_holds(self):
        """A15, G35: managers alone; nobody writes seal, hold or log."""
        recording = self._recorded()
        mine = recording.with_user(self.agent)
        with self.assertRaises(AccessError):
            mine.action_hold()
        for user in (self.agent, self.manager):
            for values in ({"is_held": True}, {"sha256": "0"}, {"seal": "0"}):
                with self.assertRaises(AccessError):
                    recording.with_user(user).write(values)
            with self.assertRaises(AccessError):
                recording.with_user(user).unlink()
        mine.action_verify()
        self.assertEqual(recording.play_ids.kind, "verify")
        self.assertEqual(recording.play_ids.user_id, self.agent)

    def test_export_with_proof_sheet(self):
        """G35: sound, checksum, and who had it in hand; for managers."""
        recording = self._recorded()
        url = recording.action_export()["url"]
        self.authenticate("call_agent", "call_agent")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("call_manager", "call_manager")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        self.assertEqual(archive.read(recording.name), SOUND)
        sums = archive.read("SHA256SUMS").decode()
        self.assertEqual(sums.split(), [recording.sha256, recording.name])
        sheet = archive.read("proof.html").decode()
        for text in (recording.seal, recording.sha256, self.manager.name, "Exported"):
            self.assertIn(text, sheet)
        self.assertEqual(recording.play_ids.mapped("kind"), ["export"])
