"""What is written to the log: one line an event, and never a query string, a text or a key."""

import logging
import re
import traceback
from http import HTTPStatus
from typing import Any

import tornado.web

log = logging.getLogger("prosa.requests")

QUERY = re.compile(r"(?:\?|%3[Ff])\S+")
"""Also one that a page has made a part of the path by mistake."""
SESSION = re.compile(r"(/ws/chat/[^/\s]+/)[^/\s]+(?=/)")
"""The id of a SockJS session: whoever knows one that said who it is on the line may speak on it."""
FILE = re.compile(r"(/anexos/[^/\s]+/)[^/\s]+")
"""The name of a file: a person has given it."""
EMAIL = re.compile(r"(?<![^\s=/@])[^\s=/@]+(?:@|%40)[^\s/@]+")
"""By which a site may know its people. Looked for where a word begins, so that each is looked at once."""

NOISY = ("asyncio", "django", "pymongo", "tornado.access", "tornado.general")
"""Below a warning they quote: commands with their documents, queries, headers that are no headers."""


class OneLine(logging.Formatter):
    """A record on one line, a traceback included, without what opens a door or was said behind one.

    For whatever writes it, Tornado and the site's code too: an address has no query, no session, and no
    name of a file, and nothing is an e-mail address.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record with its line ends, and all that is not to be seen, made visible."""
        line = super().format(record).replace("\r", "").replace("\n", " | ")
        line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
        return EMAIL.sub("-@-", FILE.sub(r"\1-", SESSION.sub(r"\1-", QUERY.sub("?-", line))))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Where it was raised and of which type: its words may quote what a person wrote."""
        told: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            words = f": {error.strerror}" if isinstance(error, OSError) else ""
            told.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + words)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nafter\n".join(told)


def log_request(handler: tornado.web.RequestHandler) -> None:
    """One line for one answered request: its path without the query, which may carry a credential."""
    status = handler.get_status()
    level = logging.INFO if status < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR
    request = handler.request
    log.log(
        level,
        "request method=%s path=%s status=%d ms=%.1f",
        request.method,
        request.path,
        status,
        1000 * request.request_time(),
    )


def configure(level: str) -> None:
    """Everything goes to standard error, one line an event."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
