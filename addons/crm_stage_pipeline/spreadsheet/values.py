"""Cells that are more than text: dates, amounts, a person's sex."""

import re
import unicodedata
from datetime import date, timedelta

_EXCEL_EPOCH = date(1899, 12, 30)
_DATE = re.compile(r"^(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?([T ].*)?$")
_PLAIN_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL = re.compile(r"^\d{4,5}$")
_GENDERS = {
    "male": ("male", "m", "man", "mr", "男", "男性", "先生"),
    "female": ("female", "f", "woman", "ms", "mrs", "女", "女性", "女士", "小姐"),
}


def read_date(text):
    """A day, as people and Excel write it.

    >>> read_date("1985年3月12日") == read_date("1985/3/12") == read_date("31118")
    True

    :raises ValueError: for what is no day
    """
    plain = _plain(text)
    match = _DATE.match(plain) or _PLAIN_DATE.match(plain)
    if match:
        year, month, day = (int(part) for part in match.groups()[:3])
        return date(year, month, day)
    if _SERIAL.match(plain):
        return _EXCEL_EPOCH + timedelta(days=int(plain))
    raise ValueError(text)


def read_amount(text):
    """An amount of money; signs of currencies and thousands do not count.

    >>> read_amount("¥ 50,000.00"), read_amount("2万")
    (50000.0, 20000.0)

    :raises ValueError: for what is no number, or below zero
    """
    plain = re.sub(r"[,\s¥$€元圆]", "", _plain(text))
    factor = 1
    if plain.endswith("万"):
        plain, factor = plain[:-1], 10_000
    if not re.fullmatch(r"\d+(\.\d+)?", plain):
        raise ValueError(text)
    return float(plain) * factor


def read_gender(text):
    """male or female.

    :raises ValueError: for another word
    """
    plain = _plain(text).casefold().rstrip(".")
    for gender, words in _GENDERS.items():
        if plain in words:
            return gender
    raise ValueError(text)


READERS = {
    "birthday": read_date,
    "registered_on": read_date,
    "credit_limit": read_amount,
    "gender": read_gender,
}


def read_value(name, text):
    """The value of a cell for a field of the import; text where no reader is named.

    :raises ValueError: when the field's reader refuses the text
    """
    reader = READERS.get(name)
    return reader(text) if reader else text


def _plain(text):
    return unicodedata.normalize("NFKC", str(text)).strip()
