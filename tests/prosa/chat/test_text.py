"""A text has one form, whatever way it came."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.chat.text import check, normalise, preview
from prosa.models.errors import EmptyError, TooLongError

any_text = st.text(alphabet=st.characters(exclude_categories=[]))


@given(any_text)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(any_text)
def test_what_is_kept_can_be_stored(text: str) -> None:
    kept = normalise(text)
    kept.encode()
    assert "\x00" not in kept
    assert "\r" not in kept
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()


@given(st.text(alphabet="a\u0301\u0316\u0327\u0345\u3099\u1100\u1161", min_size=30, max_size=200))
def test_a_heap_of_marks_has_the_form_of_every_text(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", text)


def test_a_heap_of_marks_takes_no_longer_than_a_text() -> None:
    began = time.process_time()
    assert normalise("a" + "\u0301\u0316" * 150_000)[:2] == "á\u0316"
    assert time.process_time() - began < 5


def test_line_ends_become_one_kind() -> None:
    assert normalise("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_a_letter_and_its_accent_are_one() -> None:
    assert normalise("a\u0301") == "á"


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00", "\ud800", "\u3000"])
def test_nothing_left_is_empty(text: str) -> None:
    with pytest.raises(EmptyError):
        check(normalise(text), limit=10)


def test_the_limit_counts_code_points() -> None:
    check("😀" * 10, limit=10)
    with pytest.raises(TooLongError) as refused:
        check("😀" * 11, limit=10)
    assert refused.value.details == {"limit": 10}


@given(st.text())
def test_a_preview_is_one_line_of_at_most_fifty_code_points(text: str) -> None:
    shown = preview(text)
    assert len(shown) <= 50
    assert "\n" not in shown
