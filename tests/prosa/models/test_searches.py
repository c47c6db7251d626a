"""What somebody types is read as they mean it, and shown where it was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.models.searches import EXCERPT_MAX, QUERY_MAX, TERMS_MAX, excerpt, question_of


def finds(typed: str, text: str) -> bool:
    return question_of(typed).is_answered_by(text)


def test_all_words_are_wanted_in_any_order_and_form() -> None:
    text = "Mandei os orçamentos da pintura ontem."
    assert finds("pintura orcamento", text)
    assert finds("orçamento de pinturas", text)
    assert not finds("orçamento azulejo", text)


def test_a_phrase_is_wanted_as_it_stands() -> None:
    text = "Chego na quinta, antes das nove"
    assert finds('"antes das nove"', text)
    assert finds('QUINTA "Antes das Nove"', text)
    assert not finds('"das antes"', text)
    assert not finds('"antes das nov"', text)


def test_the_last_word_may_be_unfinished() -> None:
    text = "O rejunte do banheiro"
    assert finds("banh", text)
    assert finds("rejunte banh", text)
    assert not finds("banh ", text)
    assert not finds("ejunt", text)
    assert not finds("re", text)


def test_small_words_are_wanted_only_where_they_are_all_there_is() -> None:
    assert finds("orçamento do banheiro", "Orçamento banheiro novo")
    assert finds("para o", "é para o banheiro")
    assert not finds("para o", "é no banheiro")


@pytest.mark.parametrize("typed", ["", "   ", '"', '""', "$ { } .* + ? ^ ( [ \\ -", "👍", "\x00", "…", '" "'])
def test_where_there_is_no_word_nothing_is_asked(typed: str) -> None:
    assert question_of(typed).is_empty
    assert not finds(typed, "qualquer coisa 👍")


def test_a_quote_that_does_not_end_quotes_nothing() -> None:
    assert finds('azulejo "branco', "branco é o azulejo")


@given(st.text() | st.text(alphabet='ab ç"$.*{}-\\', max_size=600))
def test_whatever_is_typed_becomes_a_few_words_of_letters_and_digits(typed: str) -> None:
    question = question_of(typed)
    assert len(question.stems) <= TERMS_MAX * (QUERY_MAX // 2)
    for word in (*question.stems, question.prefix, *question.phrases):
        assert word.replace(" ", "").isalnum() or word == ""
    assert question.is_answered_by(typed[:QUERY_MAX]) or question.is_empty or '"' in typed


def test_an_excerpt_shows_the_hits_and_what_stands_around_them() -> None:
    text = "Bom dia!\n\nSegue o <b>orçamento</b> de sábado " + "e mais " * 60 + "orçamento"
    parts = excerpt(question_of("orcamentos"), text)
    assert [part.text for part in parts if part.hit] == ["orçamento"]
    assert parts[0].text == "Bom dia! Segue o <b>"
    assert parts[-1].text.endswith("…")
    assert len("".join(part.text for part in parts)) <= EXCERPT_MAX + 1


def test_an_excerpt_begins_shortly_before_the_first_hit_at_a_word() -> None:
    parts = excerpt(question_of("azulejo"), "palavra " * 50 + "azulejo branco")
    assert [(part.text, part.hit) for part in parts[:2]] == [("…", False), ("palavra " * 5, False)]
    assert [(part.text, part.hit) for part in parts[2:]] == [("azulejo", True), (" branco", False)]


@given(st.text(alphabet="aç \n<", max_size=400), st.sampled_from(["a", "aç", '"a a"', "aaa"]))
def test_an_excerpt_is_a_stretch_of_the_text(text: str, typed: str) -> None:
    shown = "".join(part.text for part in excerpt(question_of(typed), text)).strip("…")
    assert shown in " ".join(text.split())
