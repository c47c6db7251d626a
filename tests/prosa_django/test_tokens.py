"""Whoever is logged in gets a token that Prosa takes; nobody else gets one."""

import json
import time
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.test.utils import override_settings
from django.urls import include, path

from prosa.identity.tokens import PersonTokens

KEY = "a-key-for-people-of-at-least-32-bytes"
urlpatterns = [path("prosa/", include("prosa_django.urls"))]
"""A site's list with the package's in it."""

site_of_tokens = override_settings(ROOT_URLCONF=__name__, PROSA_TOKEN_KID="k", PROSA_TOKEN_KEY=KEY)


def test_a_token_names_its_person_for_five_minutes(site: None, logged_in: Callable[[str], Client]) -> None:
    cliente = logged_in("cliente")
    with site_of_tokens:
        answer = cliente.get("/prosa/token/")
    given = json.loads(answer.content)
    person = PersonTokens({"k": ("HS256", KEY)}, now=time.time).person_of(given["token"])
    assert person is not None
    assert (person.user_id, person.name) == (cliente.session["_auth_user_id"], "Ana Souza")
    assert 290 < (person.expires_at or 0) - time.time() <= 300
    assert "no-store" in answer["Cache-Control"]
    assert not answer.has_header("Access-Control-Allow-Origin")


def test_nobody_else_gets_one(site: None) -> None:
    with site_of_tokens:
        assert Client().get("/prosa/token/").status_code == 401
        assert Client().post("/prosa/token/").status_code == 405


def test_a_key_that_is_too_short_mints_nothing(site: None) -> None:
    from prosa_django.tokens import mint  # noqa: PLC0415 - only once Django is set up

    with override_settings(PROSA_TOKEN_KID="k", PROSA_TOKEN_KEY="short"), pytest.raises(ImproperlyConfigured):
        mint("1", "Ana")
