"""The site says who somebody is, to Prosa alone, and changes nothing by it."""

import json
import logging
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.test.utils import override_settings

from prosa_django.middleware import BATCH_MAX, BODY_MAX, NAME_CHARS, PATH, WhoamiMiddleware
from tests.sites.site import log_in

TOKEN = "the-token-of-the-tests-of-32-bytes-or-more"
FIRST = "prosa_django.middleware.WhoamiMiddleware"
NOBODY = {"kind": "session", "secret": "x" * 32}


@pytest.fixture(autouse=True)
def asked(site: None) -> Any:
    """The demo site with the middleware, and this token, for one test."""
    others = [name for name in settings.MIDDLEWARE if name != FIRST]
    with override_settings(MIDDLEWARE=[FIRST, *others], PROSA_SITE_TOKEN=TOKEN):
        yield


@pytest.fixture(params=["sync", "async"])
def post(request: Any) -> Any:
    """One question, through the whole of Django, as WSGI or as ASGI brings it."""

    def ask(body: Any, *, token: str = TOKEN, method: str = "post", **headers: str) -> Any:
        text = body if isinstance(body, str) else json.dumps({"credentials": body})
        client = Client() if request.param == "sync" else AsyncClient()
        call = getattr(client, method)
        given = {"headers": {"Authorization": f"Bearer {token}", **headers}}
        if method == "post":
            given.update(data=text, content_type="application/json")
        return call(PATH, **given) if request.param == "sync" else awaited(call, PATH, **given)

    return ask


@async_to_sync
async def awaited(call: Any, *given: Any, **named: Any) -> Any:
    return await call(*given, **named)


def session(key: str) -> dict[str, str]:
    return {"kind": "session", "secret": key}


def rows() -> list[Any]:
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - only once Django is set up

    return list(Session.objects.order_by("pk").values_list())


def test_a_batch_is_answered_in_its_order(post: Any, stranger: Any) -> None:
    key = log_in(stranger)
    answer = post([NOBODY, session(key), session(""), session(key)])
    assert answer.status_code == 200
    nobody, joana, empty, again = answer.json()["people"]
    assert (nobody, empty) == (None, None)
    assert joana == again
    assert (joana["user_id"], joana["name"]) == (str(stranger.pk), "Joana Dias")
    assert joana["expires_at"] > 0


def test_nothing_is_written_and_nothing_is_set(post: Any, stranger: Any) -> None:
    key = log_in(stranger)
    with override_settings(SESSION_SAVE_EVERY_REQUEST=True):
        before = rows()
        answer = post([session(key)], Cookie=f"sessionid={key}")
        assert answer.json()["people"][0] is not None
        assert rows() == before
    assert not answer.cookies
    assert "Vary" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_new_secret_key_ends_no_session(post: Any, stranger: Any) -> None:
    key, before = log_in(stranger), rows()
    with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[]):
        assert post([session(key)]).json() == {"people": [None]}
    assert rows() == before
    assert post([session(key)]).json()["people"][0] is not None


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é" * 32])
def test_without_the_token_there_is_no_such_place(post: Any, token: str, stranger: Any) -> None:
    from django.db import connection  # noqa: PLC0415 - only once Django is set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        answer = post([session("x" * 32)], token=token)
    assert (answer.status_code, answer.content, len(queries)) == (404, b"", 0)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_it_is_asked_by_post_alone(post: Any, method: str) -> None:
    assert post("", method=method).status_code == 404


def test_the_token_counts_in_the_header_alone(post: Any) -> None:
    assert post([NOBODY], token="", Cookie=f"token={TOKEN}").status_code == 404
    assert post(json.dumps({"credentials": [], "token": TOKEN}), token="").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "\x00\xff",
        '{"credentials": 1}',
        '{"credentials": ["x"]}',
        '{"credentials": [{"kind": "session"}]}',
        '{"credentials": [{"kind": "cookie", "secret": "x"}]}',
        '{"credentials": [{"kind": ["session"], "secret": "x"}]}',
        '{"credentials": [{"kind": "session", "secret": 1}]}',
        "[" * 100_000,
    ],
)
def test_garbage_is_refused(post: Any, body: str) -> None:
    assert post(body).status_code == 400


def test_a_batch_has_its_bound(post: Any) -> None:
    assert len(post([NOBODY] * BATCH_MAX).json()["people"]) == BATCH_MAX
    assert post([NOBODY] * (BATCH_MAX + 1)).status_code == 413


