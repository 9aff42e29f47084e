import tempfile
from pathlib import Path

from odoo.tests import HttpCase, tagged

from .common import CallCase


@tagged("post_install", "-at_install")
class TestCrmCallRecording(HttpCase, CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name) / "monitor"
        cls.root.mkdir()
        cls.server.recording_folder = str(cls.root)
        cls.agent.password = "call_agent"
        cls.other.password = "call_other"

    def _recorded(self, content):
        call = self.play("out_answered")
        (self.root / call.recording_ids.name).write_bytes(content)
        return call.recording_ids

    def test_who_may_hear_it(self):
        """A5, A15: who sees the call hears it, each time logged; others do not."""
        recording = self._recorded(b"RIFF" + b"x" * 1000)
        url = f"/crm_asterisk/recording/{recording.id}"
        self.assertIn("/web/login", self.url_open(url).url)
        self.authenticate("call_other", "call_other")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertFalse(recording.play_ids)
        self.authenticate("call_agent", "call_agent")
        heard = self.url_open(url)
        self.assertEqual((heard.status_code, len(heard.content)), (200, 1004))
        self.assertEqual(heard.headers["Content-Type"], "audio/wav")
        self.assertEqual(recording.play_ids.user_id, self.agent)

    def test_A5_pieces_of_one_hearing(self):
        """A5: a player asks for pieces: one hearing; nobody hears the end unlogged."""
        recording = self._recorded(b"RIFF" + b"x" * 1000)
        url = f"/crm_asterisk/recording/{recording.id}"
        self.authenticate("call_agent", "call_agent")
        for asked, begun, logged in (
            ("bytes=500-", 500, 1),
            ("bytes=0-", 0, 2),
            ("bytes=900-", 900, 2),
            ("bytes=0-", 0, 3),
        ):
            piece = self.url_open(url, headers={"Range": asked})
            self.assertEqual(piece.status_code, 206)
            self.assertEqual(len(piece.content), 1004 - begun)
            self.assertEqual(len(recording.play_ids), logged, asked)

    def test_A5_found_from_the_contact(self):
        """A2, A5: the contact's and the customer's calls, recorded ones among them;
        an agent finds his own."""
        customer = self.customer_with("13800000000")
        call = self._recorded(b"x" * 1000).call_id
        self.assertEqual(call.customer_id, customer)
        person = self.env["res.partner"].create(
            {"name": "Lin", "parent_id": customer.partner_id.id}
        )
        for user, count in ((self.agent, 1), (self.other, 0)):
            partner = customer.partner_id.with_user(user)
            self.assertEqual(partner.call_count, count)
        self.assertEqual(person.with_user(self.agent).call_count, 0)
        calls = self.env["crm.call"].with_user(self.agent)
        for record in (customer, customer.partner_id):
            action = record.with_user(self.agent).action_open_calls()
            domain = [*action["domain"], ("recording_ids", "!=", False)]
            self.assertEqual(calls.search(domain), call)

    def test_empty_missing_or_outside(self):
        """A5, A15: 44 bytes are silence; a path cannot leave the folder."""
        recording = self._recorded(b"x" * 44)
        self.assertFalse(recording.url)
        (self.root / recording.name).unlink()
        self.assertIsNone(recording._path())
        (self.root.parent / "secret.wav").write_bytes(b"x" * 1000)
        for name in ("../secret.wav", "/etc/passwd", "a/../../secret.wav"):
            recording.name = name
            self.assertIsNone(recording._path(), name)
        (self.root / "link.wav").symlink_to(self.root.parent / "secret.wav")
        recording.name = "link.wav"
        self.assertIsNone(recording._path())
