"""What a file is, told from its bytes: puremagic says what it may be, and a closer look has to agree."""

import os
from typing import BinaryIO, NamedTuple

import puremagic

from prosa.inspection.names import has_ending
from prosa.inspection.office import ole_type, zip_type
from prosa.inspection.texts import charset_of
from prosa.models.errors import UnsupportedTypeError

HEAD_BYTES = 4_096
TAIL_BYTES = 1_024
"""Where readers look for the end of a PDF (ISO 32000-1, annex H.3.4.4)."""
ZIP_END = b"PK\x05\x06"

IMAGES = {
    ".png": "image/png",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
PAGES = {".html", ".svg", ".xml", ".xhtml"}


class Told(NamedTuple):
    """The type, and of a text its encoding."""

    type: str
    charset: str = ""


def type_of(file: BinaryIO, name: str) -> Told:
    """The type of a file that may be sent. Raises ``UnsupportedTypeError``.

    The name counts only where nothing else can tell: any program and any page is a text, too, and so a text
    has to be called ``.txt``. Images are still to be drawn: ``images.py``.
    """
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not size_bytes:
        raise UnsupportedTypeError
    endings = _candidates(head)
    if endings & PAGES:
        raise UnsupportedTypeError
    for ending, kind in IMAGES.items():
        if ending in endings:
            return Told(kind)
    if ".pdf" in endings:
        return Told(_pdf_type(file, size_bytes))
    if ".zip" in endings:
        return Told(zip_type(file))
    if ".doc" in endings:
        return Told(ole_type(file, size_bytes))
    charset = charset_of(file) if has_ending(name, "text/plain") else None
    if charset is None:
        raise UnsupportedTypeError
    return Told("text/plain", charset)


def _candidates(head: bytes) -> set[str]:
    """The endings of all that begins so; what is only found further on in the file does not count."""
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return set()
    is_riff = head.startswith(b"RIFF")
    return {
        match.extension for match in found if match.offset == 0 or (is_riff and match.extension == ".webp")
    }


def _pdf_type(file: BinaryIO, size_bytes: int) -> str:
    """One that ends as one, and is not a zip as well."""
    file.seek(max(0, size_bytes - TAIL_BYTES))
    tail = file.read(TAIL_BYTES)
    file.seek(0)
    if b"%%EOF" not in tail or ZIP_END in tail:
        raise UnsupportedTypeError
    return "application/pdf"
