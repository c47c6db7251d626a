"""A site's own access tokens are their person's; whatever else it has signed is nobody's."""

from datetime import timedelta
from typing import Any

import pytest

from prosa_django import access_tokens
from prosa_django.accounts import Person
from prosa_django.people import people_of
from tests.sites.site import log_in


def answer(token: Any) -> Any:
    (found,) = people_of([("token", str(token))])
    return found


@pytest.fixture
def access(stranger: Any) -> Any:
    """An access token of Joana, as the site mints it."""
    from rest_framework_simplejwt.tokens import AccessToken  # noqa: PLC0415 - only once Django is set up

    return AccessToken.for_user(stranger)


def test_an_access_token_is_its_person_until_it_ends(access: Any, stranger: Any) -> None:
    assert answer(access) == Person(str(stranger.pk), "Joana Dias", float(access["exp"]))


def test_a_batch_has_both_kinds(access: Any, stranger: Any) -> None:
    key = log_in(stranger)
    asked = [("token", str(access)), ("session", key), ("session", str(access)), ("token", key)]
    assert [found and found.name for found in people_of(asked)] == ["Joana Dias", "Joana Dias", None, None]


def test_a_refresh_token_is_nobody_s(stranger: Any) -> None:
    from rest_framework_simplejwt.tokens import (  # noqa: PLC0415 - only once Django is set up
        RefreshToken,
        SlidingToken,
    )

    assert answer(RefreshToken.for_user(stranger)) is None
    assert answer(SlidingToken.for_user(stranger)) is None


def test_a_token_that_has_ended_or_is_forged_is_nobody_s(access: Any) -> None:
    text = str(access)
    head, body, signature = text.split(".")
    assert answer(f"{head}.{body}.{signature[::-1]}") is None
    assert answer(f"{head}.{body}.") is None
    access.set_exp(lifetime=timedelta(seconds=-1))
    assert answer(access) is None


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "é" * 9, "a b", "x" * 5000, "e30.e30.e30"])
def test_garbage_is_nobody_s(site: None, garbage: str) -> None:
    assert answer(garbage) is None


@pytest.mark.parametrize("claim", ["", "not-a-number", None, "999999999"])
def test_a_token_of_nobody_the_site_knows_is_nobody_s(access: Any, claim: Any) -> None:
    access["user_id"] = claim
    assert answer(access) is None


def test_the_inactive_and_the_deleted_are_nobody_whatever_the_site_allows(
    access: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework_simplejwt import authentication  # noqa: PLC0415 - only once Django is set up

    stranger.is_active = False
    stranger.save()
    assert answer(access) is None
    monkeypatch.setattr(authentication.api_settings, "CHECK_USER_IS_ACTIVE", False)
    assert answer(access) is None
    stranger.delete()
    assert answer(access) is None


def test_a_refresh_token_is_nobody_s_though_the_site_looks_at_no_type(
    access: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework_simplejwt import settings, tokens  # noqa: PLC0415 - only once Django is set up

    asked = [access, tokens.RefreshToken.for_user(stranger)]
    for read in (settings.api_settings, tokens.api_settings):
        monkeypatch.setattr(read, "TOKEN_TYPE_CLAIM", None)
    assert [found is not None for found in map(answer, map(str, asked))] == [True, False]


def test_a_site_that_makes_none_knows_nobody_by_one(access: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_tokens, "IS_INSTALLED", False)
    assert answer(access) is None


def test_keys_that_cannot_be_fetched_make_nobody_a_nobody(
    access: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jwt.exceptions import PyJWKClientConnectionError  # noqa: PLC0415 - comes with simplejwt
    from rest_framework_simplejwt.backends import TokenBackend  # noqa: PLC0415
    from rest_framework_simplejwt.tokens import AccessToken  # noqa: PLC0415

    away = TokenBackend("HS256", signing_key="k" * 32, jwk_url="http://127.0.0.1:9/keys")
    away.algorithm = "RS256"  # the keys are fetched for such alone; to make one, a library more is needed
    text = str(access)
    monkeypatch.setattr(AccessToken, "_token_backend", away)
    with pytest.raises(PyJWKClientConnectionError):
        answer(text)
