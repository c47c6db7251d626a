from collections.abc import Coroutine
from typing import Any

from tornado.websocket import WebSocketHandler

class SockJSWebSocketHandler(WebSocketHandler):
    def _execute(self, transforms: list[Any], *args: bytes, **kwargs: bytes) -> Coroutine[Any, Any, None]: ...
    def abort_connection(self) -> None: ...
