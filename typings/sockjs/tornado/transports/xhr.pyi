from collections.abc import Awaitable

from .pollingbase import PollingTransportBase

class XhrPollingTransport(PollingTransportBase):
    def post(self, session_id: str) -> None: ...

class XhrSendHandler(PollingTransportBase):
    def post(self, session_id: str) -> Awaitable[None] | None: ...
