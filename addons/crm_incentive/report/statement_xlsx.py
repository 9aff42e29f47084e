"""A statement as a workbook: plain rows in, bytes out."""

import io
from dataclasses import dataclass

import xlsxwriter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Sheet:
    """A sheet of a header line and rows; ``formats`` names each column's format: text,
    money, rate or date; ``widths`` are in characters."""

    name: str
    header: tuple[str, ...]
    formats: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple, ...]


def workbook(sheets, decimals=2):
    """Bytes of an xlsx file with ``sheets``; texts are never taken for formulas."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    places = "." + "0" * decimals if decimals else ""
    formats = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "money": book.add_format({"num_format": f"#,##0{places}", "valign": "top"}),
        "rate": book.add_format({"num_format": "0.000000", "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
    }
    bold = book.add_format({"bold": True, "bottom": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        page.freeze_panes(1, 0)
        for column, width in enumerate(sheet.widths):
            page.set_column(column, column, width)
        page.write_row(0, 0, sheet.header, bold)
        for line, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                _write(page, line, column, value, sheet.formats[column], formats)
    book.close()
    return buffer.getvalue()


def _write(page, line, column, value, kind, formats):
    if value in (None, False, ""):
        page.write_blank(line, column, None, formats[kind])
    elif kind == "date":
        page.write_datetime(line, column, value, formats[kind])
    elif isinstance(value, (int, float)):
        page.write_number(line, column, value, formats[kind])
    else:
        page.write_string(line, column, str(value), formats["text"])
