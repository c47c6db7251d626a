from .streamingbase import StreamingTransportBase

class XhrStreamingTransport(StreamingTransportBase):
    def post(self, session_id: str) -> None: ...
