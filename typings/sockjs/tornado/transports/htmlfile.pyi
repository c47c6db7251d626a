from .streamingbase import StreamingTransportBase

HTMLFILE_HEAD: str

class HtmlFileTransport(StreamingTransportBase):
    def get(self, session_id: str) -> None: ...
