"""``/websocket`` right below the prefix: a WebSocket and nothing else, for programs."""

import asyncio

from sockjs.tornado.transports import rawwebsocket as library

from handlers.sockjs.closing import short
from handlers.sockjs.payload import Payload
from handlers.sockjs.session import Life, RawSession
from handlers.sockjs.transports.sockets import Socket


class RawWebSocket(Socket, library.RawWebSocketTransport):
    """One message, one frame."""

    name = "rawwebsocket"
    form = "raw_frame"
    is_raw = True

    def on_message(self, message: str | bytes) -> asyncio.Future[None] | None:
        """Hand over the text; an empty one is nothing."""
        if self.is_too_large(message) or not message or self.session is None:
            return None
        text = message if isinstance(message, str) else message.decode(errors="replace")
        return self.hand_over(self.session, [text])

    def measure(self, payload: Payload) -> int:
        """The bytes of its frame."""
        return len(payload.raw_frame)

    def say_goodbye(self, code: int, reason: str) -> None:
        """The WebSocket's own close frame says why."""
        self.close(code, short(reason))
        self._detach()
        self._expire()

    def new_session(self, session_id: str) -> Life:  # noqa: ARG002
        """A session without framing."""
        return RawSession(self.server.connect, self.server)
