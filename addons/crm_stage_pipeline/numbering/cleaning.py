"""From what a spreadsheet holds to plain ASCII text, and from a cell to its parts."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from .number import NumberError

# Beyond this a float no longer tells neighbouring whole numbers apart.
FLOAT_LIMIT = 2**53
# Longer texts are no cell with numbers; the bound keeps the patterns linear.
LENGTH_LIMIT = 200

_SCIENTIFIC = re.compile(r"^\+?(\d+(?:\.(\d+))?)[eE]\+?(\d{1,2})$")
_WHOLE_FLOAT = re.compile(r"^(\+?\d+)\.0+$")
_LABEL = re.compile(
    r"^(?:tel(?:ephone)?|phone|mobile|mob|cell|fax|office|home"
    r"|电话|電話|手机|手機|传真|傳真|座机|固话|联系电话|移动电话|办公电话)"
    r"\s*[.:]?\s*",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\([^()0-9+]*\)")
_DASHES = re.compile(r"[‐-―−﹘﹣~_]")
_BRACKETS = str.maketrans("【】[]", "()()")
_EXTENSION = re.compile(
    r"\s*(?:;\s*ext=|转|轉|分机号?|分機號?|extension|extn|ext|x|#)\s*[.:]?\s*(\d{1,7})$",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[/;、,|\n\r]+|\s(?:或|or|和|and)\s")


def text(raw):
    """Any cell value as plain text with ASCII digits, spaces trimmed.

    Whole floats lose their ``.0``; a number in scientific notation is written out
    when all its digits are there.

    :raises NumberError: empty, not_exact

    >>> text(13812345678.0), text("１３８－１２３４ ５６７８"), text("1.3812345678E+10")
    ('13812345678', '138-1234 5678', '13812345678')
    """
    if raw is None or isinstance(raw, bool):
        raise NumberError("empty")
    if isinstance(raw, (int, float, Decimal)):
        return _whole(raw)
    folded = _fold(str(raw)[: LENGTH_LIMIT + 1])
    if not folded:
        raise NumberError("empty", str(raw))
    if match := _SCIENTIFIC.match(folded):
        return _written_out(match, raw)
    if match := _WHOLE_FLOAT.match(folded):
        return match[1]
    return folded


def digits(raw):
    """The ASCII digits of any text or number, for comparing and searching.

    >>> digits("(0571) 8888－６６６６")
    '057188886666'
    """
    try:
        return "".join(char for char in text(raw) if char in "0123456789")
    except NumberError:
        return ""


def parts(plain):
    """Cut the text of a cell into the numbers it holds, as written.

    >>> parts("13812345678/0571-88886666 转12、13900001111")
    ('13812345678', '0571-88886666 转12', '13900001111')
    """
    plain = re.sub(r";\s*ext=", " x", plain)
    found = [part.strip() for part in _SEPARATORS.split(plain) if part.strip()]
    result = []
    for part in found:
        words = part.split()
        if len(words) > 1 and all(_long(word) for word in words):
            result.extend(words)
        else:
            result.append(part)
    return tuple(result)


def unlabelled(part):
    """Without a leading "Tel:" or "手机", bracketed remarks, and apart its extension.

    :return: (number, extension)

    >>> unlabelled("电话: 0571-88886666 转 801 (总机)")
    ('0571-88886666', '801')
    """
    part = _REMARK.sub("", part).strip()
    part = _LABEL.sub("", part)
    match = _EXTENSION.search(part)
    if match and match.start() > 0:
        return part[: match.start()].strip(), match[1]
    return part, ""


def _fold(value):
    value = unicodedata.normalize("NFKC", value)
    chars = []
    for char in value:
        category = unicodedata.category(char)
        if category == "Nd":
            char = str(unicodedata.decimal(char))
        elif category in ("Cf", "Cc") and char not in "\n\r\t":
            continue
        elif category == "Zs" or char == "\t":
            char = " "
        chars.append(char)
    value = _DASHES.sub("-", "".join(chars)).strip().lstrip("'’`").strip()
    return value.translate(_BRACKETS)


def _whole(raw):
    try:
        value = Decimal(raw)
        whole = value == value.to_integral_value()
    except InvalidOperation:
        whole = False
    if not whole or abs(value) >= FLOAT_LIMIT or value < 0:
        raise NumberError("not_exact", str(raw))
    return str(int(value))


def _written_out(match, raw):
    exponent = int(match[3])
    fraction = len(match[2] or "")
    if fraction < exponent or exponent > 15:
        raise NumberError("not_exact", str(raw))
    return _whole(Decimal(match[1]).scaleb(exponent))


def _long(word):
    count = sum(char in "0123456789" for char in word)
    return count >= 7 and not _EXTENSION.match(word)
