"""The settings as the environment has them, read and checked; what there is to set is in ``settings.py``."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from limits import parse

from settings import PREFIX, RATES, Settings, SettingsError

EXAMPLES = {"api_keys": '{"site": "secret"}', "token_keys": '{"2026": ["HS256", "secret"]}'}
"""Settings that are written as JSON."""

RETENTION_DAYS_MIN = 8
"""A browser keeps what it could not send for seven days; what was stored meanwhile must still be known."""


def load(environ: Mapping[str, str]) -> Settings:
    """The settings as ``environ`` has them. Raises ``SettingsError`` naming the first wrong one."""
    given = {name[len(PREFIX) :].lower(): text for name, text in environ.items() if name.startswith(PREFIX)}
    unknown = sorted(given.keys() - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError(f"{PREFIX}{unknown[0].upper()} is not a setting of Prosa: see README.md.")
    try:
        settings = msgspec.convert(
            {name: _read(name, text) for name, text in given.items()}, Settings, strict=False
        )
    except msgspec.ValidationError as error:
        raise SettingsError(_sentence(str(error))) from None
    _check(settings)
    return settings


def check_site(settings: Settings, environ: Mapping[str, str]) -> None:
    """There is one way to know who somebody is. Raises ``SettingsError`` where there is none, or two."""
    read_by = "PROSA_DEMO" if settings.demo else "DJANGO_SETTINGS_MODULE"
    is_read = settings.demo or bool(environ.get("DJANGO_SETTINGS_MODULE"))
    if settings.site_url and is_read:
        raise SettingsError(
            f"it is to know who is who by PROSA_SITE_URL and by {read_by}: unset one of the two"
            " (with the first, PROSA_SITE_TOKEN)."
        )
    if not settings.site_url and not is_read:
        raise SettingsError(
            "it needs a Django site to know who is who: set PROSA_SITE_URL and PROSA_SITE_TOKEN, or"
            " DJANGO_SETTINGS_MODULE (and PYTHONPATH), or PROSA_DEMO=1 for the demo site."
        )


def _read(name: str, text: str) -> Any:
    if name in EXAMPLES:
        try:
            return msgspec.json.decode(text or "{}")
        except msgspec.DecodeError:
            message = f"{PREFIX}{name.upper()} must be a JSON object such as {EXAMPLES[name]}."
            raise SettingsError(message) from None
    if name == "allowed_origins":
        return [origin.strip() for origin in text.split(",") if origin.strip()]
    return text


def _sentence(problem: str) -> str:
    """``Expected `int` >= 1 - at `$.port``` as a sentence about ``PROSA_PORT``, without the value."""
    what, _, where = problem.partition(" - at ")
    name = re.sub(r"[^a-z_].*", "", where.removeprefix("`$."))
    return f"{PREFIX}{name.upper()} is wrong: {what[0].lower()}{what[1:]}."


def _check(settings: Settings) -> None:
    """What a type cannot say."""
    try:
        has_host = bool(urlsplit(settings.site_url).hostname) and urlsplit(settings.site_url).port != 0
    except ValueError:
        has_host = False
    if settings.site_url and not has_host:
        raise SettingsError("PROSA_SITE_URL is wrong: write it as http://10.0.0.5:8000.")
    if bool(settings.site_url) != bool(settings.site_token):
        raise SettingsError("PROSA_SITE_URL and PROSA_SITE_TOKEN go together: one of them is not set.")
    if bool(settings.sockjs_url) != bool(settings.sockjs_integrity):
        raise SettingsError(
            "PROSA_SOCKJS_URL and PROSA_SOCKJS_INTEGRITY go together: one of them is not set."
        )
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"PROSA_TIMEZONE is wrong: there is no zone {settings.timezone!r}.") from None
    if 0 < settings.retention_days < RETENTION_DAYS_MIN:
        raise SettingsError(
            f"PROSA_RETENTION_DAYS is wrong: 0, or at least {RETENTION_DAYS_MIN}: a message may be on its way"
            f" for {RETENTION_DAYS_MIN - 1} days."
        )
    for name in RATES:
        try:
            parse(getattr(settings, name))
        except ValueError:
            raise SettingsError(
                f'PROSA_{name.upper()} is wrong: write it as "20 per 10 seconds" or "1 per second".'
            ) from None
