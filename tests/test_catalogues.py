"""Every text for people is in both catalogues, whole, and stands where it can be found."""

import re

import pytest

from tests import catalogues, strays

PLACEHOLDER = re.compile(r"%(?:%|\(\w+\)s)")


def forms(said: object) -> list[str]:
    return [said] if isinstance(said, str) else list(said or ())  # type: ignore[call-overload]


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_a_catalogue_is_as_the_code_asks_for(locale: str) -> None:
    kept = catalogues.path_of(catalogues.FOLDER, locale).read_text()
    assert kept == catalogues.renewed(locale).decode(), "run `make texts`"


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_nothing_is_left_untranslated_or_guessed(locale: str) -> None:
    assert catalogues.missing(locale) == []
    assert [message.id for message in catalogues.catalogue(locale) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("locale", catalogues.LOCALES)
def test_a_translation_fills_in_what_its_source_fills_in(locale: str) -> None:
    for message in catalogues.catalogue(locale):
        for said in forms(message.string) if message.id else ():
            wanted = {frozenset(PLACEHOLDER.findall(form)) for form in forms(message.id)}
            assert frozenset(PLACEHOLDER.findall(said)) in wanted, message.id
            assert "%" not in PLACEHOLDER.sub("", said), message.id


def test_a_text_is_a_sentence_and_not_a_piece_of_one() -> None:
    for key in catalogues.found():
        for form in forms(key):
            assert form == form.strip(), form


def test_no_text_for_people_stands_outside_of_the_functions() -> None:
    assert strays.strays(catalogues.ROOT) == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Enviar</p>",
        '<p title="Enviar">{{ x }}</p>',
        "{% if x %}Enviar{% endif %}",
        "{{ 'Não lida' if x else y }}",
        "{{ _(x, why='não lida') }}",
        '{% macro m() %}<input placeholder="Escreva">{% endmacro %}',
    ],
)
def test_a_stray_in_a_template_is_found(template: str) -> None:
    assert list(strays.in_template(template)) != []


@pytest.mark.parametrize(
    "template",
    [
        "<p class=\"x {{ 'y' if z }}\">{{ _('Enviar') }}</p>",
        "{# Enviar #}{% trans %}Enviar{% endtrans %}",
        "<p title=\"{{ _('Enviar') }}\">{{ ngettext('%(num)s hora', '%(num)s horas', n) }} · 7</p>",
    ],
)
def test_what_is_translated_in_a_template_is_no_stray(template: str) -> None:
    assert list(strays.in_template(template)) == []


def test_a_stray_in_a_script_is_found_and_what_is_said_is_none() -> None:
    assert list(strays.in_script("show('Não enviada'); prosa.text('Não enviada', { n: f('x') });")) == [
        "Não enviada"
    ]
    assert list(strays.in_script("/* Não */ a = ['Sem internet', 'GET', 'use strict', 'row row--on'];")) == [
        "Sem internet"
    ]


def test_a_stray_in_a_module_is_found_and_what_is_said_is_none() -> None:
    module = '"""Não."""\nx = msgid("Não.")\ny = self.language.text("Não.")\nz = "Não é."\n'
    assert list(strays.in_python(module)) == ["Não é."]
