import base64
import io
import re
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageStat

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..ami.actions import to_actions
from ..ami.messages import ValueRefused
from ..fax import FaxError, Paper, paper_to_tiff, sealed, tiff_to_pdf
from ..models.crm_fax_template import PER_NUMBER
from .common import CallCase
from .test_crm_fax import pdf

NUMBER = "13800000020"


def seal():
    """A black disc on a transparent ground, as PNG."""
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 190, 190), fill=(0, 0, 0, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pages(path):
    return len(re.findall(rb"/Type\s*/Page\b", tiff_to_pdf(path)))


@tagged("post_install", "-at_install")
class TestCrmFaxTemplate(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.server.write({"fax_trunk": "trunk", "fax_folder": folder.name})
        cls.customer = cls.customer_with(NUMBER)
        cls.customer.action_assign(cls.agent.id, "test")
        cls.faxes = cls.env["crm.fax"].with_user(cls.agent)
        cls.template = cls.env["crm.fax.template"].create(
            {
                "name": "Price list",
                "cover_text": "All prices with tax",
                "seal": base64.b64encode(seal()),
                "document": base64.b64encode(pdf()),
                "code": "12",
            }
        )

    def test_G33_cover_sheet_and_seal(self):
        """G33: a page before the document tells who writes to whom; the seal is on the
        document's last page, in its corner, and nowhere else."""
        fax = self.faxes.create(
            {
                "name": "New <b>prices</b>",
                "partner_id": self.customer.partner_id.id,
                "template_id": self.template.id,
                "note": "As agreed by telephone",
            }
        )
        self.assertTrue(fax.with_user(self.agent).action_send())
        [(fax_id, paper, path)] = self.server._take_faxes()
        self.assertEqual(fax_id, fax.id)
        for word in (
            "River Paper", NUMBER, "New &lt;b&gt;prices", "As agreed", "All prices",
            self.company.name,
        ):  # fmt: skip
            self.assertIn(word, paper.cover)
        paper_to_tiff(paper, path)
        self.assertEqual(pages(path), 3, "cover sheet and two pages")
        blank = Paper(pdf(), "", seal(), "bottom_right")
        self.assertEqual(self._dark(blank, 1), {"bottom_right"})
        self.assertEqual(self._dark(blank, 0), set())
        other = Paper(pdf(), "", seal(), "top_left")
        self.assertEqual(self._dark(other, 1), {"top_left"})
        with mute_logger("pypdf._reader"), self.assertRaises(FaxError):
            sealed(b"%PDF-1.4 broken", seal(), "top_left")

    def _dark(self, paper, number):
        """The corners of a page that are more than a tenth black."""
        path = self.folder / "dark.tif"
        paper_to_tiff(paper, path)
        picture = self._page(path, number)
        width, height = picture.size
        boxes = {
            "top_left": (0, 0),
            "top_right": (width * 2 // 3, 0),
            "bottom_left": (0, height * 3 // 4),
            "bottom_right": (width * 2 // 3, height * 3 // 4),
        }
        found = set()
        for name, (left, top) in boxes.items():
            part = picture.crop((left, top, left + width // 3, top + height // 4))
            if ImageStat.Stat(part.convert("L")).mean[0] < 230:
                found.add(name)
        return found

    def _page(self, path, number):
        """A page as picture, by way of Ghostscript: Odoo lets Pillow read no TIFF."""
        source = self.folder / "page.pdf"
        source.write_bytes(tiff_to_pdf(path))
        target = self.folder / "page.png"
        subprocess.run(
            ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pnggray", "-r50",
             f"-dFirstPage={number + 1}", f"-dLastPage={number + 1}",
             f"-sOutputFile={target}", str(source)],
            check=True,
        )  # fmt: skip
        return Image.open(io.BytesIO(target.read_bytes()))

    def test_G33_line_on_each_page(self):
        """G33: sender and number go to the PBX, which prints them with date and page;
        nothing that would be another variable or header."""
        self.server.write({"fax_header": "River Paper", "fax_station": "+86 20 8000"})
        fax = self.faxes.create(
            {
                "name": "Offer",
                "partner_id": self.customer.partner_id.id,
                "document": base64.b64encode(pdf()),
            }
        )
        fax.action_send()
        [(fax_id, _paper, _path)] = self.server._take_faxes()
        self.server._send_fax(fax_id, "")
        command = self.env["asterisk.command"].search([("kind", "=", "fax")], limit=1)
        [action] = to_actions("fax", command.uuid, command.payload)
        self.assertIn("ODOO_FAX_HEADER=River Paper", action["Variable"])
        self.assertIn("ODOO_FAX_STATION=+86 20 8000", action["Variable"])
        for wrong in ("a,B=1", "a\r\nX: 1", "${SHELL(x)}"):
            with self.assertRaises(ValueRefused):
                to_actions("fax", "odoo-1", {**command.payload, "header": wrong})
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.server.fax_header = wrong

    def test_G33_broadcast(self):
        """G33: one fax each, in the queue; who cannot get one is named with the reason
        and holds up nobody."""
        second = self.customer_with("13800000021", "Hill Paper")
        silent = self.customer_with("13800000022", "Silent Paper")
        (second | silent).action_assign(self.agent.id, "test")
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": "13800000022", "channel": "fax"}
        )
        chosen = self.customer | second | silent
        wizard = Form(
            self.env["crm.fax.broadcast"]
            .with_user(self.agent)
            .with_context(active_model="crm.pool.customer", active_ids=chosen.ids)
        )
        wizard.name = "New prices"
        wizard.template_id = self.template
        wizard.note = "From Monday on"
        broadcast = wizard.save()
        self.assertEqual(broadcast.partner_ids, chosen.partner_id)
        broadcast.action_send()
        faxes = self.faxes.search([("name", "=", "New prices")])
        self.assertEqual(
            set(faxes.mapped("partner_id.name")), {"River Paper", "Hill Paper"}
        )
        self.assertEqual(set(faxes.mapped("state")), {"queued"})
        self.assertEqual(broadcast.refusal_ids.partner_id, silent.partner_id)
        self.assertIn("restricted", broadcast.refusal_ids.reason)
        covers = [paper.cover for _id, paper, _path in self.server._take_faxes()]
        self.assertEqual(sum("Hill Paper" in cover for cover in covers), 1)
        with self.assertRaises(AccessError):
            broadcast.with_user(self.other).read(["name"])
        self.server.fax_trunk = False
        broadcast.partner_ids = self.customer.partner_id
        with self.assertRaisesRegex(UserError, "sends faxes"):
            broadcast.action_send()

    def ask(self, code, number=NUMBER):
        channel = {"agi_callerid": number}
        return self.server._agi_answer("fax", [code], channel)["ODOO_FAX_STATE"]

    def test_G33_fax_on_demand(self):
        """G33: a caller enters the document's number and gets it by fax; only what is
        offered, only at home, not without end."""
        self.assertEqual(self.ask("99"), "unknown")
        self.assertEqual(self.ask(""), "unknown")
        self.assertEqual(self.ask("12", "unknown"), "refused")
        self.assertEqual(self.ask("12", "+12125550123"), "refused", "abroad")
        for _time in range(PER_NUMBER):
            self.assertEqual(self.ask("12"), "queued")
        self.assertEqual(self.ask("12"), "refused", "enough for a day")
        faxes = self.env["crm.fax"].search([("is_on_demand", "=", True)])
        self.assertEqual(len(faxes), PER_NUMBER)
        self.assertEqual(faxes.customer_id, self.customer)
        self.assertEqual(faxes.user_id, self.agent, "the owner sees it")
        taken = self.server._take_faxes()
        self.assertEqual(len(taken), PER_NUMBER)
        _id, paper, path = taken[0]
        paper_to_tiff(paper, path)
        self.assertEqual(pages(path), 3)
        self.template.code = False
        self.env["crm.fax"].search([]).is_on_demand = False
        self.assertEqual(self.ask("12"), "unknown", "not offered any more")

    def test_G33_template_is_checked(self):
        """G33: digits, a document for callers, and a PDF."""
        for vals, words in (
            ({"code": "1a"}, "digits"),
            ({"document": False}, "Choose the document"),
            ({"document": base64.b64encode(b"GIF89a")}, "Only PDF"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                self.template.write(vals)
        with self.assertRaises(AccessError):
            self.template.with_user(self.agent).name = "Mine"
