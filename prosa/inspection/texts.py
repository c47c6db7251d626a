"""Whether bytes are a plain text, and in which encoding. Whatever a browser might take for a page is none."""

import codecs
import re
from typing import BinaryIO

BLOCK = 64 * 1024
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
MARKUP = re.compile(
    rb"\s*<(!doctype|html|head|body|script|iframe|style|title|table|svg|\?xml|!--|math|div|p>|a |b>|h1|br)",
    re.IGNORECASE,
)
"""How a page begins (WHATWG MIME Sniffing, 7.1), and an SVG."""
LEGACY = "windows-1252"
"""What an old Notepad in Portuguese writes."""


def charset_of(file: BinaryIO) -> str | None:
    """The encoding of this text; ``None`` where it is no text that may be sent."""
    head = file.read(BLOCK)
    file.seek(0)
    if not head or MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        return None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _is_text(file, "utf-16") and not _is_wide_markup(file) else None
    return next((charset for charset in ("utf-8", LEGACY) if _is_text(file, charset)), None)


def _is_text(file: BinaryIO, charset: str) -> bool:
    """A block at a time, to the end."""
    decoder = codecs.getincrementaldecoder(charset)()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            if CONTROLS.search(decoder.decode(block)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    finally:
        file.seek(0)
    return True


def _is_wide_markup(file: BinaryIO) -> bool:
    text = codecs.getincrementaldecoder("utf-16")().decode(file.read(BLOCK))
    file.seek(0)
    return MARKUP.match(text.encode()) is not None
