"""What the two WebSocket transports share."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from sockjs.tornado.websocket import SockJSWebSocketHandler
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClosedError, _WebSocketParams

from handlers.sockjs.closing import FLOOD, INTERRUPTED, TOO_SLOW
from handlers.sockjs.framing import Framing
from handlers.sockjs.gate import Gate
from handlers.sockjs.load import FRAME_BYTES, Load
from handlers.sockjs.output import Output, forget_way

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tornado.iostream import IOStream

    from handlers.sockjs.payload import Payload
    from handlers.sockjs.session import Life

ROOM_FOR_A_REFUSAL = 4
"""Tornado cuts the line at its own limit while the rest of the frame is coming in, and its 1009 is lost
with it. So its limit is this many times ours, and a frame in between is read, refused and said so."""


NOTHING = HTTPHeaders()
"""Of all handshakes that are over."""


class Socket(Gate, SockJSWebSocketHandler, ABC):
    """A WebSocket that is asked for a sign of life, and whose reader has to keep up."""

    form: ClassVar[Literal["socket_frame", "raw_frame"]]
    """Which of a payload's forms it takes."""

    session: Life | None
    _stream: IOStream
    _output: Output
    _reaper: asyncio.TimerHandle | None = None
    _is_heard = True
    _room: asyncio.Future[None] | None = None
    _load: Load | None = None

    def _execute(self, transforms: list[Any], *args: bytes, **kwargs: bytes) -> Coroutine[Any, Any, None]:
        """As Tornado's, but a wrong method is answered without a body.

        The library's own looks at the handshake as Tornado's does again, and stays in memory to the end.
        """
        if self.request.method == "GET":
            return super(SockJSWebSocketHandler, self)._execute(transforms, *args, **kwargs)
        return self._refuse_method(transforms)

    async def _refuse_method(self, transforms: list[Any]) -> None:
        self._transforms = transforms
        self.set_status(405)
        self.set_header("Allow", "GET")
        self.clear_header("Content-Type")
        self.finish()

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002
        """The gate has judged already."""
        return True

    def get_websocket_protocol(self) -> Framing | None:
        """As Tornado's, but for its framing, and without a task that pings: the session beats.

        Private name of Tornado's: ``_WebSocketParams``.
        """
        if self.request.headers.get("Sec-WebSocket-Version") != "13":
            return None
        size = self.server.config.frame_bytes * ROOM_FOR_A_REFUSAL
        return Framing(self, False, _WebSocketParams(max_message_size=size, compression_options={}))

    def open(self, session_id: str = "") -> None:
        """The session is open, and the way out is measured from its first byte on."""
        config = self.server.config
        framing = cast("Framing", self.ws_connection)
        self._stream = framing.stream
        self._output = Output(
            self._stream,
            self.server.turn,
            is_direct=self.server.can_send_past,
            form=("packed_" if framing.is_packed else "") + self.form,
            config=config,
            too_slow=self._let_go,
        )
        self.server.stats.on_conn_opened()
        self.set_nodelay(True)
        self.session = session = self.new_session(session_id)
        session.set_handler(self)
        session.verify_state()
        self._forget_handshake()

    def _forget_handshake(self) -> None:
        """What came with the request and went with its answer has been read: 2 KiB a connection."""
        self.request.headers.clear()
        self.request.cookies.clear()
        self._headers = NOTHING

    @property
    def queued_bytes(self) -> int:
        """What the kernel has not taken yet."""
        return self._output.queued_bytes

    @abstractmethod
    def new_session(self, session_id: str) -> Life:
        """A session that is this WebSocket's alone."""

    def is_flooded(self, size_bytes: int = FRAME_BYTES) -> bool:
        """More comes in than any client sends, and the connection is being closed."""
        if self._load is None:
            self._load = Load(asyncio.get_running_loop().time)
        if not self._load.add(size_bytes):
            return False
        if self.session is not None:
            self.session.close(*FLOOD)
        return True

    def is_too_large(self, message: str | bytes) -> bool:
        """The frame is over a limit, and the connection is being closed: with 1009, or for a flood."""
        self._is_heard = True
        limit = self.server.config.frame_bytes
        size = len(message) if isinstance(message, bytes) else _bytes_in(message, limit)
        if size <= limit:
            return self.is_flooded(size)
        self.hang_up(1009, "message too big")
        return True

    def hand_over(self, session: Life, texts: list[str]) -> asyncio.Future[None] | None:
        """Give ``texts`` to the application. Tornado reads nothing more until what is returned has come."""
        self._room = session.on_messages(texts)
        return self._room

    def on_pong(self, data: bytes) -> None:  # noqa: ARG002
        """The other end lives."""
        self._is_heard = True

    @property
    def way_out(self) -> Callable[[Payload], None]:
        """By which the application's messages leave."""
        return self._output.deliver

    def written(self) -> None:
        """Something has been written past the way out."""
        self._output.written()

    def leave(self) -> None:
        """What has been told in this turn of the loop leaves now."""
        self._output.leave()

    def _let_go(self) -> None:
        if self.session is not None:
            self.session.close(*TOO_SLOW)

    def _detach(self) -> None:
        self._output.end()
        session, self.session = self.session, None
        if session is not None:
            session.remove_handler(self)

    def beat(self) -> bool:
        """Ask for a sign of life; false where the last one had no answer, and it would have been read."""
        is_read = self._room is None or self._room.done()
        if is_read and not self._is_heard:
            return False
        self._is_heard = False
        try:
            self.ping()
        except WebSocketClosedError:
            return False
        return True

    def hang_up(self, code: int, reason: str) -> None:
        """Close, and cut the line if the other end does not."""
        session = self.session
        self.close(code, reason)
        self._expire()
        self._detach()
        if session is not None:
            session.close(*INTERRUPTED)

    def _expire(self) -> None:
        if self._reaper is None:
            self._reaper = asyncio.get_running_loop().call_later(
                self.server.config.close_grace_seconds, self._stream.close
            )

    def abort_connection(self) -> None:
        """The stream is closed at once, and what it kept is forgotten."""
        self._stream.close()

    def session_closed(self) -> None:
        """Nothing: ``say_goodbye`` has been called."""

    def on_close(self) -> None:
        """The line is closed, whoever did it: the session is over and nothing of it stays."""
        if self._reaper is not None:
            self._reaper.cancel()
            self._reaper = None
        forget_way(self._stream)
        self.server.stats.on_conn_closed()
        session = self.session
        if session is not None:
            self._detach()
            session.close(*INTERRUPTED)


def _bytes_in(text: str, limit: int) -> int:
    """The UTF-8 bytes of ``text``, counted only where it could matter."""
    return len(text) if len(text) * 4 <= limit else len(text.encode())
