from decimal import Decimal, getcontext
from fractions import Fraction

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..formula import FormulaError, Problem, Scope, evaluate, parse

NAMES = ("paid", "sold", "rate")
QUICK = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck)
)

_numbers = st.decimals(0, 10**6, places=2, allow_nan=False).map(str)
_leaf = st.one_of(_numbers, st.sampled_from(NAMES))


def _deeper(inner):
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda x: f"-{x}"),
        st.tuples(inner, inner).map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(
            lambda t: f"({t[0]} if {t[1]} > 0 else {t[2]})"
        ),
    )


sources = st.recursive(_leaf, _deeper, max_leaves=4)
words = st.lists(
    st.sampled_from(
        [*"+-*/<>(),.", "**", "__", "if", "else", "and", "not", "lambda", "import"]
        + ["min", "tier", "paid", "1", "0.5", "'", "[", "{", ":", "=", "==", "\n"]
        + ["é", "\x00", "()", "for", "in", "self", ".unlink", "1e9", "\\", "@"]
    ),
    max_size=60,
).map(" ".join)


class _Exact:
    """Fraction with the names the generated sources use: the oracle's arithmetic."""

    @staticmethod
    def run(source, values):
        names = {k: Fraction(v) for k, v in values.items()}
        code = parse(source)
        return _walk(code.tree, code.numbers, names)


def _walk(node, numbers, names):
    kind = type(node).__name__
    if kind == "Constant":
        return Fraction(numbers[id(node)])
    if kind == "Name":
        return names[node.id]
    if kind == "UnaryOp":
        return -_walk(node.operand, numbers, names)
    if kind == "IfExp":
        test = _walk(node.test.left, numbers, names) > 0
        return _walk(node.body if test else node.orelse, numbers, names)
    if kind == "Call":
        return min(_walk(a, numbers, names) for a in node.args)
    left, right = _walk(node.left, numbers, names), _walk(node.right, numbers, names)
    operation = type(node.op).__name__
    if operation == "Add":
        return left + right
    return left - right if operation == "Sub" else left * right


@tagged("post_install", "-at_install")
class TestFormulaFuzz(BaseCase):
    """I3: whatever is typed ends in a value or a named problem."""

    @QUICK
    @given(st.one_of(st.text(max_size=2100), words))
    def test_i3_any_text_is_accepted_or_refused(self, source):
        try:
            formula = parse(source)
        except FormulaError as error:
            self.assertTrue(error.problem.code)
            return
        scope = Scope({name: Decimal(2) for name in formula.names})
        self.assertIsInstance(evaluate(formula, scope), (Decimal, Problem))

    @QUICK
    @given(sources, st.lists(st.integers(-10, 10), min_size=3, max_size=3))
    def test_i3_values_agree_with_exact_fractions(self, source, given_values):
        values = dict(zip(NAMES, map(Decimal, given_values), strict=True))
        result = evaluate(parse(source), Scope(values))
        expected = _Exact.run(source, values)
        self.assertLessEqual(
            abs(Fraction(result) - expected), abs(expected) / Fraction(10) ** 24
        )

    def test_i3_the_callers_context_is_left_alone(self):
        before = getcontext().prec
        evaluate(parse("1 / 3"), Scope())
        self.assertEqual(getcontext().prec, before)
