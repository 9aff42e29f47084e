"""xlsx and csv as rows of plain values, whatever is wrong with the file."""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time

import openpyxl

from .headers import field_for

BYTES_LIMIT = 50 * 1024 * 1024
UNPACKED_LIMIT = 600 * 1024 * 1024
ROWS_LIMIT = 200_000
COLUMNS_LIMIT = 200
CELL_LIMIT = 10_000
# A sheet "with a million rows" mostly has a million empty ones.
EMPTY_ROWS_LIMIT = 1_000
HEADER_SEARCH = 20

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Control signs, and those that turn the direction of writing: a name that only looks
# like another one is the same.
_TURNS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"}
_CONTROLS |= {ord(sign): None for sign in _TURNS}


class SpreadsheetError(ValueError):
    """A file that cannot be read.

    ``reason`` is one of: empty, too_large, too_many_rows, password, not_spreadsheet,
    encoding, no_header.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula for which the file holds no result."""

    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    :param header: texts above the columns, as written
    :param rows: list of (row number as Excel counts, tuple of values); empty rows are
        left out, values are None, text, int, float or Formula
    """

    header: tuple
    rows: list = field(default_factory=list)


def read(content):
    """Read the first sheet of an xlsx file, or a csv file.

    :param content: bytes of the file
    :raises SpreadsheetError:
    """
    if not content or not content.strip(b"\x00 \r\n\t"):
        raise SpreadsheetError("empty")
    if len(content) > BYTES_LIMIT:
        raise SpreadsheetError("too_large")
    if content.startswith(_OLE):
        raise SpreadsheetError("password")
    lines = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    return _table(lines)


def _table(lines):
    """Split into header and rows; lines above the header are titles."""
    head = []
    for number, values in lines:
        head.append((number, values))
        if len(head) == HEADER_SEARCH:
            break
    if not head:
        raise SpreadsheetError("empty")
    known = [
        sum(field_for(value) is not None for value in values if isinstance(value, str))
        for _number, values in head
    ]
    best = known.index(max(known))
    if not known[best]:
        best = next((i for i, (_n, v) in enumerate(head) if _filled(v) > 1), 0)
    header = tuple("" if v is None else str(v).strip() for v in head[best][1])
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise SpreadsheetError("no_header")
    rows = head[best + 1 :]
    for line in lines:
        rows.append(line)
        if len(rows) > ROWS_LIMIT:
            raise SpreadsheetError("too_many_rows")
    width = len(header)
    return Sheet(header, [(number, _padded(values, width)) for number, values in rows])


def _filled(values):
    return sum(value not in (None, "") for value in values)


def _padded(values, width):
    return tuple(values[:width]) + (None,) * (width - len(values))


def _xlsx(content):
    with_formulas = _check_archive(content)
    try:
        values = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        formulas = (
            openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            if with_formulas
            else None
        )
        sheet = values.worksheets[0]
        sheet.reset_dimensions()
        lines = sheet.iter_rows(values_only=True, max_col=COLUMNS_LIMIT)
        if formulas:
            twin = formulas.worksheets[0]
            twin.reset_dimensions()
            lines = _with_formulas(lines, twin.iter_rows(max_col=COLUMNS_LIMIT))
        yield from _nonempty(lines)
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError("not_spreadsheet") from error


def _check_archive(content):
    """Refuse archives that unpack to more than memory holds.

    :return: whether the first sheet may hold formulas
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
                raise SpreadsheetError("too_large")
            sheets = [e for e in entries if e.filename.startswith("xl/worksheets/")]
            if not sheets:
                raise SpreadsheetError("not_spreadsheet")
            return any(_holds(archive, entry, b"<f") for entry in sheets)
    # zipfile's words for an unknown compression (NotImplementedError) and a password
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise SpreadsheetError("not_spreadsheet") from error


def _holds(archive, entry, needle):
    with archive.open(entry) as stream:
        tail = b""
        while block := stream.read(1 << 20):
            if needle in tail + block:
                return True
            tail = block[-len(needle) :]
    return False


def _with_formulas(lines, twins):
    for values, cells in zip(lines, twins, strict=False):
        yield tuple(
            Formula(str(cell.value))
            if cell.data_type == "f" and value in (None, "")
            else value
            for value, cell in zip(values, cells, strict=False)
        )


def _csv(content):
    text = _decoded(content)
    sample = text[:20_000].split("\n", 1)[0]
    delimiter = max(",;\t|", key=sample.count)
    csv.field_size_limit(CELL_LIMIT * 20)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        yield from _nonempty(reader)
    except csv.Error as error:
        raise SpreadsheetError("not_spreadsheet") from error


def _decoded(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise SpreadsheetError("not_spreadsheet")
        return text
    raise SpreadsheetError("encoding")


def _nonempty(lines):
    empty = 0
    for number, values in enumerate(lines, start=1):
        cells = tuple(_plain(value) for value in values)
        if not any(cell is not None for cell in cells):
            empty += 1
            if empty > EMPTY_ROWS_LIMIT:
                return
            continue
        empty = 0
        yield number, cells


def _plain(value):
    """None, text, int, float or Formula; text without control signs."""
    if isinstance(value, Formula) or value is None:
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    text = str(value)[:CELL_LIMIT].translate(_CONTROLS).strip()
    return text or None
