import base64
import io
import re
import tempfile
from pathlib import Path

from reportlab.pdfgen import canvas

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..ami.actions import to_actions
from ..ami.messages import Message, ValueRefused
from ..fax import FaxError, paper_to_tiff, pdf_to_tiff, tiff_to_pdf
from ..models.crm_call_retry_mixin import TRIES
from .common import CallCase, events


def pdf(pages=2):
    out = io.BytesIO()
    paper = canvas.Canvas(out)
    for number in range(pages):
        paper.drawString(60, 700, f"Offer {number}")
        paper.showPage()
    paper.save()
    return out.getvalue()


@tagged("post_install", "-at_install")
class TestCrmFax(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server.write({"fax_trunk": "trunk", "fax_folder": folder.name})
        cls.customer = cls.customer_with("13800000020")
        cls.customer.action_assign(cls.agent.id, "test")
        cls.faxes = cls.env["crm.fax"].with_user(cls.agent)

    def draft(self, **vals):
        return self.faxes.create(
            {
                "name": "Offer",
                "partner_id": self.customer.partner_id.id,
                "document": base64.b64encode(pdf()),
                **vals,
            }
        )

    def take(self):
        """What the connector does in one round; the command it queues."""
        for fax_id, paper, path in self.server._take_faxes():
            paper_to_tiff(paper, path)
            self.server._send_fax(fax_id, "")
        return self.env["asterisk.command"].search([("kind", "=", "fax")], limit=1)

    def test_A11_pages_there_and_back(self):
        """A11: Ghostscript and libtiff, all pages."""
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder, "pages.tif")
            pdf_to_tiff([pdf(3)], pages)
            self.assertIn(pages.read_bytes()[:2], (b"II", b"MM"))
            again = tiff_to_pdf(pages)
            self.assertEqual(len(re.findall(rb"/Type\s*/Page\b", again)), 3)
            with self.assertRaises(FaxError):
                pdf_to_tiff([b"%PDF-1.4 broken"], Path(folder, "broken.tif"))
            with self.assertRaises(FaxError):
                tiff_to_pdf(Path(folder, "missing.tif"))

    def test_A11_sent(self):
        """A11, C18: in the queue, sent by the PBX, a contact record at the customer."""
        fax = self.draft()
        self.assertEqual(fax.number, self.customer.partner_id.phone)
        fax.action_send()
        self.assertEqual(fax.state, "queued")
        command = self.take()
        self.assertEqual(fax.state, "sending")
        [action] = to_actions("fax", command.uuid, command.payload)
        self.assertEqual(action["Channel"], "PJSIP/13800000020@trunk")
        self.assertFalse(self.server._take_faxes(), "once")
        fax.sudo()._finish("SUCCESS", "", 2, self.env["crm.call"])
        self.assertEqual((fax.state, fax.page_count), ("sent", 2))
        record = fax.record_id
        self.assertEqual((record.channel, record.direction), ("fax", "out"))
        self.assertEqual(record.customer_id, self.customer)
        with self.assertRaisesRegex(UserError, "sent already"):
            fax.action_send()
        with self.assertRaisesRegex(UserError, "is kept"):
            fax.unlink()

    def test_G33_tried_again_with_reason(self):
        """G33: three tries, the reason is shown; then people decide."""
        fax = self.draft()
        fax.action_send()
        for number in range(1, TRIES + 1):
            fax.sudo().due_at = fields.Datetime.now()
            self.take()
            self.assertEqual(fax.try_count, number)
            fax.sudo()._finish("FAILED", "Busy", 0, self.env["crm.call"])
            self.assertEqual(fax.reason, "Busy")
        self.assertEqual(fax.state, "failed")
        self.assertFalse(fax.record_id)
        fax.action_send()
        self.assertEqual((fax.state, fax.reason, fax.try_count), ("queued", False, 0))
        self.server._take_faxes()
        self.server._send_fax(fax.id, "Ghostscript made no page of the document")
        self.assertEqual(fax.state, "failed", "no other try makes another page of it")

    def test_A11_bad_input(self):
        """A11: each has its sentence."""
        with self.assertRaisesRegex(ValidationError, "Only PDF"):
            self.draft(document=base64.b64encode(b"GIF89a"))
        with self.assertRaisesRegex(UserError, "Choose the PDF"):
            self.draft(document=False).action_send()
        with self.assertRaisesRegex(UserError, "not a telephone number"):
            self.draft(number="ring me").action_send()
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": "13800000020", "channel": "fax"}
        )
        with self.assertRaisesRegex(UserError, "restricted"):
            self.draft().action_send()
        for name in ("../x.tif", "x.pdf", "a b.tif", "x.tif\n"):
            payload = {"file": name, "number": "1", "trunk": "trunk"}
            with self.assertRaises(ValueRefused):
                to_actions("fax", "odoo-1", payload)
            self.assertIsNone(self.server._fax_path(name))

    def hear(self, **said):
        stream = events("in_direct")
        first = next(event for event in stream if event.name == "Newchannel")
        headers = {**first.headers, "Event": "UserEvent", "UserEvent": "OdooFax"}
        return self.play("in_direct", [*stream, Message({**headers, **said})])

    def test_A11_received(self):
        """A11: what comes in is a PDF, a contact record and a to-do of the owner; once,
        and no talk."""
        number = "13900000010"
        self.customer.partner_id.phone = number
        path = self.server._fax_path("in-1.2.tif")
        pdf_to_tiff([pdf()], path)
        said = {"Direction": "in", "Status": "SUCCESS", "Pages": "2"}
        call = self.hear(**said, Error="", File=str(path))
        fax = self.faxes.search([("call_id", "=", call.id)])
        self.assertEqual((fax.state, fax.page_count), ("receiving", 2))
        self.assertFalse(call.record_id, "no talk")
        for fax_id, pages in self.server._receiving_faxes():
            self.server._receive_fax(fax_id, tiff_to_pdf(pages), "")
        self.assertEqual((fax.state, fax.customer_id), ("received", self.customer))
        self.assertTrue(base64.b64decode(fax.document).startswith(b"%PDF-"))
        self.assertEqual(
            (fax.record_id.channel, fax.record_id.direction), ("fax", "in")
        )
        todo = self.customer.partner_id.activity_ids
        self.assertEqual(todo.user_id, self.agent)
        call._keep_fax("in-1.2.tif", 2)
        self.assertEqual(self.faxes.search_count([("call_id", "=", call.id)]), 1)
        copy = self.faxes.browse(fax.action_forward()["res_id"])
        self.assertEqual((copy.state, copy.direction), ("draft", "out"))
        self.assertEqual(copy.document, fax.document)
        answer = self.faxes.browse(fax.with_user(self.agent).action_reply()["res_id"])
        self.assertEqual(answer.partner_id, self.customer.partner_id)
        self.assertFalse(answer.document)

    def test_A15_seen_with_its_customer(self):
        """A15: and nobody faxes a contact whom he does not see."""
        fax = self.draft()
        with self.assertRaises(AccessError):
            self.env["crm.fax"].with_user(self.other).create(
                {"name": "Offer", "partner_id": self.customer.partner_id.id}
            )
        with self.assertRaises(AccessError):
            fax.with_user(self.other).read(["name"])
        fax.action_send()
        self.assertEqual(fax.customer_id, self.customer)
        self.assertFalse(self.env["crm.fax"].with_user(self.other).search([]))
        with self.assertRaises(AccessError):
            fax.with_user(self.other).read(["name"])
        self.customer.action_assign(self.other.id, "test")
        seen = self.env["crm.fax"].with_user(self.other).search([])
        self.assertEqual(seen, fax)
