"""Whatever a file is called, its name here is one line that is safe wherever it is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.inspection.names import ENDINGS, NAME_BYTES, NAME_MAX, safe_name

PNG, PDF = "image/png", "application/pdf"


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("foto.png", PNG, "foto.png"),
        ("FOTO.PNG", PNG, "FOTO.PNG"),
        ("Orçamento 2.5.pdf", PDF, "Orçamento 2.5.pdf"),
        ("Orçamento 2.5", PDF, "Orçamento 2.5.pdf"),
        ("evil.png.html", PNG, "evil.png"),
        ("evil.html", PNG, "evil.png"),
        ("nota.pdf.exe", PDF, "nota.pdf"),
        ("nota.png", PDF, "nota.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\Ana\\nota.pdf", PDF, "nota.pdf"),
        ("nota\r\nSet-Cookie: a=b.pdf", PDF, "nota Set-Cookie_ a=b.pdf"),
        ("a\u202egnp.exe.pdf", PDF, "agnp.exe.pdf"),
        ("\u2066a\u2069\u200b\ufeffb.pdf", PDF, "ab.pdf"),
        ("con.pdf", PDF, "_con.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("", PDF, "arquivo.pdf"),
        ("...", PDF, "arquivo.pdf"),
        ('a"b<c>|?*.pdf', PDF, "a_b_c____.pdf"),
        ("cafe\u0301.pdf", PDF, "café.pdf"),
    ],
)
def test_a_name_becomes_a_safe_one(name: str, kind: str, safe: str) -> None:
    assert safe_name(name, kind) == safe


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    for letter in ("a", "ã", "汉", "😀"):
        safe = safe_name(letter * 300 + ".pdf", PDF)
        assert safe.endswith(letter + ".pdf")
        assert len(safe) <= NAME_MAX
        assert len(safe.encode()) <= NAME_BYTES


def test_marks_do_not_pile_up() -> None:
    assert len(safe_name("a" + "\u0336" * 50_000 + ".pdf", PDF)) < 10


@given(name=st.text(max_size=400), kind=st.sampled_from(sorted(ENDINGS)))
def test_no_name_is_anything_but_a_name(name: str, kind: str) -> None:
    safe = safe_name(name, kind)
    assert safe.lower().endswith(ENDINGS[kind])
    assert 0 < len(safe) <= NAME_MAX
    assert len(safe.encode()) <= NAME_BYTES
    assert not set(safe) & set('<>:"|?*\\/')
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in safe)
    assert safe == safe.strip()
    assert not safe.startswith(".")
    assert safe_name(safe, kind) == safe
