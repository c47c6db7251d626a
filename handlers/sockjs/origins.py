"""Which page a request comes from, and so whether it may come in and bring its cookie.

A browser adds the site's cookie to whatever any page asks of us, a WebSocket included, so the cookie
says who the person is but never who is asking. That is told by ``Origin``, compared whole: scheme,
host and port. Nothing is compared by part or by suffix.
"""

import enum
import re
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
DEFAULT_PORTS = {"http": "80", "https": "443"}


class Verdict(enum.Enum):
    """What a request's headers say of the page behind it."""

    OURS = "ours"
    LISTED = "listed"
    """A foreign page that may connect; the cookie is not its to use."""
    NATIVE = "native"
    """No browser's header at all: the cookie counts on the raw WebSocket only."""
    REFUSED = "refused"


def judge(request: HTTPServerRequest, allowed: AbstractSet[str]) -> Verdict:
    """Where ``request`` comes from. ``allowed``: foreign origins, as ``scheme://host[:port]``.

    A ``GET`` of an EventSource, a script or a frame carries no ``Origin``: then ``Sec-Fetch-Site``
    tells, and where a browser is too old for that, ``Referer``.
    """
    ours = canonical(f"{request.protocol}://{request.host}")
    origin = request.headers.get("Origin")
    if origin is not None:
        theirs = canonical(origin)
        if theirs is None:
            return Verdict.REFUSED
        if theirs == ours:
            return Verdict.OURS
        return Verdict.LISTED if theirs in {canonical(one) for one in allowed} else Verdict.REFUSED
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return Verdict.OURS if fetch_site in {"same-origin", "none"} else Verdict.REFUSED
    referer = request.headers.get("Referer")
    if referer is not None:
        return Verdict.OURS if ours is not None and _origin_of(referer) == ours else Verdict.REFUSED
    return Verdict.NATIVE


def canonical(origin: str) -> str | None:
    """``origin`` in lower case without its scheme's own port; ``None`` where it is no web origin."""
    found = ORIGIN.fullmatch(origin.lower())
    if found is None:
        return None
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS[scheme] else "")


def _origin_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return canonical(f"{parts.scheme}://{parts.netloc}")
