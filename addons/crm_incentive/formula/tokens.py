"""The words of the language: what a source text may consist of, checked before parsing.

Nothing of Python's own parser runs before this gate: text of any other alphabet,
strings, attributes, subscripts, powers, assignments and deep nesting end here.
"""

import re
from dataclasses import dataclass

from .errors import FormulaError, Problem

MAX_CHARS = 2000
MAX_NODES = 500
MAX_DEPTH = 40
MAX_DIGITS = 28

#: function -> (fewest, most) arguments; None = any number
FUNCTIONS = {
    "min": (1, None),
    "max": (1, None),
    "abs": (1, 1),
    "round": (1, 2),
    "floor": (1, 1),
    "ceil": (1, 1),
    "clamp": (3, 3),
}
#: functions whose first argument is the bare name of a rate table, then a value
TABLE_FUNCTIONS = {"tier": (2, 2), "marginal": (2, 2), "grid": (3, 3)}
#: functions of one bare name of a measure or formula
REFERENCE_FUNCTIONS = {
    "quota": (1, 1),
    "attainment": (1, 1),
    "prev": (1, 1),
    "ytd": (1, 1),
}
ALL_FUNCTIONS = {**FUNCTIONS, **TABLE_FUNCTIONS, **REFERENCE_FUNCTIONS}
KEYWORDS = frozenset({"if", "else", "and", "or", "not"})

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<op><=|>=|==|!=|[-+*/<>(),])"
)
_DOUBLED = re.compile(r"\*\*|//|<<|>>|__")


@dataclass(frozen=True)
class Token:
    """``kind`` is number, name, keyword or op; ``position`` counts characters."""

    kind: str
    text: str
    position: int


def is_name(text):
    """Whether a measure, formula or table may be called so.

    >>> is_name("paid_amount"), is_name("min"), is_name("2nd"), is_name("__class__")
    (True, False, False, False)
    """
    match = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text or "")
    return bool(match) and "__" not in text and text not in ALL_FUNCTIONS | KEYWORD_MAP


#: reserved words of the host language, which cannot be names either
KEYWORD_MAP = dict.fromkeys(
    "and as assert async await break class continue def del elif else except finally "
    "for from global if import in is lambda nonlocal not or pass raise return try "
    "while with yield True False None".split()
)


def tokenize(source):
    """The tokens of ``source``; raises :class:`FormulaError` for anything else.

    Codes: too_long, empty, bad_character, bad_operator, bad_number, too_deep,
    too_many_nodes.
    """
    if len(source) > MAX_CHARS:
        raise FormulaError(Problem("too_long", str(MAX_CHARS)))
    doubled = _DOUBLED.search(source)
    if doubled:
        raise FormulaError(Problem("bad_operator", doubled.group(), doubled.start()))
    tokens = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if not match:
            raise FormulaError(Problem("bad_character", source[position], position))
        if match.lastgroup != "space":
            tokens.append(_token(match))
        position = match.end()
    if not tokens:
        raise FormulaError(Problem("empty"))
    _check_nesting(tokens)
    return tuple(tokens)


def _token(match):
    text, kind = match.group(), match.lastgroup
    if kind == "number" and len(text.replace(".", "")) > MAX_DIGITS:
        raise FormulaError(Problem("bad_number", text, match.start()))
    if kind == "name" and text in KEYWORDS:
        kind = "keyword"
    elif kind == "name" and text in KEYWORD_MAP:
        raise FormulaError(Problem("reserved_word", text, match.start()))
    return Token(kind, text, match.start())


def _check_nesting(tokens):
    """Refuse what would make a recursive parser deep, by counting alone."""
    brackets = prefixes = 0
    deepest = 0
    operand_before = False
    for token in tokens:
        if token.text == "(":
            brackets += 1
        elif token.text == ")":
            brackets -= 1
        prefix = token.text == "not" or (token.text in "+-" and not operand_before)
        prefixes = prefixes + 1 if prefix else 0
        deepest = max(deepest, brackets, prefixes)
        operand_before = token.kind in ("number", "name") or token.text == ")"
        if deepest > MAX_DEPTH:
            raise FormulaError(Problem("too_deep", str(MAX_DEPTH), token.position))
    # every node of the tree needs at least one token of its own, but for brackets
    if len(tokens) > 3 * MAX_NODES:
        raise FormulaError(Problem("too_many_nodes", str(MAX_NODES)))
