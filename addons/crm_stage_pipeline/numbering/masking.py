"""How a number is shown to people who may not read it."""

import re
import unicodedata

MASK = "****"
# A number of so many digits shows its beginning and its end, a shorter one its end.
LONG = 11
SHORT = 7
HEAD = 3
TAIL = 4
SHORT_TAIL = 2


def mask(text: str) -> str:
    """The form in which a hidden number is shown: at least four digits are missing.

    >>> mask("138 1234 5678")
    '138****5678'
    >>> mask("+86 138-1234-5678")
    '+861****5678'
    >>> mask("65432109")
    '****09'
    >>> mask("110")
    '****'
    """
    plain = unicodedata.normalize("NFKC", str(text))
    figures = "".join(re.findall(r"\d", plain))
    plus = "+" if plain.strip().startswith("+") else ""
    if len(figures) >= LONG:
        return f"{plus}{figures[:HEAD]}{MASK}{figures[-TAIL:]}"
    if len(figures) >= SHORT:
        return f"{MASK}{figures[-SHORT_TAIL:]}"
    return MASK


def is_masked(text: str) -> bool:
    """Whether a text is a masked number and no number.

    >>> is_masked("138****5678"), is_masked("138 1234 5678")
    (True, False)
    """
    return MASK in str(text)
