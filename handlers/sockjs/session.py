"""The life of one session, from its open frame to its close frame, and what waits in between.

Three kinds: one whose receiving requests come and go (``PollingSession``), one that is a WebSocket
(``SocketSession``), and one that is a WebSocket without any framing (``RawSession``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from sockjs.tornado import session as library
from sockjs.tornado.transports.rawwebsocket import RawSession as LibraryRawSession

from handlers.sockjs.closing import FULL, INTERRUPTED, TOO_SLOW, TWICE, farewell
from handlers.sockjs.connection import Connection, Opening
from handlers.sockjs.payload import Payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.sockjs.server import Router

OPEN_FRAME = "o"


class Life(library.BaseSession):
    """Opening, beating and closing, the same for every transport.

    The library's own ``close`` writes into an answer already on its way, says what ``on_close`` raised
    to nobody, and its heartbeat timers are flagged but never cancelled.
    """

    server: Router
    conn: Connection | None
    conn_info: Opening | None
    is_refused = False
    """Over the server's limit: it is opened and closed, and the application never hears of it."""
    _timer: asyncio.TimerHandle | None = None

    def verify_state(self) -> None:
        """A new session is open, and its connection knows; a refused one is closed again."""
        if self.state != library.CONNECTING:
            return
        self.state = library.OPEN
        self.greet()
        if self.is_refused or self.conn is None or self.conn_info is None:
            self.conn = None
            self.close(*FULL)
            return
        self.server.open_sessions.add(self)
        self.conn.opened(self, self.conn_info)

    def greet(self) -> None:
        """Tell the other end that the session is open."""

    def close(self, code: int = 3000, message: str = "Go away!") -> None:
        """End the session; what waits is still sent, unless its reader was too slow for it.

        Nor where an answer was cut off: what was in it may be lost, and what waits would follow on a hole.
        """
        if self.state == library.CLOSED:
            return
        self.leave()  # which may be too much for its reader, and end it
        if self.state == library.CLOSED:
            return
        was_open = self.state == library.OPEN
        self.state = library.CLOSED
        self.close_reason = (code, message)
        self.server.closes[code, message] += 1
        self.stop_heartbeat()
        self.server.open_sessions.discard(self)
        connection, self.conn = self.conn, None
        if self.conn_info is not None:
            self.stats.on_sess_closed(self.transport_name)
        if (code, message) in (TOO_SLOW, INTERRUPTED):
            self.forget()
        if self.handler is not None:
            self.handler.say_goodbye(code, message)
        if was_open and connection is not None:
            connection.ended()

    def forget(self) -> None:
        """Nothing waits any more."""

    @property
    def queued_bytes(self) -> int:
        """What waits for its reader."""
        return self.handler.queued_bytes if self.handler is not None else 0

    @property
    def way_out(self) -> Callable[[Payload], None]:
        """By which messages leave, while it is open; over the limits, it is closed with 4008."""
        way_out: Callable[[Payload], None] = self.handler.way_out
        return way_out

    def leave(self) -> None:
        """What has been told in this turn of the loop leaves now."""
        if self.handler is not None:
            self.handler.leave()

    def written_size(self, payload: Payload) -> int:
        """The bytes that ``payload`` takes on this transport."""
        return self.handler.measure(payload) if self.handler is not None else len(payload.raw_frame)

    def on_messages(self, texts: list[str]) -> asyncio.Future[None] | None:
        """Hand ``texts`` to the application, until it closes the session.

        Returns what is to be waited for before anything more is brought; ``None``: go on.
        """
        self.stats.on_pack_recv(len(texts))
        for text in texts:
            if self.state == library.OPEN and self.conn is not None:
                self.conn.received(text)
        return None if self.conn is None else self.conn.room

    def send_message(self, msg: str, stats: bool = True, binary: bool = False) -> None:  # noqa: ARG002
        """Send one text, as the library's own connections would."""
        if self.handler is not None:
            self.way_out(Payload(msg))

    def start_heartbeat(self) -> None:
        """Beat after a while of silence; at most one timer stands."""
        self.stop_heartbeat()
        self._timer = asyncio.get_running_loop().call_later(
            self.server.config.heartbeat_seconds, self._heartbeat
        )

    def stop_heartbeat(self) -> None:
        """No timer stands, and none holds this session in memory."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _heartbeat(self) -> None:
        self._timer = None
        handler = self.handler
        if handler is None or self.state != library.OPEN:
            return
        if handler.beat():
            if self.handler is not None:
                self.start_heartbeat()
            return
        handler.abort_connection()
        self.close(*INTERRUPTED)


class _Framed(Life, library.Session):
    """What the library's own transports expect of a session."""

    is_untold = False
    """It is closed, and its goodbye waits to be fetched."""

    def greet(self) -> None:
        self.handler.send_pack(OPEN_FRAME)

    def set_handler(self, handler: Any, start_heartbeat: bool = True) -> bool:  # noqa: ARG002
        """Let ``handler`` receive, unless another one does or there is only a goodbye to be had."""
        if self.handler is not None:
            handler.send_pack(farewell(*TWICE))
            return False
        if self.is_closed and not self.send_queue:
            handler.send_pack(farewell(*self.get_close_reason()))
            self.is_untold = False
            return False
        library.BaseSession.set_handler(self, handler)
        self.promote()
        self.start_heartbeat()
        return True


