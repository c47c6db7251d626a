"""``/eventsource``: server-sent events."""

from sockjs.tornado.transports.eventsource import EventSourceTransport

from handlers.sockjs.transports.streaming import Streaming


class EventSource(Streaming, EventSourceTransport):
    """Each frame is one event. The browser asks again by itself when a response ends."""

    name = "eventsource"

    def get(self, session_id: str) -> None:
        """Open the stream and let the session write to it."""
        self._auto_finish = False  # Tornado's: the response outlives this method
        self.preflight()
        self.handle_session_cookie()
        self.disable_cache()
        self.set_header("Content-Type", "text/event-stream")
        self.write("\r\n")
        self.flush()
        if not self._attach_session(session_id):
            self._end()
        elif self.session is not None:
            self.session.flush()

    @staticmethod
    def framed(pack: str) -> str:
        """One event."""
        return f"data: {pack}\r\n\r\n"
