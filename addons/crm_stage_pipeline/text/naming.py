"""The key of a customer's name."""

import unicodedata
from functools import lru_cache

from .legal_forms import LEADING, TRAILING, UNITS, WORDS

# A name of 10,000 characters is no name; the bound keeps the key indexable.
LENGTH_LIMIT = 300
# An import asks for the key of a name a dozen times while its batch lasts.
CACHED = 4096


@lru_cache(CACHED)
def name_key(name):
    """Letters and digits of a name, without width, case, spaces, signs, legal form.

    Two customers whose names have the same key count as duplicates. The key of a
    key is the key itself. Empty for a name without any letter or digit.

    >>> name_key("临江办公用品（杭州）有限公司") == name_key(" 临江办公用品(杭州) ")
    True
    >>> name_key("ＡＣＭＥ Trading Co., Ltd."), name_key("Disco Ltd")
    ('acmetrading', 'disco')
    """
    key = (name or "")[:LENGTH_LIMIT]
    for _round in range(10):
        following = _fold(key)
        if following == key:
            break
        key = following
    return key


def _fold(name):
    words = _words(unicodedata.normalize("NFKC", name.casefold()).casefold())
    while len(words) > 1 and words[-1] in WORDS:
        words.pop()
    joined = "".join(words)
    shorter = _without_form(joined)
    # "Foo Inc 有限公司": words again once the Chinese form is gone
    if shorter != joined and len(words) > 1:
        rest = len(shorter)
        kept = []
        for word in words:
            if rest <= 0:
                break
            kept.append(word[:rest])
            rest -= len(word)
        while len(kept) > 1 and kept[-1] in WORDS:
            kept.pop()
        shorter = "".join(kept)
    return shorter


def _words(name):
    """Runs of letters, marks and digits; dots and apostrophes join (S.R.L.)."""
    chars = []
    for char in name:
        category = unicodedata.category(char)
        if category[0] in "LMN":
            chars.append(char)
        elif char not in ".'’·" and category != "Cf":
            chars.append(" ")
    return "".join(chars).split()


def _without_form(joined):
    changed = True
    while changed:
        changed = False
        for form in TRAILING:
            rest = joined[: -len(form)]
            unit = form == "公司" and rest.endswith(UNITS)
            if rest and joined.endswith(form) and not unit:
                joined, changed = rest, True
        for form in LEADING:
            if joined.startswith(form) and len(joined) > len(form):
                joined, changed = joined[len(form) :], True
    return joined
