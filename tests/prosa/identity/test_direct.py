"""Whose a session key is, in each of Django's engines, and that asking changes nothing."""

import asyncio
import os
import threading
import time
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from prosa.identity.direct import Direct
from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Credential
from prosa_django import people, sessions
from tests.prosa.identity.conftest import Ask
from tests.sites.site import log_in

ROWS = ("db", "cached_db")


def test_a_key_is_its_person(engine: str, user: Any, ask: Ask) -> None:
    (person,) = ask([log_in(user)])
    assert person is not None
    assert (person.user_id, person.name) == (str(user.pk), "Joana Dias")


def test_a_batch_is_answered_in_its_order(engine: str, user: Any, ask: Ask) -> None:
    keys = [log_in(user) for _ in range(40)]
    asked = ["x" * 32, *keys, "", keys[0]]
    names = [person and person.name for person in ask(asked)]
    assert names == [None, *["Joana Dias"] * 40, None, "Joana Dias"]


@pytest.mark.parametrize(
    "key", ["", "x", "x" * 32, "a b" * 10, "\0" * 32, "../../etc/passwd", "é" * 32, "y" * 5000]
)
def test_a_key_that_is_none_is_nobody(engine: str, key: str, user: Any, ask: Ask) -> None:
    assert ask([key]) == [None]


def test_an_anonymous_session_is_nobody(engine: str, user: Any, ask: Ask) -> None:
    session = sessions.import_module(settings.SESSION_ENGINE).SessionStore()
    session["cart"] = 1
    session.save()
    assert ask([session.session_key]) == [None]


def test_the_inactive_are_nobody_until_they_are_active_again(engine: str, user: Any, ask: Ask) -> None:
    key = log_in(user)
    user.is_active = False
    user.save()
    assert ask([key]) == [None]
    user.is_active = True
    user.save()
    assert ask([key]) != [None]


def test_the_deleted_are_nobody(engine: str, user: Any, ask: Ask) -> None:
    key = log_in(user)
    user.delete()
    assert ask([key]) == [None]


def test_a_new_password_ends_the_old_sessions(engine: str, user: Any, ask: Ask) -> None:
    key = log_in(user)
    user.set_unusable_password()
    user.save()
    assert ask([key]) == [None]
    assert ask([log_in(user)]) != [None]


def test_who_has_logged_out_is_nobody_where_the_site_keeps_the_session(
    engine: str, user: Any, ask: Ask
) -> None:
    key = log_in(user)
    sessions.import_module(settings.SESSION_ENGINE).SessionStore(key).flush()
    kept_by_the_browser = engine == "signed_cookies"
    assert (ask([key]) != [None]) is kept_by_the_browser


def test_a_row_that_has_expired_is_nobody_and_stays_where_it_is(user: Any, ask: Ask) -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - only once Django is set up

    key = log_in(user)
    Session.objects.filter(pk=key).update(expire_date="2020-01-01T00:00:00Z")
    assert ask([key]) == [None]
    assert Session.objects.filter(pk=key).exists()


def test_an_expired_file_is_nobody_and_no_other_is_made(user: Any, ask: Ask, tmp_path: Any) -> None:
    engine = "django.contrib.sessions.backends.file"
    with override_settings(SESSION_ENGINE=engine, SESSION_FILE_PATH=str(tmp_path), SESSION_COOKIE_AGE=0):
        key = log_in(user)
        before = {file: file.read_bytes() for file in tmp_path.iterdir()}
        assert ask([key]) == [None]
        assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
        del sessions.import_module(engine).SessionStore._storage_path


@pytest.mark.parametrize("has_fallback", [True, False])
def test_a_new_secret_key_leaves_every_session_as_it_was(
    engine: str, has_fallback: bool, user: Any, ask: Ask
) -> None:
    key = log_in(user)
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another" * 8, SECRET_KEY_FALLBACKS=[old] if has_fallback else []):
        assert [person and person.name for person in ask([key])] == ["Joana Dias" if has_fallback else None]
    assert ask([key]) != [None]


def test_a_session_ends_when_its_row_ends(engine: str, user: Any, ask: Ask) -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - only once Django is set up
    from django.utils import timezone  # noqa: PLC0415

    key = log_in(user)
    soon = timezone.now() + timezone.timedelta(seconds=20)
    Session.objects.filter(pk=key).update(expire_date=soon)
    (person,) = ask([key])
    assert person is not None
    assert person.expires_at == (pytest.approx(soon.timestamp()) if engine in ROWS else None)


