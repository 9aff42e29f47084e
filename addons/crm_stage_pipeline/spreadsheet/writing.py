"""The file of refused rows, to be corrected and loaded again."""

import io

import xlsxwriter

from .reading import Formula


def write_rejects(header, rows, reason_label):
    """An xlsx file with the original columns and the reason behind them.

    Text is written as text: what begins with = + - @ never becomes a formula.

    :param header: texts of the original columns
    :param rows: iterable of (values, reason)
    :return: bytes
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "in_memory": True,
        },
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for column, label in enumerate([*header, reason_label]):
        sheet.write_string(0, column, str(label), bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header), 18)
    for line, (values, reason) in enumerate(rows, start=1):
        for column, value in enumerate(values):
            _write(sheet, line, column, value)
        sheet.write_string(line, len(header), reason or "")
    book.close()
    return stream.getvalue()


def _write(sheet, line, column, value):
    if value is None:
        return
    if isinstance(value, Formula):
        value = value.text
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, str(value)[:32_000])
