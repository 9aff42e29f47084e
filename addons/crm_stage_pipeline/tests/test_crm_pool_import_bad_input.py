import base64
import io
import random
import zipfile

import xlsxwriter

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PoolCase
from .test_spreadsheet import xlsx

HEADER = ["name", "phone", "birthday", "note"]


def book(write):
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"constant_memory": True})
    write(workbook.add_worksheet())
    workbook.close()
    return stream.getvalue()


def with_macros(content):
    """The same workbook as .xlsm: with a project that nobody runs."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w") as target,
    ):
        for entry in source.infolist():
            text = source.read(entry)
            if entry.filename == "[Content_Types].xml":
                text = text.replace(
                    b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"ms-excel.sheet.macroEnabled.main+xml",
                )
            target.writestr(entry, text)
        target.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"Auto_Open" * 50)
    return stream.getvalue()


# what is no file of customers: the beginning of the sentence that people read
BAD_FILES = {
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a spreadsheet"),
    "a pdf": (b"%PDF-1.7\n\x00\x01\x02", "not a spreadsheet"),
    "a text of zip": (b"PK\x03\x04 and nothing", "not a spreadsheet"),
    "no bytes": (b" \n\n ", "empty"),
    "only a header row of nothing": (xlsx([[None], [None]]), "empty"),
    "a password": (bytes.fromhex("d0cf11e0a1b11ae1") + b"E" * 900, "password"),
    "half of a letter": ("客户名称\n甲".encode("gb18030")[:-1] + b"\xff", "UTF-8"),
    "NUL in a csv": (b"name,phone\nAcme\x00Ltd,1\n", "not a spreadsheet"),
}


@tagged("post_install", "-at_install")
class TestCrmPoolImportBadInput(PoolCase):
    """P49: whatever somebody loads, he reads one sentence that says what to do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.cn")

    def _read(self, content, name="customers.xlsx"):
        record = (
            self.env["crm.pool.import"]
            .with_user(self.manager)
            .create({"file": base64.b64encode(content), "file_name": name})
        )
        record.action_read()
        return record

    def _load(self, content, name="customers.xlsx"):
        record = self._read(content, name)
        record.action_run()
        while record.state == "running":
            record._run_batch(200)
        return record

    def _refused(self, record):
        return {row.row_number: row.reason for row in record.rejected_row_ids}

    def test_P49_files_that_are_none(self):
        for what, (content, words) in BAD_FILES.items():
            with self.subTest(what=what):
                with self.assertRaises(UserError) as caught:
                    self._read(content)
                sentence = str(caught.exception)
                self.assertIn(words, sentence)
                self.assertTrue(sentence.endswith("."))
                self.assertNotIn("Traceback", sentence)

    def test_P49_wrong_encodings(self):
        """P49: what Excel and others write for Chinese is read, guessed by itself."""
        text = "客户名称,电话\n嘉兴{}文具,0573-8888000{}\n"
        for number, code in enumerate(("utf-8-sig", "gb18030", "utf-16")):
            with self.subTest(code=code):
                content = text.format(code, number).encode(code)
                record = self._load(content, "a.csv")
                self.assertEqual(record.row_ids.mapped("state"), ["done"])
                name = record.row_ids.customer_id.name
                self.assertEqual(name, f"嘉兴{code}文具")

    def test_P49_a_million_empty_rows(self):
        def write(sheet):
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, ["Millstone Paper", "0571-88881111"])
            for line in range(2, 20_000):
                sheet.write_blank(line, 0, None)
            sheet.write_row(1_048_575, 0, ["far away"])

        record = self._load(book(write))
        self.assertEqual((record.row_count, record.done_count), (1, 1))

    def test_P49_macros_are_not_looked_at(self):
        content = with_macros(xlsx([HEADER, ["Macro Works", "0571-88881112"]]))
        record = self._load(content, "customers.xlsm")
        self.assertEqual(record.row_ids.customer_id.name, "Macro Works")

    def test_P49_cells(self):
        """P49: floats, full-width digits, formulas, turned letters, 29 February, long
        names: each row is a customer or comes back with its reason."""
        cases = [
            ("Float Works", 13812345678.0, None, None, "+8613812345678"),
            ("Exponent Works", "1.3812345679E+10", None, None, "+8613812345679"),
            ("Wide Works", "０５７１－８８８８２２２２", None, None, "+8657188882222"),
            ("Leap Works", "0571-88883333", "2024-02-29", None, "+8657188883333"),
            ("No Leap Works", "0571-88884444", "2023-02-29", "invalid_value", None),
            ("x" * 10_000, "0571-88885555", None, "name_too_long", None),
            ("\u202eskroW denruT\u202c", "0571-88886666", None, None, "+8657188886666"),
            ("\u200e\u200f", "0571-88887777", None, "missing_name", None),
            ("=1+1", "0571-88888888", None, None, "+8657188888888"),
            ("Short Works", "12", None, "invalid_number", None),
        ]
        rows = [[name, phone, day, "n"] for name, phone, day, *_expected in cases]
        content = xlsx([HEADER, *rows, ["Formula Works", None, None, "n"]], [
            (len(rows) + 1, 1, "=A1&B1", ""),
        ])  # fmt: skip
        record = self._load(content)
        refused = self._refused(record)
        for line, (name, _phone, _day, reason, number) in enumerate(cases, start=2):
            with self.subTest(name=name[:30]):
                self.assertEqual(refused.get(line), reason)
                if number:
                    row = record.row_ids.filtered(lambda r, n=line: r.row_number == n)
                    partner = row.customer_id.partner_id
                    self.assertIn(number, partner.phone_number_ids.mapped("e164"))
                    self.assertFalse(set("\u202e\u202c") & set(partner.name))
        self.assertEqual(refused[len(cases) + 2], "invalid_number")
        self.assertTrue(all(row.reason for row in record.rejected_row_ids))

    def test_P49_refused_rows_corrected_and_loaded_again(self):
        """P49: the file of refused rows is a file that can be loaded."""
        record = self._load(
            xlsx([HEADER, ["Good Works", "0571-88881113"], ["Bad Works", "1"]])
        )
        record.action_download_rejects()
        content = base64.b64decode(record.with_context(bin_size=False).rejects_file)
        again = self._load(content)
        self.assertEqual(self._refused(again), {2: "invalid_number"})

    def test_P49_order_of_rows_does_not_matter(self):
        """P49, invariant 12: the same names come in, in whatever order, once."""
        names = [f"Order Works {number % 9}" for number in range(30)]
        found = []
        for seed in range(4):
            mixed = list(names)
            random.Random(seed).shuffle(mixed)
            with self.env.cr.savepoint() as savepoint:
                record = self._load(xlsx([["name"], *([name] for name in mixed)]))
                again = self._load(xlsx([["name"], *([name] for name in mixed)]))
                self.assertEqual((record.done_count, again.done_count), (9, 0))
                keys = self.env["crm.customer.key"].search(
                    [("customer_id", "in", record.row_ids.customer_id.ids)]
                )
                found.append(sorted(keys.mapped("key")))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(len(set(map(tuple, found))), 1)
