from typing import Any

from sockjs.tornado.websocket import SockJSWebSocketHandler

class WebSocketTransport(SockJSWebSocketHandler):
    name: str
    session: Any
    def _detach(self) -> None: ...
