import doctest
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..formula import (
    FormulaError,
    Problem,
    Scope,
    errors,
    evaluate,
    evaluator,
    order,
    parse,
    parser,
    tokens,
)
from ..rating import RateTable, Tier

ESCAPES = (
    ("9**9**8", "bad_operator"),
    ("'a'*(10**9)", "bad_operator"),
    ("'a'*9", "bad_character"),
    ("[0]*9", "bad_character"),
    ("[0]*(10**9)", "bad_operator"),
    ("sum(x for x in range(100000000))", "reserved_word"),
    ("line.unlink()", "bad_character"),
    ("line.sudo()", "bad_character"),
    ("'{0.__class__}'.format(amount)", "bad_operator"),
    ("amount.__class__", "bad_operator"),
    ("__import__", "bad_operator"),
    ("amount._x", "bad_character"),
    ("getattr(amount, amount)", "unknown_function"),
    ("lambda: 1", "reserved_word"),
    ("lambda", "reserved_word"),
    ("(x := 5)", "bad_character"),
    ("f'{amount}'", "bad_character"),
    ("amount[0]", "bad_character"),
    ("{amount}", "bad_character"),
    ("amount; amount", "bad_character"),
    ("amount, amount", "not_allowed"),
    ("()", "not_allowed"),
    ("min(*amount)", "not_allowed"),
    ("10 // 3", "bad_operator"),
    ("10 % 3", "bad_character"),
    ("1 << 9", "bad_operator"),
    ("~1", "bad_character"),
    ("1 @ 2", "bad_character"),
    ("amount in amount", "reserved_word"),
    ("amount is amount", "reserved_word"),
    ("True", "reserved_word"),
    ("None", "reserved_word"),
    ("1e9", "syntax"),
    ("1_000", "bad_character"),
    ("0x10", "syntax"),
    ("5j", "syntax"),
    ("...", "bad_character"),
    ("\\", "bad_character"),
    ("# note", "bad_character"),
    ("a\x00b", "bad_character"),
    ("金额 * 2", "bad_character"),
    ("ａ + 1", "bad_character"),
    ("٣ + 1", "bad_character"),
    ("min()", "wrong_arguments"),
    ("abs(1, 2)", "wrong_arguments"),
    ("min", "function_without_call"),
    ("min(a)(b)", "not_allowed"),
    ("tier(1, a)", "name_expected"),
    ("prev(a + 1)", "name_expected"),
    ("a b", "syntax"),
    ("(a", "syntax"),
    ("a = 1", "bad_character"),
    ("", "empty"),
    (" \n ", "empty"),
    ("1" * 29, "bad_number"),
)


