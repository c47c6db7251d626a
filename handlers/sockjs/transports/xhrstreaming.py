"""``/xhr_streaming``: one XMLHttpRequest whose response is read while it grows."""

from sockjs.tornado.transports.xhrstreaming import XhrStreamingTransport

from handlers.sockjs.transports.streaming import Streaming


class XhrStreaming(Streaming, XhrStreamingTransport):
    """Starts with 2 KiB of nothing, without which some browsers show no beginning."""

    name = "xhr_streaming"
