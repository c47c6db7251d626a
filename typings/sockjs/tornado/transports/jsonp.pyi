from .pollingbase import PollingTransportBase

class JSONPTransport(PollingTransportBase):
    callback: str
    def get(self, session_id: str) -> None: ...

class JSONPSendHandler(PollingTransportBase):
    def post(self, session_id: str) -> None: ...
