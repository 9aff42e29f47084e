"""CJK text as overlapping bigrams, other text as words, in PostgreSQL's own form.

PostgreSQL's parsers make a whole Chinese clause one token, and trigrams miss words
of two characters. Here every CJK character starts a bigram (the last one of a run
stands alone), so each character has one position and a word is a phrase of bigrams.
Text is folded by NFKC (full width, compatibility forms) and case. The results are
literals for ``::tsvector`` and ``::tsquery``: no parser or locale of the server
takes part.
"""

import re
import unicodedata
from collections.abc import Iterable

_CJK = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN = re.compile(f"(?P<cjk>[{_CJK}]+)|[^\\W_{_CJK}]+")
_MAX_POSITION = 16383  # of PostgreSQL
_MAX_LEXEME = 200  # characters; PostgreSQL takes 2046 bytes
_FIELD_GAP = 10  # no phrase spans two fields


def tokens(text: str) -> list[str]:
    """The lexemes of ``text`` in order, one per position.

    >>> tokens("ERP系统无法登录")
    ['erp', '系统', '统无', '无法', '法登', '登录', '录']
    >>> tokens("Ｅ－０４ 错")
    ['e', '04', '错']
    """
    found: list[str] = []
    for match in _RUN.finditer(_fold(text)):
        run = match.group()
        if match.group("cjk"):
            found.extend(run[index : index + 2] for index in range(len(run)))
        else:
            found.append(run[:_MAX_LEXEME])
    return found


def vector(fields: Iterable[tuple[str, str]]) -> str:
    """A tsvector literal of (text, weight) pairs, weight in A, B, C, D.

    >>> vector([("打印", "A")])
    "'打印':1A '印':2A"
    """
    positions: dict[str, list[str]] = {}
    position = 0
    for text, weight in fields:
        for token in tokens(text):
            position += 1
            if position > _MAX_POSITION:
                break
            positions.setdefault(token, []).append(f"{position}{weight}")
        position += _FIELD_GAP
    return " ".join(
        f"{_quoted(token)}:{','.join(where[:255])}"
        for token, where in positions.items()
    )


def phrase_query(text: str) -> str:
    """A tsquery literal: every blank-separated part of ``text`` as a phrase.

    Empty when the text holds nothing to look for. A single CJK character and the
    last Latin word of a part match as beginnings.

    >>> phrase_query("无法登录")
    "'无法' <-> '法登' <-> '登录'"
    >>> phrase_query("汇率 print")
    "'汇率' & 'print':*"
    """
    parts = [" <-> ".join(_terms(part)) for part in _fold(text).split()]
    return " & ".join(
        f"({part})" if " <-> " in part and len(parts) > 1 else part
        for part in parts
        if part
    )


def all_query(text: str) -> str:
    """A tsquery literal that wants every lexeme, anywhere."""
    return " & ".join(dict.fromkeys(_terms(text)))


def any_query(text: str) -> str:
    """A tsquery literal that wants one of the lexemes."""
    return " | ".join(dict.fromkeys(_terms(text)))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text or "").casefold()


def _terms(text: str) -> list[str]:
    terms: list[str] = []
    for match in _RUN.finditer(_fold(text)):
        run = match.group()
        if not match.group("cjk"):
            terms.append(f"{_quoted(run[:_MAX_LEXEME])}:*")
        elif len(run) == 1:
            terms.append(f"{_quoted(run)}:*")
        else:
            terms.extend(
                _quoted(run[index : index + 2]) for index in range(len(run) - 1)
            )
    return terms


def _quoted(token: str) -> str:
    return f"'{token}'"
