"""Opening a PDF as strangers do: by programs that know nothing of the portal."""

import io
import shutil
import subprocess
import warnings
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdf import PdfReader


def pages_of(document: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]


def qr_code_of(document: bytes, folder: Path) -> str:
    """What the QR code on the first page says; empty, with a visible warning, where the machine
    has no program that draws a PDF."""
    program = shutil.which("pdftoppm")
    if program is None:
        warnings.warn(
            "The QR code was not read: there is no pdftoppm (poppler-utils).", stacklevel=2
        )
        return ""
    source = folder / "certificate.pdf"
    source.write_bytes(document)
    command = [program, "-r", "150", "-png", "-singlefile", source, folder / "certificate"]
    subprocess.run(command, check=True, timeout=30)
    with Image.open(folder / "certificate.png") as picture:
        (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)
