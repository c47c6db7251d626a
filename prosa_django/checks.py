"""What ``manage.py check`` says of a site's settings for Prosa, before people find out."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution

FIRST = "prosa_django.middleware.WhoamiMiddleware"
KEY_BYTES = 32
"""RFC 7518, 3.2: a key as long as the hash."""
SECRETS = ("PROSA_SITE_TOKEN", "PROSA_KEY", "PROSA_TOKEN_KEY")
QUESTIONS = ("describe", "chat_ids")


def settings_fit(**_: Any) -> list[CheckMessage]:
    """Each thing that is to be mended; of what a site does not use, nothing."""
    return [*_middleware(), *_address(), *_secrets(), *_rooms()]


def _middleware() -> Iterator[CheckMessage]:
    lines = list(settings.MIDDLEWARE)
    if FIRST not in lines:
        yield Caution(
            "Prosa cannot ask this site who somebody is.",
            hint=f"MIDDLEWARE begins with {FIRST}.",
            id="prosa.W001",
        )
    elif lines[0] != FIRST:
        yield Caution(
            f"{lines[0]} may answer in the place of {FIRST}.", hint="Make it the first line.", id="prosa.W002"
        )


def _address() -> Iterator[CheckMessage]:
    """Without an address the site tells Prosa nothing, which may be meant; half of one is a mistake."""
    url = getattr(settings, "PROSA_URL", "")
    if not url:
        yield Caution(
            "This site tells Prosa neither rooms nor logouts.", hint="Set PROSA_URL.", id="prosa.W003"
        )
        return
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        yield Error(f"PROSA_URL is no address: {url!r}.", hint="http://127.0.0.1:9101", id="prosa.E001")
    for name in ("PROSA_KID", "PROSA_KEY"):
        if not getattr(settings, name, ""):
            yield Error(f"{name} is missing.", hint="It is one of Prosa's PROSA_API_KEYS.", id="prosa.E002")


def _secrets() -> Iterator[CheckMessage]:
    for name in SECRETS:
        secret = getattr(settings, name, "")
        if secret and (not isinstance(secret, str) or len(secret.encode()) < KEY_BYTES):
            yield Error(
                f"{name} has fewer than {KEY_BYTES} bytes.", hint="openssl rand -hex 32", id="prosa.E003"
            )
        elif secret and secret == settings.SECRET_KEY:
            yield Error(f"{name} is this site's SECRET_KEY.", hint="openssl rand -hex 32", id="prosa.E004")


def _rooms() -> Iterator[CheckMessage]:
    module = getattr(settings, "PROSA_ROOMS", "")
    if not module:
        return
    try:
        found = import_module(module)
    except ImportError as error:
        yield Error(f"PROSA_ROOMS cannot be imported: {error}.", hint="market.rooms", id="prosa.E005")
        return
    for name in QUESTIONS:
        if not callable(getattr(found, name, None)):
            yield Error(f"{module} has no {name}().", hint="See docs/django.md, Rooms.", id="prosa.E006")
