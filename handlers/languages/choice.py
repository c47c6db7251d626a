"""Which language somebody gets: what they chose, else what their browser asks for, else the service's."""

import re
from collections.abc import Iterable, Mapping

COOKIE = "prosa_lang"
"""A choice that was made with the form on every page."""
YEAR_SECONDS = 31_536_000

RANGES_MAX = 20
RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
"""A language range with its quality (RFC 9110, 12.5.4); one that is written otherwise is passed over."""


def accepted(header: str) -> list[str]:
    """What ``Accept-Language`` asks for, in small letters, best first; what it refuses is not in it."""
    found: list[tuple[float, str]] = []
    for each in header.split(",", RANGES_MAX)[:RANGES_MAX]:
        asked = RANGE.fullmatch(each)
        if asked:
            found.append((float(asked[2] or 1), asked[1].lower()))
    return [code for quality, code in sorted(found, key=lambda one: -one[0]) if quality > 0]


def choose(codes: Iterable[str], default: str, *, remembered: str, header: str) -> str:
    """One of ``codes``. Portuguese of any country is answered in ours, and so is English."""
    known = tuple(codes)
    if remembered in known:
        return remembered
    by_language: Mapping[str, str] = {code.partition("-")[0].lower(): code for code in known}
    for asked in accepted(header):
        if asked == "*":
            return default
        if asked.partition("-")[0] in by_language:
            return by_language[asked.partition("-")[0]]
    return default
