import csv
import doctest
import importlib
import io
import zipfile
from datetime import date

import openpyxl
import xlsxwriter
from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.spreadsheet import (
    FIELDS,
    Formula,
    SpreadsheetError,
    field_for,
    read,
    write_rejects,
)
from odoo.addons.crm_stage_pipeline.spreadsheet.values import read_value


def xlsx(rows, formulas=()):
    """Bytes of a workbook; formulas: (row, column, text, stored result)."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(line, column, value)
    for line, column, text, result in formulas:
        sheet.write_formula(line, column, text, None, result)
    book.close()
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestSpreadsheet(BaseCase):
    """P49: files as people send them."""

    def test_doctests(self):
        for name in ("headers", "values"):
            module = importlib.import_module(
                f"odoo.addons.crm_stage_pipeline.spreadsheet.{name}"
            )
            result = doctest.testmod(module)
            self.assertFalse(result.failed)
            self.assertGreater(result.attempted, 0)

    def test_values(self):
        """G17, P49: dates, amounts and sexes as people write them."""
        for name, text, value in [
            ("birthday", "1985-03-12", date(1985, 3, 12)),
            ("birthday", "１９８５/3/12", date(1985, 3, 12)),
            ("birthday", "1985.03.12", date(1985, 3, 12)),
            ("birthday", "19850312", date(1985, 3, 12)),
            ("birthday", "1985-03-12T00:00:00", date(1985, 3, 12)),
            ("birthday", "1985-13-01", None),
            ("birthday", "12 March", None),
            ("registered_on", "45000", date(2023, 3, 15)),
            ("credit_limit", "5万元", 50000.0),
            ("credit_limit", "-1", None),
            ("credit_limit", "1e9", None),
            ("credit_limit", "１２．５", 12.5),
            ("gender", "先生", "male"),
            ("gender", " F ", "female"),
            ("gender", "2", None),
            ("city", "1985-03-12", "1985-03-12"),
        ]:
            with self.subTest(name=name, text=text):
                if value is None:
                    with self.assertRaises(ValueError):
                        read_value(name, text)
                else:
                    self.assertEqual(read_value(name, text), value)

    def test_headers(self):
        for header, expected in [
            ("客户名称", "name"),
            ("客户名称*", "name"),
            ("公司名称 (必填)", "name"),
            ("ＮＡＭＥ", "name"),
            ("Company Name", "name"),
            ("company_name", "name"),
            ("联系电话", "phone"),
            ("Mobile Phone", "mobile"),
            ("E-mail", "email"),
            ("所属行业", "industry"),
            ("Reason of refusal", None),
            ("", None),
            (None, None),
            (12.5, None),
        ]:
            with self.subTest(header=header):
                self.assertEqual(field_for(header), expected)

    def test_no_header_names_two_fields(self):
        seen = {}
        for name, headers in FIELDS.items():
            for header in headers.split(","):
                self.assertNotIn(header, seen, f"{header}: {name}")
                seen[header] = name
                self.assertEqual(field_for(header), name)

    def test_title_above_and_empty_rows_between(self):
        sheet = read(
            xlsx(
                [["资料表"], ["客户名称", "电话"], [None], ["甲", 1.0], [None], ["乙"]]
            )
        )
        self.assertEqual(sheet.header, ("客户名称", "电话"))
        self.assertEqual(sheet.rows, [(4, ("甲", 1)), (6, ("乙", None))])

    def test_unknown_headers(self):
        self.assertEqual(read(xlsx([["x", "y"], ["1", "2"]])).header, ("x", "y"))

    def test_formula_with_and_without_result(self):
        content = xlsx(
            [["name", "phone"], ["a", None], ["b", None]],
            [(1, 1, "=A1", "13812345678"), (2, 1, "=B1", "")],
        )
        self.assertEqual(
            [row for _number, row in read(content).rows],
            [("a", "13812345678"), ("b", Formula("=B1"))],
        )

    def test_csv_in_every_encoding(self):
        text = "客户名称;电话\r\n甲;0571-88886666\r\n"
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            with self.subTest(encoding=encoding):
                sheet = read(text.encode(encoding))
                self.assertEqual(sheet.header, ("客户名称", "电话"))
                self.assertEqual(sheet.rows, [(2, ("甲", "0571-88886666"))])

    def test_broken_files(self):
        password = bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600
        plain_zip = io.BytesIO()
        with zipfile.ZipFile(plain_zip, "w") as archive:
            archive.writestr("readme.txt", "hello")
        broken_zip = io.BytesIO()
        with zipfile.ZipFile(broken_zip, "w") as archive:
            archive.writestr("xl/worksheets/sheet1.xml", "<no")
        for content, reason in [
            (b"", "empty"),
            (b"\x00\x00 \n", "empty"),
            (password, "password"),
            (plain_zip.getvalue(), "not_spreadsheet"),
            (broken_zip.getvalue(), "not_spreadsheet"),
            (b"PK\x03\x04 nothing", "not_spreadsheet"),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "encoding"),
            (xlsx([]), "empty"),
        ]:
            with self.subTest(reason=reason, start=content[:6]):
                with self.assertRaises(SpreadsheetError) as caught:
                    read(content)
                self.assertEqual(caught.exception.reason, reason)

    def test_a_million_empty_rows_cost_nothing(self):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"constant_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "phone"])
        sheet.write_row(1, 0, ["a", "1"])
        bold = book.add_format({"bold": True})
        for line in range(2, 5000):
            sheet.write_blank(line, 0, None, bold)
        sheet.write_row(1_048_575, 0, ["far", "away"])
        book.close()
        self.assertEqual([row[0] for row in read(stream.getvalue()).rows], [2])

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(self, content):
        try:
            read(content)
        except SpreadsheetError as error:
            self.assertTrue(error.reason)

    def test_rejects_can_be_read_again_and_hold_no_formula(self):
        rows = [
            (["=1+1", "+86", "-1", "@x", 12.0, None], "Exists already"),
            (["甲", "＝", Formula("=A1"), "x", 1, 2], ""),
        ]
        content = write_rejects(["客户名称", *"bcdef"], rows, "原因")
        book = openpyxl.load_workbook(io.BytesIO(content))
        for line in book.active.iter_rows():
            for cell in line:
                self.assertNotEqual(cell.data_type, "f")
        sheet = read(content)
        self.assertEqual(sheet.header, ("客户名称", *"bcdef", "原因"))
        self.assertEqual(
            sheet.rows[0][1], ("=1+1", "+86", "-1", "@x", 12, None, "Exists already")
        )

    def test_csv_quotes_and_long_cells(self):
        stream = io.StringIO()
        csv.writer(stream).writerows([["name", "note"], ["a,b\nc", "x" * 30_000]])
        sheet = read(stream.getvalue().encode())
        self.assertEqual(sheet.rows[0][1][0], "a,b\nc")
        self.assertEqual(len(sheet.rows[0][1][1]), 10_000)
