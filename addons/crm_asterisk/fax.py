"""Pages between PDF and the TIFF that Asterisk sends and receives: Ghostscript and
libtiff; cover sheets by wkhtmltopdf, seals by pypdf; in the connector's process, never
in a web worker."""

import io
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from odoo.tools.pdf import PdfFileReader, PdfFileWriter

TIMEOUT_S = 60
# Group 4, the lines of a fax, white margins kept: what every machine understands
_TO_TIFF = (
    "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffg4",
    "-r204x196", "-g1728x2292", "-dPDFFitPage",
)  # fmt: skip


# a page of the cover sheet, without anything read from network or disk
_TO_PDF = (
    "wkhtmltopdf", "--quiet", "--disable-javascript", "--disable-local-file-access",
    "--encoding", "utf-8", "--page-size", "A4",
)  # fmt: skip
# size of a seal and its distance from the paper's edge, points (72 an inch)
SEAL, EDGE = 120.0, 48.0


class FaxError(Exception):
    """A document that cannot be faxed; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What makes the pages of a fax: the document, before it the cover sheet, and on
    the document's last page a seal or signature."""

    pdf: bytes
    cover: str = ""
    seal: bytes = b""
    corner: str = "bottom_right"


def paper_to_tiff(paper: Paper, target: Path) -> None:
    """Write all pages for Asterisk's SendFAX. Raises FaxError or OSError."""
    pdf = sealed(paper.pdf, paper.seal, paper.corner) if paper.seal else paper.pdf
    pdfs = [html_to_pdf(paper.cover), pdf] if paper.cover else [pdf]
    pdf_to_tiff(pdfs, target)


def html_to_pdf(html: str) -> bytes:
    """A cover sheet. Raises FaxError or OSError."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "cover.html"), Path(folder, "cover.pdf")
        source.write_text(html, encoding="utf-8")
        _run(*_TO_PDF, str(source), str(target))
        return target.read_bytes()


def sealed(pdf: bytes, seal: bytes, corner: str) -> bytes:
    """The document with the picture on its last page. Raises FaxError."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        writer = PdfFileWriter()
        pages = [reader.getPage(number) for number in range(reader.getNumPages())]
        last = pages[-1]
        box = last.mediaBox
        width, height = float(box.getWidth()), float(box.getHeight())
        layer = io.BytesIO()
        drawing = canvas.Canvas(layer, pagesize=(width, height))
        vertical, _line, horizontal = corner.partition("_")
        drawing.drawImage(
            ImageReader(io.BytesIO(seal)),
            EDGE if horizontal == "left" else width - EDGE - SEAL,
            EDGE if vertical == "bottom" else height - EDGE - SEAL,
            SEAL,
            SEAL,
            mask="auto",
            preserveAspectRatio=True,
        )
        drawing.save()
        last.mergePage(PdfFileReader(io.BytesIO(layer.getvalue())).getPage(0))
        for page in pages:
            writer.addPage(page)
        out = io.BytesIO()
        writer.write(out)
    except Exception as error:  # whatever the libraries find wrong in a document
        raise FaxError(f"the seal does not go on the document: {error}") from error
    return out.getvalue()


def pdf_to_tiff(pdfs: list[bytes], target: Path) -> None:
    """Write the pages of all documents, one after the other. Raises FaxError or
    OSError."""
    with tempfile.TemporaryDirectory() as folder:
        sources = [Path(folder, f"fax{n}.pdf") for n, _pdf in enumerate(pdfs)]
        for source, pdf in zip(sources, pdfs, strict=True):
            source.write_bytes(pdf)
        _run(*_TO_TIFF, f"-sOutputFile={target}", *map(str, sources))
    if not target.is_file() or not target.stat().st_size:
        raise FaxError("Ghostscript made no page of the document")


def tiff_to_pdf(source: Path) -> bytes:
    """The pages that ReceiveFAX wrote. Raises FaxError or OSError."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "fax.pdf")
        _run("tiff2pdf", "-o", str(target), str(source))
        return target.read_bytes()


def _run(*words: str) -> None:
    try:
        done = subprocess.run(
            words, check=False, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except FileNotFoundError as error:
        raise FaxError(f"{words[0]} is not installed on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise FaxError(f"{words[0]} took longer than {TIMEOUT_S} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason"]
        raise FaxError(f"{words[0]}: {said[0]}")
