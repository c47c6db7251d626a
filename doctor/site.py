"""The Django site as the workers ask it: who is this session of, and will the browser bring it to us."""

import asyncio
import secrets
import string
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult

from doctor.findings import Finding, Findings, fail, first_line, ok, warn
from prosa.identity.ask import Ask
from prosa.identity.direct import Direct
from prosa.identity.identity import Identity
from prosa.identity.site import SiteError
from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Credential, Person

ENGINES = ("db", "cached_db", "cache", "file", "signed_cookies")
OF_ONE_PROCESS = ("locmem.LocMemCache", "dummy.DummyCache")
PATHS = ("/chat/", "/ws/chat/")
LOCAL = ("localhost", "127.0.0.1", "::1")
REACHED = "let this machine reach the site's database and cache, with the site's own settings."
SHARED = "share SECRET_KEY, SESSION_ENGINE and database with the site, or give one that is logged in."
ASKED = (
    "let PROSA_SITE_URL lead to the site from here, PROSA_SITE_TOKEN be the site's own, and the middleware"
    " of prosa_django stand first there."
)


def check(environ: Mapping[str, str], cookie: str, url: SplitResult | None) -> Findings:
    """``cookie``: PROSA_SESSION_COOKIE. ``url``: where browsers find the chat. The site is only read."""
    name = environ.get("DJANGO_SETTINGS_MODULE")
    if not name:
        yield fail(
            "site",
            "DJANGO_SETTINGS_MODULE is not set",
            "set it, and PYTHONPATH, as the workers have them.",
        )
        return
    try:
        identity = Direct(threads=1)
    except SiteError as error:
        yield fail(
            "site", first_line(error), "set DJANGO_SETTINGS_MODULE and PYTHONPATH as the workers have them."
        )
        return
    try:
        yield ok("site", f"{name} is set up")
        yield _engine()
        yield from _lookup(identity, environ.get("SESSION", ""), REACHED, SHARED)
        yield _connections()
        yield from _cookie(cookie, url)
    finally:
        identity.close()


def check_asked(identity: Ask, environ: Mapping[str, str]) -> Findings:
    """The same of a site that is asked: it answers. Its cookie and its sessions are its own business."""
    if environ.get("DJANGO_SETTINGS_MODULE"):
        yield fail(
            "site",
            "DJANGO_SETTINGS_MODULE is set beside PROSA_SITE_URL, and no worker starts with both",
            "unset one of them.",
        )
    yield from _lookup(identity, environ.get("SESSION", ""), ASKED, "give one that is logged in.")
    identity.close()


def _engine() -> Finding:
    """Whether the sessions are where another process can find them."""
    from django.conf import settings  # noqa: PLC0415 - once Django is set up

    name = settings.SESSION_ENGINE
    mend = "set SESSION_ENGINE to one of django.contrib.sessions.backends."
    try:
        store = import_module(name).SessionStore
        bases = [f"django.contrib.sessions.backends.{engine}" for engine in ENGINES]
        known = next((base for base in bases if any(one.__module__ == base for one in store.__mro__)), "")
    except (ImportError, AttributeError) as error:
        return fail("site", f"SESSION_ENGINE {name}: {first_line(error)}", mend)
    if not known:
        return warn(
            "site", f"SESSION_ENGINE {name} is none of Django's five", f"look with SESSION=… or {mend}"
        )
    cache = settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {}).get("BACKEND", "")
    if known.endswith(".cache") and cache.endswith(OF_ONE_PROCESS):
        return fail(
            "site",
            f"the sessions are kept in {cache.rpartition('.')[2]}, which no other process can read",
            "set CACHES to one that the site and the workers share, or SESSION_ENGINE to cached_db.",
        )
    return ok("site", f"the sessions are kept by {name}")


def _lookup(identity: Identity, session: str, mend: str, mend_session: str) -> Findings:
    """A session that is not there is nobody's; one that is there is somebody's."""
    stranger = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(32))
    try:
        (nobody,) = asyncio.run(identity.identify([Credential("session", stranger)]))
        if nobody is None:
            yield ok("site", "a session that does not exist is nobody's")
        else:
            yield fail(
                "site", "a session that does not exist is somebody's", "look at the site's SESSION_ENGINE."
            )
        if not session:
            yield ok("site", "no session was looked up: SESSION=<a sessionid cookie> names one")
            return
        (somebody,) = asyncio.run(identity.identify([Credential("session", session)]))
    except IdentityUnknownError as error:
        yield fail("site", f"the site cannot say whose a session is ({error.details.get('detail')})", mend)
        return
    if isinstance(somebody, Person):
        yield ok("site", f"the session given is that of person {somebody.user_id}")
    else:
        yield fail(
            "site",
            "the session given is nobody's here",
            mend_session,
        )


def _connections() -> Finding:
    from django.conf import settings  # noqa: PLC0415 - once Django is set up

    kept: Any = settings.DATABASES.get("default", {}).get("CONN_MAX_AGE", 0)
    if kept == 0:
        return warn(
            "site",
            "each look at a session connects to the database anew",
            "give the workers CONN_MAX_AGE = 60 and CONN_HEALTH_CHECKS = True, unless there is a pooler.",
        )
    return ok("site", f"connections to the site's database are kept (CONN_MAX_AGE {kept})")


def _cookie(cookie: str, url: SplitResult | None) -> Findings:
    """Whether the browser brings the session's cookie to the chat, and the chat looks at it."""
    from django.conf import settings  # noqa: PLC0415 - once Django is set up

    before = f"the cookie {settings.SESSION_COOKIE_NAME}"
    problems = list(
        _kept_back(
            settings.SESSION_COOKIE_DOMAIN,
            settings.SESSION_COOKIE_SECURE,
            settings.SESSION_COOKIE_SAMESITE,
            url,
        )
    )
    if cookie and cookie != settings.SESSION_COOKIE_NAME:
        problems.append((f"PROSA_SESSION_COOKIE is {cookie}", "unset PROSA_SESSION_COOKIE."))
    if not all(path.startswith(settings.SESSION_COOKIE_PATH) for path in PATHS):
        problems.append((f"its path is {settings.SESSION_COOKIE_PATH}", 'set SESSION_COOKIE_PATH = "/".'))
    for problem, mend in problems:
        yield fail("site", f"{before} does not reach the chat: {problem}", mend)
    if problems:
        return
    if url is not None and url.scheme == "https" and not settings.SESSION_COOKIE_SECURE:
        yield warn("site", f"{before} is sent over http too", "set SESSION_COOKIE_SECURE = True.")
    else:
        where = url.netloc if url else "the site's host (URL=… looks at it more closely)"
        yield ok("site", f"{before} reaches {', '.join(PATHS)} on {where}")


def _kept_back(
    domain: str | None, is_secure: bool, same_site: Any, url: SplitResult | None
) -> Iterator[tuple[str, str]]:
    """Why a browser would keep the cookie from ``url``, and the setting that does it."""
    if str(same_site).lower() == "none" and not is_secure:
        yield "browsers drop SameSite=None without Secure", 'set SESSION_COOKIE_SAMESITE = "Lax".'
    if url is None:
        return
    host = url.hostname or ""
    if domain and host != (bare := domain.lstrip(".")) and not host.endswith(f".{bare}"):
        yield f"it is for {domain}, not for {host}", "set SESSION_COOKIE_DOMAIN = None, or use that host."
    if is_secure and url.scheme == "http" and host not in LOCAL:
        yield "it is for https only, and the chat is on http", "serve the chat over https."
