"""What an office document is, by looking inside: a zip (2007 and later) or an OLE file (before).

No part of it is unpacked but the list of its parts, and of that no more than ``LIST_BYTES``.
"""

import re
import struct
import zipfile
import zlib
from typing import Any, BinaryIO

import olefile

from prosa.models.errors import UnsupportedTypeError

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MAIN_PARTS = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": WORD,
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": EXCEL,
}
"""What the list of parts calls the main one. With macros inside it is called otherwise, and is refused."""
OLE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
}

LIST = "[Content_Types].xml"
LIST_BYTES = 1024 * 1024
PARTS_MAX = 4_096
PARTS_BYTES = 1024 * 1024
"""Of what the zip says of its parts. ``zipfile`` makes an object of every 46 bytes of it."""
UNPACKED_MAX = 512 * 1024 * 1024
"""What all parts say that they come to, and more is a trap for whoever opens it."""
RATIO_MAX = 200
"""XML of repeated cells packs to a hundredth; ten nested zeros, to a thousandth."""
RATIO_FROM = 16 * 1024 * 1024
"""Below this, whatever it is packed to hurts nobody."""
ENCRYPTED = 1
OLE_SIZE_MIN = 1_536
"""A header and two sectors: what is smaller is none."""
OLE_HEADER = struct.Struct("<30xH12xI")
"""The size of a sector, as a power of two, and how many sectors the table of sectors has ([MS-CFB] 2.2)."""
OLE_SECTORS = (9, 12)
OLE_TABLES = 109
"""Sectors of the table that the header itself names: so many more than a file needs may be there."""


def zip_type(file: BinaryIO) -> str:
    """The type of the document that this zip is. Raises ``UnsupportedTypeError`` for every other zip."""
    try:
        ends = zipfile._EndRecData(file)  # type: ignore[attr-defined] # noqa: SLF001 - no other says how long it is
        if ends is None or ends[zipfile._ECD_SIZE] > PARTS_BYTES:  # type: ignore[attr-defined] # noqa: SLF001
            raise UnsupportedTypeError
        with zipfile.ZipFile(file) as parts:
            _check_parts(parts)
            with parts.open(LIST) as listing:
                names = listing.read(LIST_BYTES)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise UnsupportedTypeError from error
    except NotImplementedError as error:  # a way of packing that no office document uses
        raise UnsupportedTypeError from error
    found = {MAIN_PARTS[name] for name in re.findall(rb'ContentType\s*=\s*"([^"]{1,200})"', names)
             if name in MAIN_PARTS}  # fmt: skip
    if len(found) != 1:
        raise UnsupportedTypeError
    return found.pop()


def _check_parts(parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if (
        not 0 < len(entries) <= PARTS_MAX
        or min(entry.header_offset for entry in entries) != 0  # something stands before it: two files in one
        or any(entry.flag_bits & ENCRYPTED for entry in entries)
        or unpacked > UNPACKED_MAX
        or (unpacked > RATIO_FROM and unpacked > RATIO_MAX * packed)
        or any(entry.filename.rpartition("/")[2].lower() == "vbaproject.bin" for entry in entries)
    ):
        raise UnsupportedTypeError


class _Container(olefile.OleFileIO):  # type: ignore[misc] # it has no types
    """One of not too many parts: olefile compares each with all before it."""

    def _load_direntry(self, sid: int) -> Any:
        if sid >= PARTS_MAX:
            raise UnsupportedTypeError
        return super()._load_direntry(sid)


def ole_type(file: BinaryIO, size_bytes: int) -> str:
    """The type of the document that this OLE file is. Raises ``UnsupportedTypeError`` for every other one."""
    if size_bytes < OLE_SIZE_MIN:
        raise UnsupportedTypeError
    sector, tables = OLE_HEADER.unpack(file.read(OLE_HEADER.size))
    # olefile reads as many as the header says there are, the same one again and again where a file wants it.
    if sector not in OLE_SECTORS or tables > OLE_TABLES + (size_bytes >> sector >> sector - 2):
        raise UnsupportedTypeError
    file.seek(0)
    try:
        with _Container(file) as parts:
            found = {OLE_STREAMS[name] for name in OLE_STREAMS if parts.exists(name)}
    except Exception as error:  # of a broken file it raises whatever its first wrong byte leads to
        raise UnsupportedTypeError from error
    if len(found) != 1:
        raise UnsupportedTypeError
    return found.pop()
