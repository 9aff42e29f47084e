"""Pages between PDF and the TIFF that Asterisk sends and receives: Ghostscript and
libtiff, in the connector's process, never in a web worker."""

import subprocess
import tempfile
from pathlib import Path

TIMEOUT_S = 60
# Group 4, the lines of a fax, white margins kept: what every machine understands
_TO_TIFF = (
    "gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffg4",
    "-r204x196", "-g1728x2292", "-dPDFFitPage",
)  # fmt: skip


class FaxError(Exception):
    """A document that cannot be faxed; the sentence says why."""


def pdf_to_tiff(pdf: bytes, target: Path) -> None:
    """Write the pages for Asterisk's SendFAX. Raises FaxError or OSError."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "fax.pdf")
        source.write_bytes(pdf)
        _run(*_TO_TIFF, f"-sOutputFile={target}", str(source))
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
