"""Validation and E.164, by the library phonenumbers."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

from .cleaning import LENGTH_LIMIT, parts, text, unlabelled
from .number import Number, NumberError

# A number is read several times on its way from a file or a form to its row.
CACHED = 4096
_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.VOIP: "voip",
}
_LENGTHS = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}
_FOREIGN = re.compile(r"[^0-9+()./\s-]")
_TAIL = re.compile(r"^(.*\d{5,})-(\d{1,5})$")
_AREA = re.compile(r"^(\(?0\d{2,3}\)?[\s-]*)\d")


def normalise(raw, region=None):
    """One number out of a cell that holds one.

    :param raw: text, int or float as a spreadsheet gives it
    :param region: ISO code of the country of numbers written without one
    :raises NumberError: with a reason of ``number.REASONS``

    >>> str(normalise("０５７１－８８８８ ６６６６ 转 12", "CN"))
    '+8657188886666 x12'
    >>> normalise(13812345678.0, "CN").kind
    'mobile'
    """
    plain = text(raw)
    if len(plain) > LENGTH_LIMIT:
        raise NumberError("too_long", plain[:40])
    return _one(plain.replace(";ext=", " x"), region)


def read_cell(raw, region=None):
    """Every number of a cell that may hold several; errors come as values.

    A part without area code takes the one of the part before it.

    :return: tuple of Number and NumberError, in the order of the cell; equal
        numbers once; empty for an empty cell

    >>> [str(n) for n in read_cell("0571-88886666/88887777；138 1234 5678", "CN")]
    ['+8657188886666', '+8657188887777', '+8613812345678']
    """
    try:
        plain = text(raw)
    except NumberError as error:
        return () if error.reason == "empty" else (error,)
    if len(plain) > LENGTH_LIMIT:
        return (NumberError("too_long", plain[:40]),)
    # 030/901820 is one number; two mobiles are too long for one
    if "/" in plain and (whole := _whole_cell(plain, region)):
        return (whole,)
    found = {}
    area = ""
    for part in parts(plain):
        try:
            result = _one_in_area(part, area, region)
        except NumberError as error:
            result = error
        if match := _AREA.match(part):
            area = match[1]
        found.setdefault(result)
    return tuple(found)


def _whole_cell(plain, region):
    try:
        return _one(plain, region)
    except NumberError:
        return None


def _one_in_area(part, area, region):
    try:
        return _one(part, region)
    except NumberError as error:
        if not area or error.reason not in ("too_short", "not_valid"):
            raise
        try:
            return _one(area + part, region)
        except NumberError:
            raise error from None


def _one(plain, region):
    number, extension = unlabelled(plain)
    try:
        return _parse(number, extension, region)
    except NumberError:
        # 0571-88886666-801: the last group is an extension if it is none without it
        match = not extension and _TAIL.match(number)
        if not match:
            raise
        return _parse(match[1], match[2], region)


@lru_cache(CACHED)
def _parse(number, extension, region):
    if not number or not re.search(r"\d", number):
        raise NumberError("letters" if number else "empty", number)
    if _FOREIGN.search(number):
        raise NumberError("letters", number)
    if re.match(r"00[1-9]", number):
        number = "+" + number[2:]
    if not number.lstrip("( ").startswith("+") and not region:
        raise NumberError("no_region", number)
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as error:
        raise NumberError(_parse_reason(error), number) from None
    if not phonenumbers.is_valid_number(parsed):
        length = phonenumbers.is_possible_number_with_reason(parsed)
        raise NumberError(_LENGTHS.get(length, "not_valid"), number)
    return Number(
        e164=phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        region=_region(parsed),
        national=phonenumbers.national_significant_number(parsed),
        kind=_KINDS.get(phonenumbers.number_type(parsed), "other"),
        extension=extension,
    )


def _region(parsed):
    region = phonenumbers.region_code_for_number(parsed)
    return region if region and region != "001" else ""


def _parse_reason(error):
    return {
        phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "no_region",
        phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short",
        phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
        phonenumbers.NumberParseException.TOO_LONG: "too_long",
    }.get(error.error_type, "not_valid")
