"""Words that people would call the same are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.models.words import WORD_MAX, fold, spans, stem, words_of

FORMS = [
    "orçamento orcamento ORÇAMENTOS Orçamento",
    "reclamação reclamacao reclamações reclamacoes Reclamaçao",
    "medição medições medicao",
    "informação informações informacoes",
    "pão pães paes",
    "mão mãos maos",
    "azulejo azulejos",
    "pintar pintei pintou pintado pintando",
    "papel papéis papeis",
    "confortável confortáveis confortavel",
    "imagem imagens",
    "animal animais",
    "cor cores",
]


@pytest.mark.parametrize("forms", FORMS)
def test_the_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(word) for word in words_of(forms)}) == 1


def test_words_that_only_look_like_a_plural_stay_apart() -> None:
    assert len({stem(word) for word in words_of("mais mal seis dois pais")}) == 5


def test_a_word_has_neither_case_nor_accents_nor_what_is_no_letter() -> None:
    assert words_of("Ação! São R$ 4.850,00 — às 9½h, d'água; Straße №5 ①") == [
        "acao", "sao", "r", "4", "850", "00", "as", "912h", "d", "agua", "strasse", "5", "1",
    ]  # fmt: skip


def test_an_accent_may_be_a_character_of_its_own() -> None:
    assert words_of("orc\u0327amento a\u0301gua") == ["orcamento", "agua"]


@given(st.text())
def test_a_word_stands_where_it_is_said_to_stand(text: str) -> None:
    for start, end, word in spans(text):
        assert fold(text[start:end]) == word
        assert word.isalnum()
        assert 0 < len(word) <= WORD_MAX
        assert stem(word)