def test_a_session_that_is_being_logged_out_is_not_brought_back_into_the_cache(user: Any, ask: Ask) -> None:
    from django.core.cache import cache  # noqa: PLC0415 - only once Django is set up

    engine = "django.contrib.sessions.backends.cached_db"
    with override_settings(SESSION_ENGINE=engine):
        key = log_in(user)
        cache.clear()
        assert ask([key]) != [None]
        assert sessions.import_module(engine).KEY_PREFIX + key not in cache


def test_a_database_that_fails_makes_nobody_a_nobody(user: Any, ask: Ask) -> None:
    from django.db import connection  # noqa: PLC0415 - only once Django is set up

    key = log_in(user)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session RENAME TO away")
        try:
            with pytest.raises(IdentityUnknownError):
                ask([key])
        finally:
            cursor.execute("ALTER TABLE away RENAME TO django_session")
    assert ask([key]) != [None]


@pytest.mark.parametrize("engine_name", ["cache", "cached_db"])
def test_a_cache_that_is_away_is_unknown_unless_the_rows_answer(
    engine_name: str, user: Any, ask: Ask
) -> None:
    key = log_in(user)  # a row
    with override_settings(
        SESSION_ENGINE=f"django.contrib.sessions.backends.{engine_name}",
        CACHES={"default": {"BACKEND": "tests.sites.caches.AwayCache"}},
    ):
        if engine_name == "cache":
            with pytest.raises(IdentityUnknownError):
                ask([key])
        else:
            assert [person and person.name for person in ask([key])] == ["Joana Dias"]


def test_a_key_that_no_cache_could_keep_takes_no_neighbour_along(user: Any, ask: Ask) -> None:
    with override_settings(
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        CACHES={"default": {"BACKEND": "tests.sites.caches.PickyCache"}},
    ):
        assert [person and person.name for person in ask(["x" * 300, log_in(user)])] == [None, "Joana Dias"]


def test_a_folder_of_sessions_that_is_gone_is_unknown(user: Any, ask: Ask, tmp_path: Any) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    engine = "django.contrib.sessions.backends.file"
    with override_settings(SESSION_ENGINE=engine, SESSION_FILE_PATH=str(folder)):
        key = log_in(user)
        assert ask([key, "z" * 32])[1] is None
        folder.rename(tmp_path / "unmounted")
        with pytest.raises(IdentityUnknownError):
            ask([key])
        del sessions.import_module(engine).SessionStore._storage_path


def test_an_account_the_sites_code_fails_on_takes_no_neighbour_along(
    user: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = type(user).objects.create_user("nameless", password="x")
    keys = [log_in(user), log_in(other), log_in(user)]
    name_of = type(user).get_full_name

    def get_full_name(self: Any) -> str:
        if self.pk == other.pk:
            raise AttributeError("no profile")
        return str(name_of(self))

    monkeypatch.setattr(type(user), "get_full_name", get_full_name)
    try:
        first, failed, last = ask(keys)
        assert [one and one.name for one in (first, last)] == ["Joana Dias"] * 2
        assert isinstance(failed, IdentityUnknownError)
    finally:
        other.delete()


def test_a_site_that_hangs_is_unknown_in_time_and_nothing_queues_behind_it(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, started = threading.Event(), threading.Semaphore(0)
    people_of = people.people_of

    def hang(credentials: Any) -> Any:
        started.release()
        released.wait(20)
        return people_of(credentials)

    monkeypatch.setattr(people, "people_of", hang)
    direct = Direct(threads=1, timeout_seconds=0.1)
    credential = Credential("session", log_in(user))

    async def scene() -> Any:
        for _ in range(3):
            with pytest.raises(IdentityUnknownError):
                await direct.identify([credential])
        begun = [started.acquire(blocking=False) for _ in range(2)]
        released.set()
        async with asyncio.timeout(10):
            while True:
                try:
                    return begun, await direct.identify([credential])
                except IdentityUnknownError:
                    continue

    begun, answers = asyncio.run(scene())
    direct.close()
    assert begun == [True, False]
    assert answers[0].name == "Joana Dias"


def test_the_cookie_and_the_login_are_the_site_s(site: None) -> None:
    direct = Direct()
    direct.close()
    assert (direct.cookie_name, direct.login_url) == ("sessionid", "/entrar/")
    with override_settings(LOGIN_URL="login", SESSION_COOKIE_NAME="quem"):
        direct = Direct()
        direct.close()
        assert (direct.cookie_name, direct.login_url) == ("quem", "/entrar/")


def test_the_time_zone_of_the_process_is_its_own(site: None) -> None:
    assert settings.TIME_ZONE == "America/Sao_Paulo"
    assert os.environ.get("TZ") != settings.TIME_ZONE
    assert time.timezone != 3 * 3600
