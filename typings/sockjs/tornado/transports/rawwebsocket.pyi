from typing import Any

from sockjs.tornado.session import BaseSession
from sockjs.tornado.websocket import SockJSWebSocketHandler

class RawSession(BaseSession): ...

class RawWebSocketTransport(SockJSWebSocketHandler):
    name: str
    session: Any
    def _detach(self) -> None: ...
