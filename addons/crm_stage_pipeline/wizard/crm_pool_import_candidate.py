"""A row of the file on its way to becoming a customer; plain values, no records."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from ..numbering import NumberError, read_cell
from ..spreadsheet.values import read_value
from ..text import name_key

NAME_LIMIT = 300
NUMBER_FIELDS = {
    "phone": "phone",
    "mobile": "mobile",
    "fax": "fax",
    "home_phone": "home",
    "finance_phone": "finance",
}
# Kinds under which a further number of the same cell may go.
SPARE_KINDS = ("phone", "mobile")


@dataclass
class Candidate:
    """What a row says, read and judged by itself.

    :param row_id: id of crm.pool.import.row
    :param values: field of the import → text, or date or amount
    :param numbers: list of (kind, text to store, E.164 or None)
    :param reason: code of the refusal, empty for a good row
    """

    row_id: int
    values: dict = field(default_factory=dict)
    numbers: list = field(default_factory=list)
    reason: str = ""
    message: str = ""
    same_name: bool = False
    customer_id: int | None = None

    @property
    def name(self):
        return self.values.get("name", "")

    @property
    def key(self):
        return name_key(self.name)

    @property
    def phone_keys(self):
        """Numbers that tell customers apart."""
        return [
            e164
            for kind, _text, e164 in self.numbers
            if e164 and kind in ("phone", "mobile", "home")
        ]

    @cached_property
    def digest(self):
        """Of a row that was read whole; equal for rows of the same name and numbers."""
        parts = [self.key, *sorted(e164 or text for _k, text, e164 in self.numbers)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def reject(self, reason, message=""):
        """Refuse; the first reason stays."""
        if not self.reason:
            self.reason, self.message = reason, message


def read_candidate(row_id, cells, columns, region, keep_invalid=False):
    """Judge one row by itself.

    :param cells: values as stored: None, text, int, float or {"formula": text}
    :param columns: list of (index, field, required), which is the header of a column
        that must have a value, else empty
    :param region: ISO code for numbers without country
    :param keep_invalid: keep texts that are no number
    """
    candidate = Candidate(row_id)
    errors = []
    for index, name, required in columns:
        value = cells[index] if index < len(cells) else None
        if isinstance(value, dict):
            _judge_formula(candidate, name, value["formula"], errors)
            continue
        text = _text(value)
        if name in NUMBER_FIELDS:
            _read_numbers(candidate, NUMBER_FIELDS[name], value, region, errors)
        elif text and name not in candidate.values:
            _read_value(candidate, name, text)
        if required and not text:
            reason = "missing_name" if name == "name" else "missing_field"
            candidate.reject(reason, required if name != "name" else "")
    _judge_name(candidate)
    if errors and keep_invalid:
        candidate.numbers += [(kind, text, None) for kind, text, _reason in errors]
    elif errors and not any(e164 for _kind, _text, e164 in candidate.numbers):
        candidate.reject("invalid_number", errors[0][1])
    elif errors:
        candidate.message = ", ".join(text for _kind, text, _reason in errors)
    return candidate


def _read_value(candidate, name, text):
    try:
        candidate.values[name] = read_value(name, text)
    except ValueError:
        candidate.reject("invalid_value", text[:200])


def _judge_formula(candidate, name, formula, errors):
    if name == "name":
        candidate.reject("missing_name", formula)
    elif name in NUMBER_FIELDS:
        errors.append((NUMBER_FIELDS[name], formula, "letters"))
    else:
        candidate.reject("formula", formula)


def _judge_name(candidate):
    if not candidate.key:
        candidate.reject("missing_name")
    elif len(candidate.name) > NAME_LIMIT:
        candidate.reject("name_too_long")


def _read_numbers(candidate, kind, value, region, errors):
    """The first number of a cell has the column's kind, the others what is free."""
    known = {e164 for _kind, _text, e164 in candidate.numbers}
    taken = {other for other, _text, _e164 in candidate.numbers}
    for result in read_cell(value, region):
        if isinstance(result, NumberError):
            errors.append((kind, _text(value) or "", result.reason))
        elif result.e164 not in known:
            known.add(result.e164)
            free = kind if kind not in taken else _spare_kind(result, taken)
            taken.add(free)
            candidate.numbers.append((free, result.international, result.e164))


def _spare_kind(number, taken):
    kind = "mobile" if number.kind == "mobile" else "phone"
    return kind if kind in SPARE_KINDS and kind not in taken else "other"


def _text(value):
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())
