"""Formula + values -> Decimal or Problem; and the order in which formulas depend.

Values in scope are Decimals only. Arithmetic has 28 digits; every error is returned as
a value, so that one person's division by zero does not stop the others.
"""

import ast
import decimal
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import FormulaError, Problem
from .tokens import TABLE_FUNCTIONS

_ZERO, _ONE = Decimal(0), Decimal(1)
_MAX_PLACES = 12


def _context():
    traps = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
    return decimal.Context(
        prec=28, rounding=decimal.ROUND_HALF_UP, Emin=-999, Emax=999, traps=traps
    )


@dataclass(frozen=True)
class Scope:
    """What a formula may see.

    ``values``: name -> Decimal. ``references``: (function, name) -> Decimal, for quota,
    attainment, prev and ytd. ``tables``: name -> object with ``rate(x)`` (percent) and
    ``marginal(x)`` (amount), see rating.RateTable, or with ``cell(x, y)``, see
    rating.GridTable.
    """

    values: Mapping = field(default_factory=dict)
    references: Mapping = field(default_factory=dict)
    tables: Mapping = field(default_factory=dict)


def evaluate(formula, scope):
    """The value as Decimal, or a :class:`Problem`.

    Codes: unknown_name, unknown_reference, unknown_table, wrong_table,
    division_by_zero, overflow, not_a_number, bad_places, bad_bounds.

    >>> from .parser import parse
    >>> evaluate(parse("0.1 + 0.2"), Scope())
    Decimal('0.3')
    >>> evaluate(parse("a / b"), Scope({"a": Decimal(1), "b": Decimal(0)})).code
    'division_by_zero'
    """
    try:
        with decimal.localcontext(_context()):
            result = _Evaluation(formula, scope).value(formula.tree)
            return result + _ZERO
    except FormulaError as error:
        return error.problem
    except decimal.DivisionByZero:
        return Problem("division_by_zero")
    except decimal.Overflow:
        return Problem("overflow")
    except decimal.InvalidOperation as error:
        undefined = any(s is decimal.DivisionUndefined for s in error.args[0])
        return Problem("division_by_zero" if undefined else "not_a_number")


def order(formulas):
    """Codes of ``formulas`` (code -> Formula) so that each follows what it uses.

    ``prev`` and ``ytd`` look at earlier periods and make no dependency. Raises
    :class:`FormulaError` cycle with its path.

    >>> from .parser import parse
    >>> order({"a": parse("b + 1"), "b": parse("paid")})
    ('b', 'a')
    """
    done, result = set(), []
    for start in sorted(formulas):
        path, on_path = [], set()
        stack = [(start, None)]
        while stack:
            code, below = stack.pop()
            if below is None:
                if code in done:
                    continue
                if code in on_path:
                    cycle = path[path.index(code) :] + [code]
                    raise FormulaError(Problem("cycle", " -> ".join(cycle)))
                path.append(code)
                on_path.add(code)
                stack.append((code, True))
                uses = _uses(formulas[code])
                stack.extend((c, None) for c in reversed(uses) if c in formulas)
            else:
                path.pop()
                on_path.discard(code)
                done.add(code)
                result.append(code)
    return tuple(result)


def _uses(formula):
    now = {n for f, n in formula.references if f in ("quota", "attainment")}
    return sorted({*formula.names, *now})


class _Evaluation:
    """Walks a checked tree; depth is bounded by the parser."""

    def __init__(self, formula, scope):
        self.numbers = formula.numbers
        self.scope = scope

    def value(self, node):
        return getattr(self, "_" + type(node).__name__.lower())(node)

    def _constant(self, node):
        return self.numbers[id(node)]

    def _name(self, node):
        return self._known(self.scope.values, node.id, "unknown_name", node.id)

    def _unaryop(self, node):
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return _ZERO if value else _ONE
        return -value if isinstance(node.op, ast.USub) else +value

    def _binop(self, node):
        left, right = self.value(node.left), self.value(node.right)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
        return left / right

    def _compare(self, node):
        left = self.value(node.left)
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            if not _COMPARE[type(op)](left, right):
                return _ZERO
            left = right
        return _ONE

    def _boolop(self, node):
        stop = isinstance(node.op, ast.Or)
        value = _ZERO
        for part in node.values:
            value = self.value(part)
            if bool(value) is stop:
                return value
        return value

    def _ifexp(self, node):
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _call(self, node):
        name = node.func.id
        if name in TABLE_FUNCTIONS:
            return self._looked_up(name, node)
        if name in ("quota", "attainment", "prev", "ytd"):
            key = (name, node.args[0].id)
            return self._known(
                self.scope.references, key, "unknown_reference", f"{key[0]}({key[1]})"
            )
        return getattr(self, "_call_" + name)(*(self.value(a) for a in node.args))

    def _looked_up(self, name, node):
        table_name = node.args[0].id
        table = self.scope.tables.get(table_name)
        if table is None:
            raise FormulaError(Problem("unknown_table", table_name))
        method = getattr(table, _LOOKUP[name], None)
        if method is None:
            raise FormulaError(Problem("wrong_table", table_name))
        return method(*(self.value(each) for each in node.args[1:]))

    def _known(self, mapping, key, code, detail):
        value = mapping.get(key)
        if not isinstance(value, Decimal) or not value.is_finite():
            raise FormulaError(Problem(code, detail))
        return value

    @staticmethod
    def _call_min(*values):
        return min(values)

    @staticmethod
    def _call_max(*values):
        return max(values)

    @staticmethod
    def _call_abs(value):
        return abs(value)

    @staticmethod
    def _call_round(value, places=_ZERO):
        if places != places.to_integral_value() or not 0 <= places <= _MAX_PLACES:
            raise FormulaError(Problem("bad_places", str(places)))
        return value.quantize(_ONE.scaleb(-int(places)), decimal.ROUND_HALF_UP)

    @staticmethod
    def _call_floor(value):
        return value.to_integral_value(decimal.ROUND_FLOOR)

    @staticmethod
    def _call_ceil(value):
        return value.to_integral_value(decimal.ROUND_CEILING)

    @staticmethod
    def _call_clamp(value, low, high):
        if low > high:
            raise FormulaError(Problem("bad_bounds", f"{low} > {high}"))
        return max(low, min(high, value))


_LOOKUP = {"tier": "rate", "marginal": "marginal", "grid": "cell"}
_COMPARE = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
