import csv
import io
import json
from unittest.mock import patch

import openpyxl

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

MODULE = "crm_stage_pipeline"
TEXTS = (
    '=HYPERLINK("http://x","y")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "{=1+1}",
    "\t=1+1",
)


@tagged("post_install", "-at_install")
class TestCrmExportFormula(HttpCase):
    """P52: text of a customer never becomes a formula on the reader's machine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = new_test_user(
            cls.env,
            "pool_formula",
            groups=f"{MODULE}.{MODULE}_group_user,base.group_allow_export",
        )
        cls.partners = cls.env["res.partner"].create(
            [
                {"name": f"Formula Works {number}", "is_company": True, "city": text}
                for number, text in enumerate(TEXTS)
            ]
        )
        cls.env["crm.pool.customer"].create(
            [{"partner_id": p.id, "owner_id": cls.agent.id} for p in cls.partners]
        )

    def _export(self, route, groupby=()):
        self.authenticate("pool_formula", "pool_formula")
        data = {
            "model": "res.partner",
            "fields": [
                {"name": "name", "label": "Name", "type": "char"},
                {"name": "city", "label": "=1+1", "type": "char"},
            ],
            "ids": False,
            "domain": [["id", "in", self.partners.ids]],
            "groupby": list(groupby),
            "import_compat": False,
            "context": {},
        }
        with patch.object(http.Request, "validate_csrf", return_value=True):
            return self.url_open(
                f"/web/export/{route}", data={"data": json.dumps(data)}
            )

    def _cells(self, content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [cell for row in book.active.iter_rows() for cell in row]

    def test_P52_xlsx(self):
        """P52: every cell is text, as it was; the header too."""
        cells = self._cells(self._export("xlsx").content)
        self.assertEqual({cell.data_type for cell in cells if cell.value}, {"s"})
        written = {cell.value for cell in cells}
        self.assertLessEqual({text for text in TEXTS if text[0] != "\t"}, written)

    def test_P52_xlsx_by_group(self):
        """P52: the names of groups are texts of customers as well."""
        cells = self._cells(self._export("xlsx", ["city"]).content)
        self.assertNotIn("f", {cell.data_type for cell in cells})
        self.assertTrue(any(str(c.value).startswith("=HYPER") for c in cells))

    def test_P52_csv(self):
        """P52: no cell begins with what a spreadsheet reads as a formula."""
        text = self._export("csv").content.decode()
        rows = list(csv.reader(io.StringIO(text)))[1:]
        self.assertEqual(len(rows), len(TEXTS))
        for row in rows:
            for cell in row:
                self.assertFalse(cell.startswith(("=", "+", "-", "@", "\t")), cell)
