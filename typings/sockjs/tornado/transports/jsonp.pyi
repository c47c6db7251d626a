from collections.abc import Awaitable

from .pollingbase import PollingTransportBase

class JSONPTransport(PollingTransportBase):
    callback: str
    def get(self, session_id: str) -> None: ...

class JSONPSendHandler(PollingTransportBase):
    def post(self, session_id: str) -> Awaitable[None] | None: ...
