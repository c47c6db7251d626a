from .streamingbase import StreamingTransportBase

class EventSourceTransport(StreamingTransportBase):
    def get(self, session_id: str) -> None: ...