def test_the_longest_batch_fits_and_nothing_longer_is_read(post: Any) -> None:
    assert post([session('"' * 4096)] * BATCH_MAX).status_code == 200
    assert post(" " * (BODY_MAX + 1)).status_code == 413


def test_an_outage_of_the_database_makes_nobody_a_nobody(
    post: Any, stranger: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import connection  # noqa: PLC0415 - only once Django is set up

    key = log_in(stranger)
    with connection.cursor() as cursor, caplog.at_level(logging.WARNING):
        cursor.execute("ALTER TABLE django_session RENAME TO away")
        try:
            assert post([NOBODY, session(key)]).status_code == 503
        finally:
            cursor.execute("ALTER TABLE away RENAME TO django_session")
    assert post([session(key)]).json()["people"][0] is not None
    assert "prosa_django.middleware" in {record.name for record in caplog.records}
    assert key not in caplog.text
    assert TOKEN not in caplog.text


def test_an_outage_of_the_cache_makes_nobody_a_nobody(post: Any) -> None:
    engine = "django.contrib.sessions.backends.cache"
    with override_settings(
        SESSION_ENGINE=engine, CACHES={"default": {"BACKEND": "tests.sites.caches.AwayCache"}}
    ):
        assert post([NOBODY]).status_code == 503


def test_what_is_refused_is_not_reported_by_django_with_the_token_in_it(
    post: Any, caplog: pytest.LogCaptureFixture
) -> None:
    away = {"default": {"BACKEND": "tests.sites.caches.AwayCache"}}
    engine = "django.contrib.sessions.backends.cache"
    with caplog.at_level(logging.DEBUG), override_settings(SESSION_ENGINE=engine, CACHES=away):
        assert [post([NOBODY]).status_code, post([], token="wrong").status_code] == [503, 404]
    assert [record for record in caplog.records if record.name.startswith("django.request")] == []


def test_a_name_has_its_bound(post: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stranger), "get_full_name", lambda _: "n" * (NAME_CHARS + 1))
    (somebody,) = post([session(log_in(stranger))]).json()["people"]
    assert somebody["name"] == "n" * NAME_CHARS


def test_an_account_that_fails_takes_no_neighbour_along(
    post: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = type(stranger).objects.create_user("nameless", password="x")
    keys = [log_in(stranger), log_in(other)]
    name_of = type(stranger).get_full_name

    def get_full_name(self: Any) -> str:
        if self.pk == other.pk:
            raise AttributeError("no profile")
        return str(name_of(self))

    monkeypatch.setattr(type(stranger), "get_full_name", get_full_name)
    try:
        first, failed = post([session(key) for key in keys]).json()["people"]
        assert (first["name"], failed) == ("Joana Dias", "unknown")
    finally:
        other.delete()


@pytest.mark.parametrize("kind", ["session", "token"])
def test_an_account_that_the_site_fails_to_find_takes_no_neighbour_along(
    post: Any, stranger: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    from django.contrib.auth.backends import ModelBackend  # noqa: PLC0415 - only once Django is set up
    from rest_framework_simplejwt.authentication import JWTAuthentication  # noqa: PLC0415
    from rest_framework_simplejwt.tokens import AccessToken  # noqa: PLC0415

    def get_user(*_: Any) -> Any:
        raise LookupError("no profile")

    asked = [session(log_in(stranger)), {"kind": "token", "secret": str(AccessToken.for_user(stranger))}]
    failing = ModelBackend if kind == "session" else JWTAuthentication
    monkeypatch.setattr(failing, "get_user", get_user)
    answers = dict(zip(("session", "token"), post(asked).json()["people"], strict=True))
    assert answers.pop(kind) == "unknown"
    assert [somebody["name"] for somebody in answers.values()] == ["Joana Dias"]


def test_hosts_redirects_and_logins_do_not_answer_in_its_place(post: Any) -> None:
    with override_settings(ALLOWED_HOSTS=["elsewhere.example"], SECURE_SSL_REDIRECT=True):
        assert post([NOBODY], Host="web:8000").json() == {"people": [None]}


def test_every_other_page_is_the_site_s(site: None) -> None:
    assert Client().get("/entrar/").status_code == 200
    assert Client().post(PATH + "mais/").status_code == 404
    assert awaited(AsyncClient().get, "/entrar/").status_code == 200


@pytest.mark.parametrize("token", [None, "", "x" * 31, b"x" * 32])
def test_a_site_without_a_good_token_does_not_start(token: Any) -> None:
    with override_settings(PROSA_SITE_TOKEN=token), pytest.raises(ImproperlyConfigured, match="32 bytes"):
        WhoamiMiddleware(lambda request: HttpResponse())
