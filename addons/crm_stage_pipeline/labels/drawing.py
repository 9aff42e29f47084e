"""Draws texts on paper whose size and grid somebody has defined."""

import io
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

# Every reader of PDF has it, for Chinese and Latin letters alike; none is embedded.
FONT = "STSong-Light"
LINE = 1.25  # height of a line, of the letter's size
POINT = 25.4 / 72  # mm


@dataclass(frozen=True)
class Sheet:
    """Paper and grid, in mm; an envelope is a grid of one."""

    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    pitch_x: float = 0
    pitch_y: float = 0

    def place(self, number: int) -> tuple[int, float, float]:
        """Page, and left upper corner in mm, of the field of this number.

        >>> sheet = Sheet(210, 297, 3, 8, 5, 10, 70, 35)
        >>> sheet.place(0), sheet.place(4), sheet.place(24)
        ((0, 5, 10), (0, 75, 45), (1, 5, 10))
        """
        page, rest = divmod(number, self.columns * self.rows)
        row, column = divmod(rest, self.columns)
        return page, self.left + column * self.pitch_x, self.top + row * self.pitch_y


@dataclass(frozen=True)
class Text:
    """A text in its field: place in mm, size in points, room for broken lines in mm,
    distance between letters in mm (boxes of postcodes).
    """

    text: str
    x: float
    y: float
    size: float = 11
    width: float = 0
    spacing: float = 0


def broken(text: Text) -> list[str]:
    """The lines of a text in its width; without one it is a single line.

    >>> broken(Text("abc", 0, 0)), broken(Text("", 0, 0))
    (['abc'], [])
    """
    _register()
    lines = []
    for part in text.text.splitlines():
        line = ""
        for word in _words(part):
            longer = line + word
            wide = pdfmetrics.stringWidth(longer.strip(), FONT, text.size) * POINT
            if text.width and line.strip() and wide > text.width:
                lines.append(line.strip())
                line = word
            else:
                line = longer
        if line.strip():
            lines.append(line.strip())
    return lines


def draw(sheet: Sheet, fields: list[list[Text]]) -> bytes:
    """A PDF with a field for each list of texts, in the order of the grid."""
    _register()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(sheet.width * mm, sheet.height * mm))
    current = 0
    for number, texts in enumerate(fields):
        page, left, top = sheet.place(number)
        if page != current:
            canvas.showPage()
            current = page
        for text in texts:
            _write(canvas, sheet, text, left, top)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _write(canvas, sheet, text, left, top):
    for index, line in enumerate(broken(text)):
        drop = text.size * POINT * (1 + LINE * index)
        at = canvas.beginText(
            (left + text.x) * mm, (sheet.height - top - text.y - drop) * mm
        )
        at.setFont(FONT, text.size)
        at.setCharSpace(text.spacing * mm)
        at.textOut(line)
        canvas.drawText(at)


def _words(text):
    """Latin words with their space, other letters one by one."""
    word = ""
    for letter in text:
        if letter.isspace():
            yield word + letter
            word = ""
        elif letter.isascii():
            word += letter
        else:
            if word:
                yield word
                word = ""
            yield letter
    if word:
        yield word


def _register():
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
