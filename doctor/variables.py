"""The settings that the workers are given: known, whole, and in agreement with each other."""

import difflib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from doctor.findings import Findings, fail, ok, warn
from environ import load
from handlers.sockjs.origins import canonical
from settings import PREFIX, Settings, SettingsError

NGINX_READ_SECONDS = 60
"""nginx's own ``proxy_read_timeout``, where nothing is said."""

SAMPLE_KEY = "at-least-32-characters-of-your-own"
"""The one in README.md, which the world can read."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def loaded(environ: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    """The settings without the names that are none, and those names; ``None`` where a value is wrong."""
    known = {PREFIX + field.upper() for field in Settings.__struct_fields__}
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    try:
        return load({name: text for name, text in environ.items() if name not in unknown}), unknown
    except SettingsError:
        return None, unknown


def check_names(environ: Mapping[str, str]) -> Findings:
    """Every name is a setting, and every value fits: otherwise no worker starts."""
    settings, unknown = loaded(environ)
    known = [PREFIX + field.upper() for field in Settings.__struct_fields__]
    for name in unknown:
        near = difflib.get_close_matches(name, known, 1, 0.5)
        yield fail(
            "settings",
            f"{name} is not a setting",
            f"write {near[0]}." if near else "take it away; README.md lists them all.",
        )
    if settings is None:
        try:
            load({name: text for name, text in environ.items() if name not in unknown})
        except SettingsError as error:
            yield fail("settings", str(error).rstrip("."), "give it a value that fits: see README.md.")
    elif not unknown:
        count = sum(name.startswith(PREFIX) for name in environ)
        yield ok("settings", f"{count} given, all known and well-formed")


def check_shared(settings: Settings) -> Findings:
    """What all workers are told alike."""
    if settings.demo:
        yield fail("settings", "PROSA_DEMO is on", "unset it: the demo's passwords are known to everybody.")
    if not settings.mongodb_uri:
        yield fail(
            "settings",
            "PROSA_MONGODB_URI is empty, so that each worker starts a mongod of its own, for development",
            "name your replica set in PROSA_MONGODB_URI.",
        )
    if not settings.api_keys:
        yield warn(
            "settings",
            "PROSA_API_KEYS is empty: the site can make no room",
            "give the site a key of its own in PROSA_API_KEYS.",
        )
    for name, key in settings.api_keys.items():
        if key == SAMPLE_KEY or len(set(key)) < len(SAMPLE_KEY) // 4:
            yield fail(
                "settings",
                f"the key {name!r} of PROSA_API_KEYS can be guessed",
                "make one by chance, such as `openssl rand -hex 32`.",
            )
    for origin in settings.allowed_origins:
        if canonical(origin) is None:
            yield fail(
                "settings",
                f"{origin} of PROSA_ALLOWED_ORIGINS is what no browser sends",
                "write it as https://host or https://host:port, in ASCII.",
            )
    if settings.heartbeat_seconds >= NGINX_READ_SECONDS:
        yield warn(
            "settings",
            f"PROSA_HEARTBEAT_SECONDS is {settings.heartbeat_seconds:g}, and nginx by itself cuts what is"
            f" silent for {NGINX_READ_SECONDS} s",
            "lower it, or raise nginx's proxy_read_timeout above it.",
        )


def check_places(workers: Sequence[Settings], is_proxied: bool) -> Findings:
    """What each worker is told for itself. ``is_proxied``: people reach it through nginx."""
    before = len(workers)
    for worker in workers:
        yield from _check_place(worker, is_proxied)
    for name in ("port", "private_port", "sessions_folder", "worker"):
        counted = Counter(getattr(worker, name) for worker in workers)
        for value, count in counted.items():
            if value and count > 1:
                yield fail(
                    "settings",
                    f"{count} workers have the same {PREFIX}{name.upper()}, {value}",
                    "give each its own in supervisor.conf.",
                )
    if before > 1 and not all(worker.sessions_folder for worker in workers):
        yield fail(
            "settings",
            f"there are {before} workers, and not all have a PROSA_SESSIONS_FOLDER",
            "give each its own: nginx finds a polling session's worker by it.",
        )


def _check_place(worker: Settings, is_proxied: bool) -> Findings:
    who = f"worker {worker.worker}"
    if worker.private_port and not worker.sessions_folder:
        yield fail(
            "settings",
            f"{who} has a PROSA_PRIVATE_PORT and no PROSA_SESSIONS_FOLDER",
            "set PROSA_SESSIONS_FOLDER too: by it nginx finds whose session is behind that port.",
        )
    if worker.sessions_folder and not worker.private_port:
        yield fail(
            "settings",
            f"{who} has a PROSA_SESSIONS_FOLDER and no PROSA_PRIVATE_PORT",
            "set PROSA_PRIVATE_PORT too: there nginx brings the requests of its sessions.",
        )
    if worker.private_port == worker.port:
        yield fail("settings", f"{who} has one port for both its doors", "choose another PROSA_PRIVATE_PORT.")
    if is_proxied and not worker.trust_proxy:
        yield fail(
            "settings",
            f"{who} does not believe nginx: every browser has nginx's address, and https looks like http",
            "set PROSA_TRUST_PROXY=1.",
        )
    if worker.trust_proxy and worker.address not in LOOPBACK:
        yield warn(
            "settings",
            f"{who} believes X-Forwarded-For of whoever reaches {worker.address or 'any address'}",
            "set PROSA_ADDRESS=127.0.0.1, or close that port to everybody but nginx.",
        )
    if worker.sessions_folder and (problem := _unusable(Path(worker.sessions_folder))):
        yield fail(
            "settings",
            f"the PROSA_SESSIONS_FOLDER of {who} {problem}",
            f"make {worker.sessions_folder} a folder that the workers may write to.",
        )


def _unusable(folder: Path) -> str:
    """Why a worker cannot keep its files there; empty where it can. It makes the folder itself."""
    if not folder.is_absolute():
        return "is not an absolute path, as nginx needs it"
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        return f"cannot be made: {there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"cannot be written: {there}"


def workers_of(environments: Sequence[Mapping[str, str]]) -> list[Settings]:
    """The settings of those workers whose settings load."""
    return [settings for environ in environments if (settings := loaded(environ)[0]) is not None]
