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

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def office(main: bytes = WORD, **parts: bytes) -> bytes:
    """A document of 2007 or later; ``parts`` by name, with ``__`` for a slash and ``_`` for a point."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as document:
        document.writestr("[Content_Types].xml", TYPES % main)
        for name, data in parts.items():
            document.writestr(name.replace("__", "/").replace("_", "."), data)
    return written.getvalue()


def ole(stream: str) -> bytes:
    """A compound file with one empty stream in it: the least that is a document before 2007.

    One sector of allocation, one of directory ([MS-CFB] 2.2, 2.3, 2.6).
    """
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<I", free) * 108
    table = struct.pack("<II", fat, end) + struct.pack("<I", free) * 126

    def entry(name: str, kind: int, child: int) -> bytes:
        written = name.encode("utf-16-le") + b"\0\0"
        size = len(written)
        return (
            written.ljust(64, b"\0") + struct.pack("<HBBIII", size, kind, 1, free, free, child)
            + bytes(36) + struct.pack("<IQ", end, 0)
        )  # fmt: skip

    directory = entry("Root Entry", 5, 1) + entry(stream, 2, free)
    directory += (bytes(66) + struct.pack("<HIII", 0, free, free, free) + bytes(48)) * 2
    return header + table + directory.ljust(512, b"\0")
