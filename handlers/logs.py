"""What is written to the log: one line an event, and never a query string, a text or a key."""

import logging
from http import HTTPStatus

import tornado.web

log = logging.getLogger("prosa.requests")


class OneLine(logging.Formatter):
    """A record on one line, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its line ends made visible."""
        return super().format(record).replace("\r", "").replace("\n", " | ")


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
    for noisy in ("pymongo", "asyncio", "tornado.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
