"""What somebody chose goes first, then what their browser asks for, then the service's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.languages.choice import accepted, choose

CODES = ("pt-BR", "en")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "pt-BR"),
        ("en", "en"),
        ("EN-us", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("pt-PT", "pt-BR"),
        ("pt", "pt-BR"),
        ("de", "pt-BR"),
        ("de, en;q=0.3", "en"),
        ("en;q=0.5, pt;q=0.8", "pt-BR"),
        ("en;q=0.8, pt;q=0.5", "en"),
        ("en;q=0", "pt-BR"),
        ("pt;q=0, en;q=0.1", "en"),
        ("*", "pt-BR"),
        ("*;q=0.1, en", "en"),
        ("de, *;q=0.5, en;q=0.4", "pt-BR"),
        ("english", "pt-BR"),
        ("en;q=2", "pt-BR"),
        ("en;level=1", "pt-BR"),
        (" en ; q=1.0 ", "en"),
        ("pt, " * 30 + "en", "pt-BR"),
        ("de, " * 30 + "en", "pt-BR"),
    ],
)
def test_a_browser_gets_what_it_likes_best_of_what_there_is(header: str, code: str) -> None:
    assert choose(CODES, "pt-BR", remembered="", header=header) == code


def test_a_choice_goes_before_what_the_browser_asks_for() -> None:
    assert choose(CODES, "pt-BR", remembered="en", header="pt-BR") == "en"


@pytest.mark.parametrize("remembered", ["EN", "de", "en; pt", "../en", ""])
def test_a_choice_that_nobody_can_make_is_none(remembered: str) -> None:
    assert choose(CODES, "pt-BR", remembered=remembered, header="en") == "en"


def test_who_asks_for_nothing_we_have_gets_the_default() -> None:
    assert choose(CODES, "en", remembered="", header="de") == "en"
    assert choose(CODES, "en", remembered="", header="*") == "en"
    assert choose(CODES, "en", remembered="", header="pt") == "pt-BR"


@given(header=st.text(max_size=300))
def test_whatever_stands_in_the_header_somebody_gets_a_language(header: str) -> None:
    assert choose(CODES, "pt-BR", remembered=header, header=header) in CODES


def test_what_is_liked_alike_keeps_its_order() -> None:
    assert accepted("fr;q=0.5, de;q=0.5, en;q=0.9, it;q=0") == ["en", "fr", "de"]
