"""What a check has found: one line for whoever runs the deployment, without a secret in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

OK, WARN, FAIL = "ok", "warn", "FAIL"

PASSWORD = re.compile(r"://[^/\s@]*:([^/\s]+)@")
SECRET_CHARS = 4
"""What is shorter is a word like any other, and hiding it would hide the sentence."""

HIDDEN = "***"


class Finding(NamedTuple):
    """How it is with one thing, and what to mend where it is not well."""

    grade: str
    about: str
    found: str
    mend: str = ""

    def line(self) -> str:
        """As it is shown."""
        mend = f" To mend: {self.mend}" if self.mend else ""
        return f"{self.grade:<5} {self.about}: {self.found}.{mend}"


Findings = Iterator[Finding]
"""A check is a function that yields what it finds, and raises nothing that its subject can cause."""


def ok(about: str, found: str) -> Finding:
    """It is well."""
    return Finding(OK, about, found)


def warn(about: str, found: str, mend: str) -> Finding:
    """It works, and something is lost by it."""
    return Finding(WARN, about, found, mend)


def fail(about: str, found: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(FAIL, about, found, mend)


def grade(good: bool, about: str, found: str, mend: str) -> Finding:
    """Well, or failed and then with what to mend."""
    return ok(about, found) if good else fail(about, found, mend)


def first_line(error: BaseException) -> str:
    """An error's class and the beginning of what it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__} {said[0][:160] if said else ''}".strip().rstrip(".")


def secrets_of(environ: Mapping[str, str], *others: str) -> list[str]:
    """What must not be shown: passwords of addresses, service keys and ``others``. Longest first."""
    found = {*others}
    for name in ("PROSA_MONGODB_URI", "PROSA_REDIS_URL"):
        for password in PASSWORD.findall(environ.get(name, "")):
            found |= {password, unquote(password)}
    found |= _keys(environ.get("PROSA_API_KEYS", ""))
    found |= {environ.get("SESSION", ""), environ.get("PROSA_SITE_TOKEN", "")}
    return sorted((one for one in found if len(one) >= SECRET_CHARS), key=len, reverse=True)


def redacted(line: str, secrets: Iterable[str]) -> str:
    """``line`` with each of ``secrets`` hidden, and whatever else stands where a password stands."""
    for secret in secrets:
        line = line.replace(secret, HIDDEN)
    return PASSWORD.sub(lambda found: found[0].replace(found[1], HIDDEN), line)


def _keys(text: str) -> set[str]:
    """The secrets of ``PROSA_API_KEYS``; the whole text where it is not what it should be."""
    try:
        return set(msgspec.json.decode(text or "{}", type=dict[str, str]).values())
    except msgspec.MsgspecError:
        return {text}
