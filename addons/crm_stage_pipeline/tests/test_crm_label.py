import base64
import io

from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ..labels import Sheet, Text, draw
from ..labels.drawing import broken
from .common import PoolCase


def pages(pdf):
    """(width, height in mm, text) of each page."""
    found = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        width, height = (float(n) * 25.4 / 72 for n in page.mediabox[2:])
        found.append((round(width), round(height), page.extract_text()))
    return found


@tagged("post_install", "-at_install")
class TestLabelsPackage(BaseCase):
    """G31: paper and grid as defined."""

    def test_paper_has_its_size(self):
        """G31: an envelope is as large as the format says."""
        [(width, height, _text)] = pages(draw(Sheet(220, 110), [[Text("A", 10, 10)]]))
        self.assertEqual((width, height), (220, 110))

    def test_a_field_for_each_address(self):
        """G31: labels fill the grid row by row, then the next page."""
        sheet = Sheet(210, 297, 3, 8, 0, 4.5, 70, 36)
        found = pages(draw(sheet, [[Text(f"L{n};", 5, 5)] for n in range(25)]))
        self.assertEqual(len(found), 2)
        self.assertEqual(found[0][2].count(";"), 24)
        self.assertIn("L24;", found[1][2])

    def test_long_texts_are_broken(self):
        """G31: Latin at spaces, Chinese anywhere, each line within its width."""
        for text in (
            "Harbour Pearl Trading Company",
            "临江市滨江大道一千二百三十四号创业大厦",
        ):
            with self.subTest(text=text):
                lines = broken(Text(text, 0, 0, 12, 30))
                self.assertGreater(len(lines), 1)
                self.assertEqual("".join(lines).replace(" ", ""), text.replace(" ", ""))
        self.assertEqual(broken(Text("one line", 0, 0, 12)), ["one line"])


@tagged("post_install", "-at_install")
class TestCrmLabel(PoolCase):
    """P56, G31: envelopes and labels whose formats users define."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)
        cls.customer.partner_id.write(
            {"street": "Quay 7", "city": "Xiamen", "zip": "361000"}
        )
        cls.bare = cls._new_customers(1, "potential", cls.agent_1)
        cls.person = cls.env["res.partner"].create(
            {"name": "Lin Xue", "parent_id": cls.customer.partner_id.id}
        )
        cls.format = cls.env["crm.label.format"].create(
            {
                "name": "Mine",
                "page_width": 162,
                "page_height": 114,
                "line_ids": [
                    (0, 0, {"part": part, "x": 10, "y": 10 + 8 * n, "text": text})
                    for n, (part, text) in enumerate(
                        [
                            ("zip", False),
                            ("street", False),
                            ("customer", False),
                            ("recipient", "Ms."),
                            ("text", "Printed matter"),
                        ]
                    )
                ],
            }
        )

    def _wizard(self, records, user=None):
        model = self.env["crm.label.print"].with_user(user or self.agent_1)
        action = model._open(records.with_user(user or self.agent_1))
        wizard = model.browse(action["res_id"])
        wizard.format_id = self.format
        return wizard

    def _printed(self, wizard):
        url = wizard.action_print()["url"]
        number = int(url.split("/")[-1].split("?")[0])
        return pages(self.env["ir.attachment"].browse(number).raw)

    def test_texts_of_a_format(self):
        """G31: paper, texts and fixed text as the user has defined them."""
        [(width, height, text)] = self._printed(self._wizard(self.person))
        self.assertEqual((width, height), (162, 114))
        for part in ("361000", "Quay 7", self.customer.name, "Lin Xue Ms.", "matter"):
            self.assertIn(part, text)

    def test_batch_and_missing_addresses(self):
        """P56: a batch from a list; who lacks postcode or street is named before."""
        wizard = self._wizard(self.customer | self.bare)
        self.assertEqual(wizard.missing_text, self.bare.name)
        self.assertEqual(wizard.count, 1)
        self.assertEqual(len(self._printed(wizard)), 1)
        wizard.is_incomplete_printed = True
        self.assertEqual(len(self._printed(wizard)), 2)

    def test_preview_is_the_first_page(self):
        """G31: the preview shows what is printed."""
        wizard = self._wizard(self.customer)
        self.assertIn("361000", pages(base64.b64decode(wizard.file))[0][2])

    def test_nothing_to_print(self):
        """P56: addresses that are all incomplete are a sentence, no empty PDF."""
        with self.assertRaises(UserError):
            self._wizard(self.bare).action_print()

    def test_by_the_right_to_print(self):
        """P56: others' customers are refused, and a print is noted."""
        theirs = self._new_customers(1, "target", self.agent_2)
        with self.assertRaises(AccessError):
            self._wizard(theirs)
        self._printed(self._wizard(self.customer))
        log = self.env["crm.pool.export"].search([], order="id desc", limit=1)
        self.assertEqual((log.kind, log.user_id, log.count), ("print", self.agent_1, 1))

    def test_wizards_are_their_makers(self):
        """P56: nobody reads what somebody else prints."""
        wizard = self._wizard(self.customer)
        with self.assertRaises(AccessError):
            wizard.with_user(self.agent_2).read(["missing_text"])

    def test_formats_are_checked(self):
        """G31: impossible formats are refused; only managers define them."""
        with self.assertRaises(ValidationError):
            self.format.column_count = 2
        with self.assertRaises(AccessError):
            self.format.with_user(self.agent_1).page_width = 100
        self.format.with_user(self.manager).page_width = 100
        self.assertEqual(self.format.page_width, 100)

    def test_shipped_formats_print(self):
        """G31: the Chinese and the international envelope and the sheet of labels."""
        for label in self.env["crm.label.format"].search([]):
            wizard = self._wizard(self.person)
            wizard.format_id = label
            with self.subTest(format=label.name):
                [(_width, _height, text)] = self._printed(wizard)
                self.assertIn("Lin Xue", text)