@tagged("post_install", "-at_install")
class TestFormulaLanguage(BaseCase):
    """I3: exact, nested formulas in which nothing but arithmetic can run."""

    def _value(self, source, values=None, **scope):
        values = {k: Decimal(v) for k, v in (values or {}).items()}
        return evaluate(parse(source), Scope(values, **scope))

    def _refused(self, source):
        with self.assertRaises(FormulaError) as caught:
            parse(source)
        return caught.exception.problem

    def test_doctests(self):
        for module in (tokens, parser, evaluator, errors):
            result = doctest.testmod(module)
            self.assertFalse(result.failed, module.__name__)

    def test_i3_escapes_are_refused_with_a_reason(self):
        for source, code in ESCAPES:
            with self.subTest(source=source):
                self.assertEqual(self._refused(source).code, code)

    def test_i3_decimals_are_exact(self):
        self.assertEqual(self._value("0.1 + 0.2"), Decimal("0.3"))
        self.assertEqual(self._value("1.10 * 3 - .3"), Decimal("3.00"))
        self.assertEqual(
            self._value("12345678901234567890.1234567 + 0"),
            Decimal("12345678901234567890.1234567"),
        )

    def test_i3_expressions(self):
        cases = (
            ("paid if rate > 0.01 else 0", {"paid": 5, "rate": "0.02"}, "5"),
            ("-2 - -3", {}, "1"),
            ("2 + 3 * 4 - 10 / 4", {}, "11.5"),
            ("1 < 2 < 3 and not 0", {}, "1"),
            ("1 < 2 > 5", {}, "0"),
            ("0 or 7", {}, "7"),
            ("3 != 3", {}, "0"),
            ("min(3, 1, 2) + max(4) + abs(-5)", {}, "10"),
            ("round(2.345, 2)", {}, "2.35"),
            ("round(-2.5)", {}, "-3"),
            ("floor(-1.5) + ceil(1.2)", {}, "0"),
            ("clamp(12, 0, 10)", {}, "10"),
            ("1 if 1 else 1 / 0", {}, "1"),
            ("0 and 1 / 0", {}, "0"),
        )
        for source, values, expected in cases:
            with self.subTest(source=source):
                self.assertEqual(self._value(source, values), Decimal(expected))

    def test_i3_tables_and_references(self):
        table = RateTable(
            (Tier(Decimal(0), Decimal(5)), Tier(Decimal(10000), Decimal(8)))
        )
        source = "marginal(standard, paid) + tier(standard, paid) + prev(paid)"
        self.assertEqual(
            self._value(
                source,
                {"paid": 14000},
                tables={"standard": table},
                references={("prev", "paid"): Decimal(1)},
            ),
            Decimal(829),
        )
        formula = parse(source)
        self.assertEqual(formula.names, ("paid",))
        self.assertEqual(formula.tables, ("standard",))
        self.assertEqual(formula.references, (("prev", "paid"),))

    def test_i3_errors_are_values(self):
        cases = (
            ("1 / 0", {}, "division_by_zero"),
            ("0 / 0", {}, "division_by_zero"),
            ("missing + 1", {}, "unknown_name"),
            ("prev(missing)", {}, "unknown_reference"),
            ("tier(missing, 1)", {}, "unknown_table"),
            ("round(1, 0.5)", {}, "bad_places"),
            ("round(1, 99)", {}, "bad_places"),
            ("clamp(1, 3, 2)", {}, "bad_bounds"),
            ("round(" + "9" * 28 + ", 9)", {}, "not_a_number"),
        )
        for source, values, code in cases:
            with self.subTest(source=source):
                result = self._value(source, values)
                self.assertIsInstance(result, Problem)
                self.assertEqual(result.code, code)
        huge = " * ".join(["9" * 28] * 40)
        self.assertEqual(self._value(huge).code, "overflow")

    def test_i3_records_cannot_enter_the_scope(self):
        result = evaluate(parse("line + 1"), Scope({"line": object()}))
        self.assertEqual(result.code, "unknown_name")

    def test_i3_limits_before_recursion(self):
        self.assertEqual(self._refused("1 + " * 600 + "1").code, "too_long")
        self.assertEqual(self._refused("1+" * 600 + "1").code, "too_deep")
        self.assertEqual(self._refused("(" * 41 + "1" + ")" * 41).code, "too_deep")
        self.assertEqual(self._refused("-" * 1500 + "1").code, "too_deep")
        self.assertEqual(self._refused("not " * 400 + "1").code, "too_deep")
        wide = "min(" + ",".join(["1"] * 501) + ")"
        self.assertEqual(self._refused(wide).code, "too_many_nodes")
        self.assertEqual(self._value("(" * 39 + "1" + ")" * 39), Decimal(1))
        chain = "1 if a else " * 60 + "1"
        self.assertEqual(self._refused(chain).code, "too_deep")

    def test_i3_position_of_a_finding(self):
        problem = self._refused("paid *\n  unknown(3)")
        self.assertEqual((problem.code, problem.position), ("unknown_function", 9))

    def test_i3_names(self):
        for name in ("paid", "Paid2", "paid_amount"):
            self.assertTrue(tokens.is_name(name))
        for name in ("", "min", "2a", "a b", "a__b", "lambda", "if", "prev", "金额"):
            self.assertFalse(tokens.is_name(name), name)


@tagged("post_install", "-at_install")
class TestFormulaOrder(BaseCase):
    """I3: nested formulas are put in order, cycles refused with their path."""

    def test_i3_topological_order(self):
        formulas = {"c": parse("a + b"), "b": parse("a"), "a": parse("paid")}
        self.assertEqual(order(formulas), ("a", "b", "c"))

    def test_i3_cycle_names_its_path(self):
        formulas = {
            "a": parse("b"),
            "b": parse("c + 1"),
            "c": parse("a"),
            "d": parse("a"),
        }
        with self.assertRaises(FormulaError) as caught:
            order(formulas)
        problem = caught.exception.problem
        self.assertEqual((problem.code, problem.detail), ("cycle", "a -> b -> c -> a"))

    def test_i3_a_formula_of_itself_is_a_cycle(self):
        with self.assertRaises(FormulaError) as caught:
            order({"a": parse("a + 1")})
        self.assertEqual(caught.exception.problem.detail, "a -> a")

    def test_i3_earlier_periods_make_no_cycle(self):
        self.assertEqual(order({"a": parse("prev(a) + 1")}), ("a",))

    def test_i3_a_long_chain_needs_no_recursion(self):
        formulas = {f"f{i}": parse(f"f{i + 1}") for i in range(5000)}
        formulas["f5000"] = parse("1")
        self.assertEqual(order(formulas)[0], "f5000")
