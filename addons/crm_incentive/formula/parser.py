"""Source text -> checked expression tree.

The tree is Python's ``ast`` because its grammar is known to every reader, but only the
nodes listed here are let through, and numbers are read from the source text, never from
Python's floats.
"""

import ast
from dataclasses import dataclass, field
from decimal import Decimal

from .errors import FormulaError, Problem
from .tokens import (
    ALL_FUNCTIONS,
    MAX_DEPTH,
    MAX_NODES,
    REFERENCE_FUNCTIONS,
    TABLE_FUNCTIONS,
    tokenize,
)

_ALLOWED = (
    ast.Expression,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.UnaryOp,
    ast.UAdd,
    ast.USub,
    ast.Not,
    ast.Compare,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.Eq,
    ast.NotEq,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.IfExp,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Call,
)
#: operators and contexts carry no meaning of their own in the count of nodes
_MARKS = (ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)


@dataclass(frozen=True)
class Formula:
    """A formula that passed every check.

    ``names`` are the values it needs, ``tables`` the rate tables, ``references`` pairs
    (function, name) such as ("prev", "paid"). Names are sorted.
    """

    source: str
    names: tuple[str, ...]
    tables: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    tree: ast.expr = field(repr=False, compare=False)
    numbers: dict = field(repr=False, compare=False)


def parse(source):
    """Check and parse ``source``; raises :class:`FormulaError`.

    >>> parse("paid * 0.05 if paid > floor_sales else prev(paid)").names
    ('floor_sales', 'paid')
    """
    tokens = tokenize(source)
    # one line, ASCII, single spaces: a node's column is then its token's place
    columns = {}
    parts = []
    column = 0
    for token in tokens:
        columns[column] = token
        parts.append(token.text)
        column += len(token.text) + 1
    try:
        body = ast.parse(" ".join(parts), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = columns.get((getattr(error, "offset", None) or 0) - 1)
        position = place.position if place else None
        raise FormulaError(
            Problem("syntax", place.text if place else "", position)
        ) from None
    return _Checker(source, columns).run(body)


class _Checker:
    """One iterative walk over the tree: whitelist, limits, names, numbers."""

    def __init__(self, source, columns):
        self.source = source
        self.columns = columns
        self.names = set()
        self.tables = set()
        self.references = set()
        self.numbers = {}
        self.count = 0

    def run(self, body):
        stack = [(body, 1)]
        while stack:
            node, depth = stack.pop()
            if not isinstance(node, _ALLOWED):
                self._refuse("not_allowed", node, type(node).__name__)
            if isinstance(node, _MARKS):
                continue
            self.count += 1
            if self.count > MAX_NODES:
                self._refuse("too_many_nodes", node, str(MAX_NODES))
            if depth > MAX_DEPTH:
                self._refuse("too_deep", node, str(MAX_DEPTH))
            stack.extend((child, depth + 1) for child in self._children(node))
        return Formula(
            source=self.source,
            names=tuple(sorted(self.names)),
            tables=tuple(sorted(self.tables)),
            references=tuple(sorted(self.references)),
            tree=body,
            numbers=self.numbers,
        )

    def _children(self, node):
        """The nodes below that are still to be walked, after checking this one."""
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name):
            if node.id in ALL_FUNCTIONS:
                self._refuse("function_without_call", node, node.id)
            self.names.add(node.id)
            return ()
        if isinstance(node, ast.Constant):
            token = self._token(node)
            if token is None or token.kind != "number":
                self._refuse("not_allowed", node, repr(node.value))
            self.numbers[id(node)] = Decimal(token.text)
            return ()
        return ast.iter_child_nodes(node)

    def _call(self, node):
        if not isinstance(node.func, ast.Name):
            self._refuse("not_allowed", node, "call")
        name = node.func.id
        if name not in ALL_FUNCTIONS:
            self._refuse("unknown_function", node, name)
        fewest, most = ALL_FUNCTIONS[name]
        given = len(node.args)
        if node.keywords or given < fewest or (most is not None and given > most):
            self._refuse("wrong_arguments", node, name)
        if name in TABLE_FUNCTIONS:
            self.tables.add(self._bare_name(node.args[0], name))
            return node.args[1:]
        if name in REFERENCE_FUNCTIONS:
            self.references.add((name, self._bare_name(node.args[0], name)))
            return ()
        return node.args

    def _bare_name(self, node, function):
        if not isinstance(node, ast.Name) or node.id in ALL_FUNCTIONS:
            self._refuse("name_expected", node, function)
        return node.id

    def _token(self, node):
        return self.columns.get(getattr(node, "col_offset", None))

    def _refuse(self, code, node, detail):
        token = self._token(node)
        raise FormulaError(Problem(code, detail, token.position if token else None))
