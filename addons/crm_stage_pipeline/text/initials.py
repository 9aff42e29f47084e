"""Mnemonic code (助记码): first letters of a Chinese name."""

import unicodedata

from pypinyin import Style, lazy_pinyin

LENGTH_LIMIT = 64


def pinyin_initials(name):
    """First letter of every Chinese character; Latin letters and digits stay.

    >>> pinyin_initials("临江办公用品"), pinyin_initials("ABC 贸易 2 部")
    ('ljbgyp', 'abcmy2b')
    """
    plain = unicodedata.normalize("NFKC", (name or "")[:LENGTH_LIMIT]).casefold()
    letters = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER, errors="default"))
    return "".join(char for char in letters if char.isascii() and char.isalnum())
