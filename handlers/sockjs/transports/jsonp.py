"""``/jsonp`` and ``/jsonp_send``: scripts and forms. Off unless switched on."""

import json
from urllib.parse import unquote_plus

from sockjs.tornado.transports import jsonp as library

from handlers.sockjs.inbound import PAYLOAD_EXPECTED, BadFrameError
from handlers.sockjs.payload import Payload
from handlers.sockjs.transports.callback import CALLBACK_MAX, Callback
from handlers.sockjs.transports.polling import Receiving
from handlers.sockjs.transports.xhr import Sending


class Jsonp(Receiving, Callback, library.JSONPTransport):
    """One script, one call of the page's function."""

    name = "jsonp"

    def get(self, session_id: str) -> None:
        """Wait for something to say."""
        self._auto_finish = False  # Tornado's: the response outlives this method
        self.preflight()
        self.handle_session_cookie()
        self.disable_cache()
        if self.takes_callback() and self._attach_session(session_id) and self.session is not None:
            self.session.flush()

    def framed(self, pack: str) -> str:  # type: ignore[override]
        """The call. The comment before it keeps the answer from being read as anything but a script."""
        return f"/**/{self.callback}({json.dumps(pack)});\r\n"

    @classmethod
    def measure(cls, payload: Payload) -> int:
        """The bytes of one message, quoted twice, and of the longest callback."""
        return len(json.dumps(f"a[{payload.quoted}]")) + len("/**/();\r\n") + CALLBACK_MAX


class JsonpSend(Sending, library.JSONPSendHandler):
    """A form's field, or the bare frame."""

    async def post(self, session_id: str) -> None:
        """Take the messages."""
        await self.receive(session_id)

    def body(self) -> str | bytes:
        """The field ``d`` of a form. Raises ``BadFrameError``."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return self.request.body
        name, _, value = self.request.body.partition(b"=")
        if name != b"d":
            raise BadFrameError(PAYLOAD_EXPECTED)
        return unquote_plus(value.decode(errors="replace"))

    def accept(self) -> None:
        """Konqueror does strange things on a 204."""
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish("ok")
