"""Texts, numbers and sizes in one language, and the same in its templates."""

import json

import pytest
from jinja2 import UndefinedError

from tests.handlers.languages.test_moments import EN, PT


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [PT.number(n) for n in (0, 1234.5, 1234567)] == ["0", "1.234,5", "1.234.567"]
    assert EN.number(1234.5) == "1,234.5"


@pytest.mark.parametrize(
    ("size_bytes", "portuguese", "english"),
    [
        (0, "0 byte", "0 bytes"),
        (1, "1 byte", "1 byte"),
        (820, "820 bytes", "820 bytes"),
        (1024, "1 kB", "1 kB"),
        (1_047_000, "1.022 kB", "1,022 kB"),
        (1_048_575, "1 MB", "1 MB"),
        (1_572_864, "1,5 MB", "1.5 MB"),
        (10_485_760, "10 MB", "10 MB"),
    ],
)
def test_a_size_is_said_as_a_file_manager_says_it(size_bytes: int, portuguese: str, english: str) -> None:
    assert PT.size(size_bytes) == portuguese
    assert EN.size(size_bytes) == english


def test_portuguese_says_zero_as_one_and_english_as_many() -> None:
    one, many = "%(num)s participante", "%(num)s participantes"
    assert [PT.texts(one, many, n) for n in (0, 1, 2, 1200)] == [
        "0 participante",
        "1 participante",
        "2 participantes",
        "1.200 participantes",
    ]
    assert [EN.texts(one, many, n) for n in (0, 1, 1200)] == ["0 members", "1 member", "1,200 members"]


def test_what_is_filled_into_a_text_of_a_template_is_escaped() -> None:
    page = EN.templates.from_string("{{ _('%(name)s está digitando', name=name) }}")
    assert page.render(name="<b>%(x)s") == "&lt;b&gt;%(x)s is typing"
    counted = PT.templates.from_string("{{ ngettext('%(num)s online', '%(num)s online', n) }} {{ n|number }}")
    assert counted.render(n=1200) == "1.200 online 1.200"


def test_a_name_that_a_template_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        EN.templates.from_string("{{ _('Você: %(text)s', text=missing) }}").render()


def test_only_another_language_than_the_source_is_sent_with_its_texts_and_only_those_of_scripts() -> None:
    assert json.loads(PT.for_scripts())["texts"] == {}
    texts = json.loads(EN.for_scripts())["texts"]
    assert texts["Enviada"] == "Sent"
    assert texts["%(num)s pessoa está digitando"] == ["%(num)s person is typing", "%(num)s people are typing"]
    assert "Voltar ao site" not in texts
    assert json.loads(EN.for_scripts())["singular"] == [1]
    assert json.loads(PT.for_scripts())["singular"] == [0, 1]
