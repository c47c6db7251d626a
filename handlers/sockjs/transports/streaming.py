"""What the transports share whose one answer goes on and on."""

from __future__ import annotations

import asyncio

from sockjs.tornado.transports.streamingbase import StreamingTransportBase

from handlers.sockjs.closing import TOO_SLOW, farewell
from handlers.sockjs.transports.polling import Receiving


class Streaming(Receiving, StreamingTransportBase):
    """A response that stays open, until it has grown so long that the browser had better forget it."""

    amount_limit: int

    def send_pack(self, message: str, binary: bool = False) -> None:  # noqa: ARG002
        """Add ``message`` to the response; the next one waits until this one has gone."""
        self.active = False
        text = self.framed(message)
        self.notify_sent(len(text))
        self.write(text)
        self.flush().add_done_callback(self.send_complete)

    def completed(self) -> None:
        """The next message may be written, or the next request has to be made."""
        if self._finished:
            return
        self.active = True
        if self.should_finish():
            self._detach()
            self._end()
        elif self.session is not None:
            self.session.flush()

    def say_goodbye(self, code: int, reason: str) -> None:
        """What still waits, then the close frame, then the end of the response."""
        self._is_cut_off = (code, reason) == TOO_SLOW
        if self.session is not None:
            self.session.is_untold = False
            if self.session.send_queue:
                self.write(self.framed(self.session.take()))
        self.write(self.framed(farewell(code, reason)))
        self.active = False
        self._detach()
        self._end()

    def _gone(self, future: asyncio.Future[None]) -> None:
        """An HTTP/1.0 response without a length ends with its connection, whatever was asked for."""
        super()._gone(future)
        if self.request.version == "HTTP/1.0":
            self._stream.close()
