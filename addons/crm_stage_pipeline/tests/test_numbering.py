import doctest
import importlib
import unicodedata

from hypothesis import example, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.numbering import (
    Number,
    NumberError,
    digits,
    normalise,
    read_cell,
    search_keys,
)
from odoo.addons.crm_stage_pipeline.numbering.number import REASONS

MOBILE = "+8613812345678"
LANDLINE = "+8657188886666"

cells = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789０１２３+-－() 转x/;、.eE٣", max_size=40),
    st.integers(),
    st.floats(),
    st.none(),
)
regions = st.sampled_from(["CN", "US", "DE", "GB", None])


@tagged("post_install", "-at_install")
class TestNumbering(BaseCase):
    """P47, P49: numbers as spreadsheets hold them."""

    def test_doctests(self):
        attempted = 0
        for name in ("cleaning", "normalising", "searching"):
            module = importlib.import_module(
                f"odoo.addons.crm_stage_pipeline.numbering.{name}"
            )
            result = doctest.testmod(module)
            self.assertFalse(result.failed, name)
            attempted += result.attempted
        self.assertGreater(attempted, 5)

    def test_written_for_a_region(self):
        """T3: as people read it, national at home and international elsewhere."""
        number = normalise("0571 88886666 ext 12", "CN")
        self.assertEqual(number.written("CN"), "0571 8888 6666 x12")
        self.assertEqual(number.written("DE"), "+86 571 8888 6666 x12")
        self.assertEqual(number.written(False), "+86 571 8888 6666 x12")

    def test_normalise_table(self):
        for raw, region, expected in [
            ("13812345678", "CN", MOBILE),
            (13812345678, "CN", MOBILE),
            (13812345678.0, "CN", MOBILE),
            ("13812345678.0", "CN", MOBILE),
            ("1.3812345678E+10", "CN", MOBILE),
            (1.3812345678e10, "CN", MOBILE),
            ("'13812345678", "CN", MOBILE),
            ("138-1234-5678", "CN", MOBILE),
            ("138 1234 5678", "CN", MOBILE),
            ("１３８１２３４５６７８", "CN", MOBILE),
            ("＋８６　１３８１２３４５６７８", "US", MOBILE),
            ("86 13812345678", "CN", MOBILE),
            ("008613812345678", "US", MOBILE),
            ("0086-138-1234-5678", "CN", MOBILE),
            ("手机：13812345678", "CN", MOBILE),
            ("13812345678（王经理）", "CN", MOBILE),
            ("\u202d13812345678\u202c", "CN", MOBILE),
            ("١٣٨١٢٣٤٥٦٧٨", "CN", MOBILE),
            ("(0571)88886666", "CN", LANDLINE),
            ("（0571）8888—6666", "CN", LANDLINE),
            ("0571 8888 6666 转 801", "CN", LANDLINE + " x801"),
            ("0571-88886666-801", "CN", LANDLINE + " x801"),
            ("0571-88886666 ext. 12", "CN", LANDLINE + " x12"),
            ("0571-88886666分机12", "CN", LANDLINE + " x12"),
            ("+8657188886666;ext=9", None, LANDLINE + " x9"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("030/901820", "DE", "+4930901820"),
            ("400-800-1234", "CN", "+864008001234"),
        ]:
            with self.subTest(raw=raw, region=region):
                self.assertEqual(str(normalise(raw, region)), expected)

    def test_normalise_refused_with_its_reason(self):
        for raw, region, reason in [
            (None, "CN", "empty"),
            ("", "CN", "empty"),
            ("  　", "CN", "empty"),
            (True, "CN", "empty"),
            ("1.38E+10", "CN", "not_exact"),
            (13812345678.5, "CN", "not_exact"),
            (float("inf"), "CN", "not_exact"),
            (float("nan"), "CN", "not_exact"),
            (-13812345678, "CN", "not_exact"),
            ("无", "CN", "letters"),
            ("1-800-FLOWERS", "US", "letters"),
            ("=A1+B1", "CN", "letters"),
            ("13812345678", None, "no_region"),
            ("8001", "CN", "too_short"),
            ("138123456789012345", "CN", "too_long"),
            ("9" * 5000, "CN", "too_long"),
            ("12812345678", "CN", "not_valid"),
        ]:
            with self.subTest(raw=str(raw)[:30], region=region):
                with self.assertRaises(NumberError) as caught:
                    normalise(raw, region)
                self.assertEqual(caught.exception.reason, reason)

    def test_parts_and_kind(self):
        number = normalise("0571-88886666转12", "CN")
        self.assertEqual(
            number, Number(LANDLINE, "CN", "57188886666", "fixed", extension="12")
        )
        self.assertEqual(number.reversed, "6666888817568")
        self.assertEqual(normalise(MOBILE).kind, "mobile")

    def test_several_numbers_in_one_cell(self):
        for raw, expected in [
            ("13812345678/13900001111", [MOBILE, "+8613900001111"]),
            ("13812345678；13900001111", [MOBILE, "+8613900001111"]),
            ("13812345678、13812345678", [MOBILE]),
            ("13812345678 13900001111", [MOBILE, "+8613900001111"]),
            ("13812345678\n0571-88886666", [MOBILE, LANDLINE]),
            ("0571-88886666/88887777", [LANDLINE, "+8657188887777"]),
            ("0571-88886666转8，13812345678", [LANDLINE + " x8", MOBILE]),
            ("13812345678 或 13900001111", [MOBILE, "+8613900001111"]),
            ("", []),
        ]:
            with self.subTest(raw=raw):
                self.assertEqual([str(n) for n in read_cell(raw, "CN")], expected)

    def test_slash_inside_one_number(self):
        self.assertEqual(
            [str(n) for n in read_cell("030/901820", "DE")], ["+4930901820"]
        )

    def test_a_bad_number_does_not_hide_the_good_one(self):
        good, bad = read_cell("13812345678/12", "CN")
        self.assertEqual(good.e164, MOBILE)
        self.assertEqual(bad.reason, "too_short")

    def test_search_keys(self):
        full = search_keys("0571-8888 6666", "CN")
        self.assertEqual(
            (full.e164, full.region, full.prefix), (LANDLINE, "CN", "66668888175")
        )
        self.assertIn("66668888", full.shorter)
        local = search_keys("88886666", "CN")
        self.assertEqual((local.e164, local.prefix), ("", "66668888"))
        for nobody in ("anonymous", "", None, "8001", "s", "<unknown>"):
            self.assertFalse(search_keys(nobody, "CN"))

    @settings(max_examples=400, deadline=None)
    @given(cells, regions)
    @example("+8657188886666 x12", "CN")
    def test_normalise_twice_is_once(self, raw, region):
        try:
            number = normalise(raw, region)
        except NumberError as error:
            self.assertIn(error.reason, REASONS)
            return
        self.assertEqual(normalise(str(number), region), number)
        self.assertEqual(normalise(str(number), None), number)
        self.assertTrue(number.e164[1:].isascii() and number.e164[1:].isdigit())
        self.assertTrue(number.e164.endswith(number.national))

    @settings(max_examples=300, deadline=None)
    @given(cells, regions)
    def test_any_cell_gives_values_and_no_exception(self, raw, region):
        for result in read_cell(raw, region):
            self.assertIsInstance(result, (Number, NumberError))
        search_keys(raw, region)
        self.assertTrue(digits(raw).isascii())

    @settings(max_examples=200, deadline=None)
    @given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    def test_ways_of_writing_are_the_same_number(self, plain):
        try:
            expected = normalise(plain, "CN")
        except NumberError:
            expected = None
        wide = "".join(chr(ord(char) + 0xFEE0) for char in plain)
        self.assertEqual(unicodedata.normalize("NFKC", wide), plain)
        for raw in (
            wide,
            int(plain),
            float(plain),
            f"{plain}.0",
            f"+86 {plain}",
            f"0086{plain}",
            f"{plain[:3]}-{plain[3:7]}-{plain[7:]}",
            f"({plain})",
        ):
            try:
                self.assertEqual(normalise(raw, "CN"), expected, raw)
            except NumberError:
                self.assertIsNone(expected, raw)
