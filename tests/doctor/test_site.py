"""A site whose sessions cannot be read here, or whose cookie stays away from the chat, is found."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.cluster import ROOT, Cluster
from doctor.findings import Finding
from doctor.site import check, check_asked
from prosa.identity.ask import Ask
from tests.doctor.lines import only, troubles
from tests.ports import free_port
from tests.server import session_key
from tests.sites.site import log_in, people, site

__all__ = ["site"]

BACKENDS = "django.contrib.sessions.backends."
HERE = {"DJANGO_SETTINGS_MODULE": "demo.settings"}
HTTPS, HTTP = "https://chat.example.com", "http://chat.example.com"


@contextlib.contextmanager
def told(**settings: Any) -> Iterator[None]:
    """The site's settings are these for a while."""
    from django.test.utils import override_settings  # noqa: PLC0415 - only once Django is set up

    with override_settings(**settings):
        yield


def look(url: str = HTTP, cookie: str = "", session: str = "") -> list[Finding]:
    return list(check({**HERE, "SESSION": session}, cookie, urlsplit(url)))


@pytest.fixture
def user(site: None) -> Iterator[Any]:
    """Joana, who is on the site for one test."""
    yield from people()


def test_a_good_one_has_no_trouble(site: None) -> None:
    assert troubles(look()) == []
    with told(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_DOMAIN=".example.com"):
        assert troubles(look(HTTPS)) == []


def test_a_session_is_looked_up_and_only_its_persons_id_is_shown(user: Any) -> None:
    key = log_in(user)
    findings = look(session=key)
    assert troubles(findings) == []
    assert any(f"person {user.pk}" in finding.found for finding in findings)
    assert key not in "".join(finding.line() for finding in findings)


def test_a_session_of_nobody_is_found(site: None) -> None:
    line = only(look(session="n0b0dy0000000000000000000000000x"))
    assert "the session given is nobody's here" in line
    assert "SECRET_KEY" in line
    assert "n0b0dy" not in line


@pytest.mark.parametrize(
    ("settings", "url", "grade", "said"),
    [
        ({"SESSION_COOKIE_PATH": "/conta/"}, HTTP, "FAIL", 'SESSION_COOKIE_PATH = "/"'),
        ({"SESSION_COOKIE_DOMAIN": "www.example.com"}, HTTP, "FAIL", "SESSION_COOKIE_DOMAIN"),
        ({"SESSION_COOKIE_DOMAIN": "ample.com"}, HTTP, "FAIL", "SESSION_COOKIE_DOMAIN"),
        ({"SESSION_COOKIE_SECURE": True}, HTTP, "FAIL", "over https"),
        ({"SESSION_COOKIE_SAMESITE": "None"}, HTTP, "FAIL", "SESSION_COOKIE_SAMESITE"),
        ({}, HTTPS, "warn", "SESSION_COOKIE_SECURE = True"),
    ],
)
def test_a_cookie_that_stays_away_is_found(
    settings: dict[str, Any], url: str, grade: str, said: str, site: None
) -> None:
    with told(**settings):
        line = only(look(url))
    assert line.startswith(grade)
    assert said in line


def test_a_cookie_of_another_name_than_the_sites_is_found(site: None) -> None:
    assert "unset PROSA_SESSION_COOKIE" in only(look(cookie="sid"))


def test_sessions_in_the_memory_of_one_process_are_found(site: None) -> None:
    locmem = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with told(SESSION_ENGINE=f"{BACKENDS}cache", CACHES=locmem):
        assert "CACHES" in only(look())


def test_an_engine_that_is_none_is_found(site: None) -> None:
    with told(SESSION_ENGINE="demo.keys"):
        lines = troubles(look())
    assert "SESSION_ENGINE demo.keys" in lines[0]
    assert all(line.startswith("FAIL") for line in lines)


def test_sessions_that_cannot_be_read_are_found(site: None, tmp_path: Path) -> None:
    with told(SESSION_ENGINE=f"{BACKENDS}file", SESSION_FILE_PATH=str(tmp_path / "away")):
        assert "cannot say whose a session is" in only(look())


def test_connecting_anew_each_time_is_found(site: None) -> None:
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
        assert "CONN_MAX_AGE = 60" in only(look())


def test_a_site_that_is_not_named_is_found() -> None:
    assert "DJANGO_SETTINGS_MODULE is not set" in only(check({}, "", None))


def test_a_site_that_cannot_be_imported_is_found() -> None:
    """In a process of its own: here Django has been set up once and for all."""
    asked = "import os, doctor.site\nfor f in doctor.site.check(os.environ, '', None): print(f.line())"
    environment = {"DJANGO_SETTINGS_MODULE": "nowhere.settings", "PATH": "/usr/bin"}
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith(
        "FAIL  site: SiteError DJANGO_SETTINGS_MODULE=nowhere.settings cannot be used"
    )


def test_a_site_that_is_asked_is_asked(cluster: Cluster, user: Any) -> None:
    environ = cluster._environment()
    ask = partial(Ask, environ["PROSA_SITE_URL"], environ["PROSA_SITE_TOKEN"])
    assert troubles(list(check_asked(ask(), {}))) == []
    key = session_key(cluster.url, "cliente")
    findings = list(check_asked(ask(), {"SESSION": key}))
    assert troubles(findings) == []
    assert any("the session given is that of person" in finding.found for finding in findings)
    assert "is nobody's here" in only(list(check_asked(ask(), {"SESSION": log_in(user)})))
    assert "unset one of them" in only(list(check_asked(ask(), HERE)))


def test_a_site_that_cannot_be_asked_is_found(cluster: Cluster) -> None:
    environ = cluster._environment()
    wrong = Ask(environ["PROSA_SITE_URL"], "w" * 32)
    assert "PROSA_SITE_TOKEN" in only(list(check_asked(wrong, {})))
    away = Ask(f"http://127.0.0.1:{free_port()}", environ["PROSA_SITE_TOKEN"])
    assert "ConnectionRefusedError" in only(list(check_asked(away, {})))
