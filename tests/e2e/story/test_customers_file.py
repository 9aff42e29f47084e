"""The customer file: always the same, and as messy as its generator says (P49)."""

import csv
import json
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import openpyxl

from tests.data import generate_customers as generator

DATA = Path(generator.__file__).parent
ROOT = DATA.parents[1]


class TestCustomersFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = generator.Generator().make()
        text = (DATA / "customers.expected.json").read_text(encoding="utf-8")
        cls.expected = json.loads(text)
        book = openpyxl.load_workbook(DATA / "customers.xlsx", data_only=True)
        cls.cells = list(book.active.iter_rows(values_only=True))

    def test_kept_file_is_what_the_generator_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            generator.main(Path(folder))
            book = openpyxl.load_workbook(
                Path(folder) / "customers.xlsx", data_only=True
            )
            self.assertEqual(list(book.active.iter_rows(values_only=True)), self.cells)
            for name in ("customers.expected.json",):
                self.assertEqual(
                    (Path(folder) / name).read_bytes(), (DATA / name).read_bytes()
                )

    def test_same_rows_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            one, two = Path(folder) / "1.xlsx", Path(folder) / "2.xlsx"
            generator.write_workbook(self.rows, one)
            generator.write_workbook(generator.Generator().make(), two)
            self.assertEqual(one.read_bytes(), two.read_bytes())

    def test_another_seed_gives_another_file_with_the_same_counts(self):
        other = generator.expected(generator.Generator(seed=1).make())
        self.assertNotEqual(other["rejected_rows"], self.expected["rejected_rows"])
        self.assertEqual(other["rejected"], self.expected["rejected"])
        self.assertEqual(other["imported"], self.expected["imported"])

    def test_planted_counts(self):
        self.assertEqual(len(self.cells) - 2, generator.ROWS)
        rejected = Counter(row.reason for row in self.rows if row.reason)
        self.assertEqual(rejected["invalid_number"], generator.INVALID_NUMBER)
        self.assertEqual(
            rejected["duplicate_in_file"],
            generator.DUPLICATE_IN_FILE + generator.SAME_NUMBER,
        )
        self.assertEqual(
            rejected["missing_name"],
            generator.MISSING_NAME + generator.FORMULA_WITHOUT_VALUE,
        )
        self.assertEqual(self.expected["imported"] + rejected.total(), generator.ROWS)

    def test_database_has_the_customers_that_the_file_repeats(self):
        path = ROOT / "addons" / "crm_stage_pipeline" / "demo" / "res.partner.csv"
        with path.open(encoding="utf-8", newline="") as file:
            known = {row["name"]: row["phone"] for row in csv.DictReader(file)}
        for name, _written in generator.IN_DATABASE:
            self.assertIn(name, known)
        for name, number, _written in generator.NUMBERS_IN_DATABASE:
            self.assertEqual(known[name], number)

    def test_title_stands_above_the_header(self):
        self.assertEqual(self.cells[0][0], generator.TITLE)
        self.assertEqual(self.cells[1], generator.HEADER)

    def test_floats_formulas_and_empty_names_are_in_the_file(self):
        types = Counter(type(row[5]) for row in self.cells[2:])
        self.assertGreater(types[int] + types[float], 500)
        empty = sum(not str(row[0] or "").strip() for row in self.cells[2:])
        self.assertEqual(empty, self.expected["rejected"]["missing_name"])
        raw = openpyxl.load_workbook(DATA / "customers.xlsx").active
        formulas = sum(row[0].data_type == "f" for row in raw.iter_rows(min_row=3))
        self.assertEqual(
            formulas, generator.FORMULA_WITH_VALUE + generator.FORMULA_WITHOUT_VALUE
        )

    def test_no_number_twice(self):
        numbers = [number for row in self.rows for number in row.numbers]
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_screening_finds_only_the_story_customers(self):
        found = [
            row
            for row in self.rows
            if row.cells.get("所属行业") == generator.SCREEN_INDUSTRY
            and row.cells.get("所在城市") == generator.SCREEN_CITY
        ]
        self.assertEqual(len(found), generator.SCREEN_COUNT)
        endings = Counter(row.numbers[0][-2:] for row in found)
        each = generator.SCREEN_COUNT // len(generator.CARRIER_ENDINGS)
        self.assertEqual(
            dict(endings),
            dict.fromkeys(generator.CARRIER_ENDINGS.values(), each),
        )
