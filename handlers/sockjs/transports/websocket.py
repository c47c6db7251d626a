"""``/websocket`` below a session: SockJS frames on a WebSocket."""

import asyncio

from sockjs.tornado.transports import websocket as library

from handlers.sockjs.closing import farewell
from handlers.sockjs.inbound import BadFrameError, texts_of
from handlers.sockjs.payload import Payload, text_frame
from handlers.sockjs.session import Life
from handlers.sockjs.transports.sockets import Socket


class WebSocket(Socket, library.WebSocketTransport):
    """The first choice of every browser that has it."""

    name = "websocket"
    form = "socket_frame"

    def new_session(self, session_id: str) -> Life:
        """A session that no other request can reach, whatever its id."""
        return self.server.create_session(session_id, register=False)

    def on_message(self, message: str | bytes) -> asyncio.Future[None] | None:
        """Hand over the frame's messages; the SockJS protocol cuts off whoever sends no frame."""
        if self.is_too_large(message) or not message or self.session is None:
            return None
        try:
            texts = texts_of(message)
        except BadFrameError:
            self.abort_connection()
            return None
        return self.hand_over(self.session, texts)

    def send_pack(self, message: str, binary: bool = False) -> None:  # noqa: ARG002
        """Write one frame of SockJS's own."""
        self._output.send(text_frame(message.encode()))

    def measure(self, payload: Payload) -> int:
        """The bytes of its frame."""
        return len(payload.socket_frame)

    def beat(self) -> bool:
        """A sign of life both ways: SockJS's own, and one that has to be answered."""
        if not super().beat():
            return False
        self.send_pack("h")
        return True

    def say_goodbye(self, code: int, reason: str) -> None:
        """SockJS's close frame, then the WebSocket's."""
        self.send_pack(farewell(code, reason))
        self.close(1000)
        self._detach()
        self._expire()
