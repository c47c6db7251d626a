"""Files as people and attackers send them, made by real writers where there are such."""

import io
import random
import struct
import zipfile
import zlib

from PIL import Image, TiffImagePlugin

TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/></Types>"""
WORD, EXCEL = b"wordprocessingml.document.main", b"spreadsheetml.sheet.main"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEXT = "Orçamento: R$ 4.850,00\r\nPrazo: 15 dias\r\n".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
BRASILIA = (15.0, 47.0, 38.0)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """A picture with two colours in it, the left one red."""
    image = Image.new("RGB", size, "blue")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photograph(orientation: int = 1) -> bytes:
    """A JPEG that says where it was taken, by what, and how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera de Ana"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "S", tuple(TiffImagePlugin.IFDRational(part) for part in BRASILIA)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>casa de Ana</x:xmpmeta>"
    return picture("JPEG", exif=exif, comment=b"segredo", xmp=xmp)


def noise(size: tuple[int, int], seed: int = 7) -> bytes:
    """A PNG that does not pack: as large as a photograph."""
    written = io.BytesIO()
    Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3)).save(written, "PNG")
    return written.getvalue()


def moving(kind: str, frames: int = 3) -> bytes:
    """An animation in which the colour changes."""
    images = [Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")[:frames]]
    written = io.BytesIO()
    images[0].save(written, kind, save_all=True, append_images=images[1:], duration=120, loop=0)
    return written.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a kilobyte that says of itself to be ``side`` pixels square."""
    row = zlib.compress(bytes(1024))
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", row) + _chunk(b"IEND")


def beyond(side: int) -> bytes:
    """A GIF of three frames, one pixel each but for the second, which says that it is ``side`` square."""
    written = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    for each in (1, side, 1):
        written += b"!\xf9\x04\x08" + bytes(4) + b"," + struct.pack("<HHHHB", 0, 0, each, each, 0)
        written += b"\x02\x02\x44\x01\x00"
    return written + b";"


def progressive(scans: int) -> bytes:
    """A JPEG whose last pass over its pixels comes ``scans`` times more, and a film stands behind it."""
    written = picture("JPEG", progressive=True)
    last = written.rindex(b"\xff\xda")
    return written[:-2] + written[last:-2] * scans + b"\xff\xd9" + b"\xff\xda" * 1_000


def _chunk(name: bytes, data: bytes = b"") -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def profiles(count: int) -> bytes:
    """A PNG with as many descriptions of its colours, each of which unpacks to a megabyte of nothing."""
    written = picture()
    profile = _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1_000_000), 9))
    return written[:-12] + profile * count + written[-12:]


def tagged(count: int) -> bytes:
    """A PNG that says ``count`` things of itself, all of them longer than it is."""
    tags = b"".join(struct.pack(">HHII", tag, 2, 1_000_000 + tag, 8) for tag in range(count))
    return picture(exif=b"MM\0*\0\0\0\x08" + struct.pack(">H", count) + tags + bytes(4))


def tiny_pieces(kind: str, count: int = 400_000) -> bytes:
    """A small picture in megabytes: of frames, chunks, segments, or of what may stand between them."""
    if kind == "GIF":
        written = moving(kind, 1)
        return written[:-1] + (b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0") * count + b";"
    if kind == "PNG":
        written = picture(kind)
        return written[:-12] + _chunk(b"prVt") * count + written[-12:]
    written = picture("JPEG")
    return written[:2] + (b"\xff\xfe\0\2" if kind == "JPEG" else b"\xff\xff") * count + written[2:]


def many_parts(count: int) -> bytes:
    """A zip that lists one part ``count`` times."""
    part = struct.pack("<5H3I2H", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0)
    listed = (b"PK\x01\x02\x14\0" + part + bytes(14) + b"a") * count
    written = b"PK\x03\x04" + part + b"a" + listed
    ends = struct.pack("<4H2IH", 0, 0, count % 65_536, count % 65_536, len(listed), 31, 0)
    return written + b"PK\x05\x06" + ends


def office(main: bytes = WORD, **parts: bytes) -> bytes:
    """A document of 2007 or later; ``parts`` by name, with ``__`` for a slash and ``_`` for a point."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("[Content_Types].xml", TYPES % main)
        for name, data in parts.items():
            document.writestr(name.replace("__", "/").replace("_", "."), data)
    return written.getvalue()


def ole(stream: str, place: int = 1) -> bytes:
    """A compound file with one empty stream in it: the least that is a document before 2007.

    Sectors of allocation, one of them as a rule, and of the directory, in which the stream has this ``place``
    ([MS-CFB] 2.2, 2.3, 2.6).
    """
    sectors = place // 4 + 1
    tables = sectors // 127 + 1
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *range(tables), *[free] * (109 - tables))
    chain = [fat] * tables + [*range(tables + 1, tables + sectors), end]
    table = struct.pack(f"<{128 * tables}I", *chain, *[free] * (128 * tables - len(chain)))

    def entry(name: str, kind: int, child: int) -> bytes:
        written = name.encode("utf-16-le") + b"\0\0"
        size = len(written)
        return (
            written.ljust(64, b"\0") + struct.pack("<HBBIII", size, kind, 1, free, free, child)
            + bytes(36) + struct.pack("<IQ", end, 0)
        )  # fmt: skip

    unused = bytes(66) + struct.pack("<HIII", 0, free, free, free) + bytes(48)
    directory = entry("Root Entry", 5, place) + unused * (place - 1) + entry(stream, 2, free)
    return header + table + (directory + unused * 3)[: 512 * sectors]


def endless_ole(rounds: int) -> bytes:
    """A compound file whose list of tables goes on in a sector that leads to itself ([MS-CFB] 2.5)."""
    written = bytearray(ole("WordDocument"))
    struct.pack_into("<I", written, 44, 109 + 127 * rounds)
    struct.pack_into("<II", written, 68, 2, rounds)
    return bytes(written) + struct.pack("<I", 0) * 127 + struct.pack("<I", 2)
