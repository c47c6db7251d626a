"""What a file is, is told from its bytes; whatever is none of the ten types is refused, whatever its name."""

import io
import tracemalloc

import pytest

from prosa.inspection.types import type_of
from prosa.models.errors import UnsupportedTypeError
from tests import files

OFFICE = "application/vnd.openxmlformats-officedocument."
WRITTEN = [
    (files.picture("JPEG"), "image/jpeg"),
    (files.picture("PNG"), "image/png"),
    (files.picture("GIF"), "image/gif"),
    (files.picture("WEBP"), "image/webp"),
    (files.PDF, "application/pdf"),
    (files.ole("WordDocument"), "application/msword"),
    (files.ole("Workbook"), "application/vnd.ms-excel"),
    (files.office(files.WORD), OFFICE + "wordprocessingml.document"),
    (files.office(files.EXCEL), OFFICE + "spreadsheetml.sheet"),
]
REFUSED = {
    "nothing": b"",
    "svg": files.SVG,
    "svg after xml": b'<?xml version="1.0"?>\n' + files.SVG,
    "html": files.HTML,
    "html after space": b" \n\t" + files.HTML,
    "html after a mark": b"\xef\xbb\xbf" + files.HTML,
    "html in utf-16": files.HTML.decode().encode("utf-16"),
    "a program": b"MZ\x90\0" + bytes(200),
    "a zip": files.office(b"nothing.of.the.kind"),
    "word with macros": files.office(b"wordprocessingml.document.macroEnabled.main"),
    "macros under another name": files.office(word__vbaProject_bin=b"x"),
    "a slide show": files.office(b"presentationml.presentation.main"),
    "a zip behind a program": b"MZ" + files.office(),
    "a zip behind a zip's head": b"PK\x03\x04" + files.office(),
    "a broken zip": files.office()[:-10],
    "a zip bomb": files.office(word__document_xml=bytes(64 * 1024 * 1024)),
    "an old slide show": files.ole("PowerPoint Document"),
    "an old document of too many parts": files.ole("WordDocument", place=5_000),
    "a broken old document": files.ole("WordDocument")[:700],
    "a pdf without an end": files.PDF[:-7],
    "a pdf that is a zip": files.PDF + files.office(),
    "a pdf behind a page": files.HTML + files.PDF,
    "a bitmap": files.picture("BMP"),
    "a text with controls": b"Ol\x1b[2J",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize(("data", "kind"), WRITTEN, ids=[kind for _, kind in WRITTEN])
@pytest.mark.parametrize("name", ["", "evil.html", "x.txt", "foto.png"])
def test_the_bytes_decide_and_not_the_name(data: bytes, kind: str, name: str) -> None:
    assert type_of(io.BytesIO(data), name).type == kind


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("name", ["x.txt", "x.pdf", "x.docx"])
def test_what_is_none_of_them_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedTypeError):
        type_of(io.BytesIO(data), name)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_text_is_known_in_the_encodings_that_people_write(charset: str) -> None:
    told = type_of(io.BytesIO("Orçamento: cão, maçã\n".encode(charset)), "lista.TXT")
    assert told.type == "text/plain"
    assert told.charset == charset.removesuffix("-sig")


@pytest.mark.parametrize("name", ["", "x", "x.html", "x.svg", "x.js", "x.bat", "x.txt.html", "x.csv"])
def test_a_text_has_to_be_called_one(name: str) -> None:
    with pytest.raises(UnsupportedTypeError):
        type_of(io.BytesIO(files.TEXT), name)


@pytest.mark.parametrize("data", [files.many_parts(30_000), files.endless_ole(10)], ids=["zip", "ole"])
def test_a_list_without_end_is_not_read(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(UnsupportedTypeError):
            type_of(io.BytesIO(data), "x.doc")
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