class SocketSession(_Framed):
    """A session that is one WebSocket: nothing waits here, it waits in the socket's own buffer."""

    def flush(self) -> None:
        """Everything has been written already."""


class RawSession(Life, LibraryRawSession):
    """A session that is one WebSocket and nothing else: no open frame, no array, no quoting."""

    def set_handler(self, handler: Any) -> bool:
        """Let ``handler`` receive."""
        library.BaseSession.set_handler(self, handler)
        self.start_heartbeat()
        return True


class PollingSession(_Framed):
    """A session whose receiving requests come and go; it lives on while there is none, for a while."""

    credential: bytes = b""
    """The digest of what its opener presented; whoever presents something else is not its opener."""
    _measure: Any = None
    _is_leaving = False

    def __init__(self, conn: Any, server: Router, session_id: str, expiry: float) -> None:
        super().__init__(conn, server, session_id, expiry)
        self.send_queue: deque[str] = deque()
        self._queued_bytes = 0

    def set_handler(self, handler: Any, start_heartbeat: bool = True) -> bool:
        """As every session, and remember how this transport writes."""
        self._measure = type(handler).measure
        return super().set_handler(handler, start_heartbeat)

    @property
    def way_out(self) -> Callable[[Payload], None]:
        """Into the answer to the waiting request, or of the next one, at the end of the loop's turn."""
        return self._keep

    def _keep(self, payload: Payload) -> None:
        if self.state != library.OPEN:
            return
        self.send_queue.append(payload.quoted)
        self._queued_bytes += len(payload.quoted) + 1
        if self.handler is not None and self.handler.active:
            if not self._is_leaving:
                self._is_leaving = True
                self.server.turn.at_end(self.leave)
            return
        config = self.server.config
        if len(self.send_queue) > config.queue_messages or self._queued_bytes > config.queue_bytes:
            self.close(*TOO_SLOW)

    def leave(self) -> None:
        """What has been told in this turn of the loop is in one answer, if a request waits."""
        self._is_leaving = False
        self.flush()

    def flush(self) -> None:
        """What waits is on its way, if a request is there to take it; after a close, the goodbye."""
        if self.handler is None or not self.handler.active:
            return
        if self.send_queue:
            self.handler.send_pack(self.take())
        elif self.state == library.CLOSED:
            self.handler.say_goodbye(*self.get_close_reason())

    def take(self) -> str:
        """Everything that waits, as one frame; nothing waits afterwards."""
        pack = f"a[{','.join(self.send_queue)}]"
        self.forget()
        return pack

    @property
    def queued_bytes(self) -> int:
        """What waits for the next request or frame, and what of the last one is still on its way."""
        return self._queued_bytes + super().queued_bytes

    def forget(self) -> None:
        """What waited is gone."""
        self.send_queue.clear()
        self._queued_bytes = 0

    def written_size(self, payload: Payload) -> int:
        """The bytes that ``payload`` takes on the transport that the session was last used with."""
        return int(self._measure(payload))

    def close(self, code: int = 3000, message: str = "Go away!") -> None:
        """End it; the goodbye can still be fetched for a while, and then it is forgotten."""
        if self.state != library.CLOSED:
            self.is_untold = True
            super().close(code, message)
            self.promote()

    def on_delete(self, forced: bool) -> None:
        """Nobody has asked for a while: whoever it was has gone."""
        if not forced and self.handler is not None and not self.is_closed:
            self.promote()
        else:
            self.close(*INTERRUPTED)
