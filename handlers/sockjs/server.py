"""The SockJS server as the application builds it: its URLs, its limits, and how it ends."""

from collections.abc import Callable
from typing import Any

from sockjs.tornado.router import SockJSRouter
from tornado.web import HTTPError

from handlers.sockjs.closing import RESTART
from handlers.sockjs.config import Config
from handlers.sockjs.connection import Connection, Opening
from handlers.sockjs.pages import Greeting, IFrame, Info
from handlers.sockjs.session import Life, PollingSession, SocketSession
from handlers.sockjs.transports.eventsource import EventSource
from handlers.sockjs.transports.htmlfile import HtmlFile
from handlers.sockjs.transports.jsonp import Jsonp, JsonpSend
from handlers.sockjs.transports.rawwebsocket import RawWebSocket
from handlers.sockjs.transports.websocket import WebSocket
from handlers.sockjs.transports.xhr import XhrPolling, XhrSend
from handlers.sockjs.transports.xhrstreaming import XhrStreaming

__all__ = ["Config", "Connection", "Opening", "SockJSServer"]

SESSION = r"/[^/.]+/(?P<session_id>[^/.]+)/"


class Router(SockJSRouter):
    """The library's router with our handlers on its URLs, and a limit on its sessions.

    Private names of the library: ``_sessions_cleanup`` and ``stats._callback``, its two timers, which
    it starts and has no way to stop; ``_sessions._items``, to count.
    """

    def __init__(self, prefix: str, factory: Callable[[], Connection], config: Config) -> None:
        self.config = config
        self.factory = factory
        self.open_sessions: set[Life] = set()
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
        self._sessions.add(session)
        return session

    def close(self) -> None:
        """Every session is closed, and no timer of the library's runs any more."""
        self._sessions_cleanup.stop()
        self.stats._callback.stop()  # noqa: SLF001
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

    def close(self) -> None:
        """Whatever is still open is told to come back, and nothing of this server runs any more."""
        self.router.close()
