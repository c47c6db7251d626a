"""The SockJS server as the application builds it: its URLs, its limits, and how it ends."""

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sockjs.tornado.router import SockJSRouter
from tornado.web import HTTPError

from handlers.sockjs.closing import FULL, INTERNAL, INTERRUPTED, RESTART, TOO_SLOW
from handlers.sockjs.config import Config
from handlers.sockjs.connection import Connection, Opening
from handlers.sockjs.folder import SessionFolder
from handlers.sockjs.output import can_send_past
from handlers.sockjs.pages import Greeting, IFrame, Info
from handlers.sockjs.session import Life, PollingSession, SocketSession
from handlers.sockjs.transports.eventsource import EventSource
from handlers.sockjs.transports.htmlfile import HtmlFile
from handlers.sockjs.transports.jsonp import Jsonp, JsonpSend
from handlers.sockjs.transports.rawwebsocket import RawWebSocket
from handlers.sockjs.transports.websocket import WebSocket
from handlers.sockjs.transports.xhr import XhrPolling, XhrSend
from handlers.sockjs.transports.xhrstreaming import XhrStreaming
from handlers.sockjs.turn import Turn

__all__ = ["Config", "Connection", "Opening", "SockJSServer"]

log = logging.getLogger(__name__)

TRANSPORTS = tuple(
    transport.name
    for transport in (WebSocket, RawWebSocket, XhrStreaming, EventSource, HtmlFile, XhrPolling, Jsonp)
)
SESSION = r"/[^/.]+/(?P<session_id>[^/.]+)/"


class Router(SockJSRouter):
    """The library's router with our handlers on its URLs, and a limit on its sessions.

    Private names of the library: ``_sessions_cleanup`` and ``stats._callback``, its two timers, which
    it starts and has no way to stop; ``_sessions._items``, to count and to keep as files.
    """

    is_draining = False
    """Nobody new is let in: whoever knocks is sent to another worker."""

    def __init__(self, prefix: str, factory: Callable[[], Connection], config: Config) -> None:
        self.config = config
        self.factory = factory
        self.can_send_past = can_send_past()
        self.turn = Turn()
        self.open_sessions: set[Life] = set()
        self.closes = Counter(dict.fromkeys((FULL, RESTART, TOO_SLOW, INTERRUPTED, INTERNAL), 0))
        super().__init__(
            self.connect,
            prefix,
            {
                "disconnect_delay": config.disconnect_delay,
                "heartbeat_delay": config.heartbeat_seconds,
                "response_limit": config.response_bytes,
                "jsessionid": config.cookie_needed,
                "sockjs_url": config.client_url,
                "disabled_transports": [] if config.websocket else ["websocket"],
                "verify_ip": False,
            },
        )
        if config.sessions_folder:
            self._sessions._items = SessionFolder(Path(config.sessions_folder))  # noqa: SLF001
        self._transport_urls = [
            (prefix + pattern + "$", handler, {"server": self}) for pattern, handler in handlers_of(config)
        ]

    def connect(self, session: Life) -> Connection | None:
        """The application's connection for ``session``; none where there is no room for one more."""
        session.is_refused = len(self.open_sessions) >= self.config.sessions_max
        return None if session.is_refused else self.factory()

    def create_session(self, session_id: str, register: bool = True) -> Life:
        """A new session; a registered one can be come back to. Full twice over, it is HTTP 503."""
        if not register:
            return SocketSession(self.connect, self, session_id, None)
        if len(self._sessions._items) >= 2 * self.config.sessions_max:  # noqa: SLF001
            raise HTTPError(503)
        session = PollingSession(self.connect, self, session_id, self.config.disconnect_delay)
        try:
            self._sessions.add(session)
        except OSError as error:
            log.error("session_refused error=%s", error)  # noqa: TRY400 - the disk is full, or not ours
            raise HTTPError(503) from None
        return session

    def open_by_transport(self) -> Counter[str]:
        """How many sessions are open, for every transport."""
        counts = Counter(dict.fromkeys(TRANSPORTS, 0))
        counts.update(session.transport_name for session in self.open_sessions)
        return counts

    def untold(self) -> int:
        """How many sessions are closed and have not fetched their goodbye."""
        return sum(session.is_untold for session in self._sessions._items.values())  # noqa: SLF001

    def close(self) -> None:
        """Every session is closed, and no timer of the library's runs any more."""
        self._sessions_cleanup.stop()
        self.stats._callback.stop()  # noqa: SLF001
        self.dismiss()
        if isinstance(self._sessions._items, SessionFolder):  # noqa: SLF001
            self._sessions._items.wipe()  # noqa: SLF001

    def dismiss(self) -> None:
        """Whatever is still open is told to come back."""
        for session in list(self.open_sessions):
            session.close(*RESTART)


def handlers_of(config: Config) -> list[tuple[str, Any]]:
    """What is served below the prefix. What is switched off is not routed, its sending half included."""
    served: list[tuple[str, Any]] = [
        ("/?", Greeting),
        ("/info", Info),
        (r"/iframe[0-9-.a-z_]*\.html", IFrame),
        (SESSION + "xhr", XhrPolling),
        (SESSION + "xhr_send", XhrSend),
        (SESSION + "xhr_streaming", XhrStreaming),
        (SESSION + "eventsource", EventSource),
    ]
    if config.websocket:
        served += [(SESSION + "websocket", WebSocket), ("/websocket", RawWebSocket)]
    if config.jsonp:
        served += [(SESSION + "jsonp", Jsonp), (SESSION + "jsonp_send", JsonpSend)]
    if config.htmlfile:
        served += [(SESSION + "htmlfile", HtmlFile)]
    return served


class SockJSServer:
    """A SockJS endpoint below ``prefix``. Built inside the running loop; ``urls`` go to the Application."""

    def __init__(self, prefix: str, factory: Callable[[], Connection], config: Config) -> None:
        self.router = Router(prefix, factory, config)
        self.urls: list[Any] = self.router.urls

    def refuse_new(self) -> None:
        """From now on whoever is new is sent to another worker; who is here goes on."""
        self.router.is_draining = True

    def dismiss(self) -> None:
        """Whatever is still open is told to come back. The goodbyes can still be fetched."""
        self.router.dismiss()

    @property
    def is_told(self) -> bool:
        """Everybody whose session was closed has fetched the goodbye."""
        return not self.router.untold()

    @property
    def closes(self) -> Counter[tuple[int, str]]:
        """How many sessions have been closed so far, by close code and reason."""
        return self.router.closes

    def open_by_transport(self) -> Counter[str]:
        """How many sessions are open, for every transport."""
        return self.router.open_by_transport()

    def queued_bytes(self) -> int:
        """What waits for all readers."""
        return sum(session.queued_bytes for session in self.router.open_sessions)

    def close(self) -> None:
        """Whatever is still open is told to come back, and nothing of this server runs any more."""
        self.router.close()
