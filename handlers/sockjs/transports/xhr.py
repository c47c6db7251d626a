"""``/xhr`` and ``/xhr_send``: polling with XMLHttpRequest, for everything else that fails."""

from abc import ABC, abstractmethod

from sockjs.tornado.transports import xhr as library

from handlers.sockjs.closing import FULL
from handlers.sockjs.inbound import BadFrameError, texts_of
from handlers.sockjs.transports.polling import Bound, Receiving


class XhrPolling(Receiving, library.XhrPollingTransport):
    """One request, one answer with all that waited."""

    name = "xhr"


class Sending(Bound, ABC):
    """A request that brings messages."""

    async def receive(self, session_id: str) -> None:
        """Hand the body's messages to the session, and answer so that the client goes on."""
        self.preflight()
        self.handle_session_cookie()
        self.disable_cache()
        session = self.own_session(session_id)
        if session is None or (session.is_closed and session.get_close_reason()[0] != FULL[0]):
            self.refuse(404)
            return
        if session.is_closed:  # told to come back: a 404 would hide that, and nothing was acknowledged
            self.accept()
            return
        try:
            texts = texts_of(self.body())
        except BadFrameError as error:
            self.set_status(500)
            self.set_header("Content-Type", "text/plain; charset=UTF-8")
            self.finish(str(error))
            return
        self.request.body = b""  # it may wait here for long, among many
        room = session.on_messages(texts)
        if room is not None:
            await room
        self.accept()

    def body(self) -> str | bytes:
        """What is to be read as a frame."""
        return self.request.body

    @abstractmethod
    def accept(self) -> None:
        """Say that it has arrived."""


class XhrSend(Sending, library.XhrSendHandler):
    """The sending half of every transport that only receives, but jsonp."""

    async def post(self, session_id: str) -> None:
        """Take the messages."""
        await self.receive(session_id)

    def accept(self) -> None:
        """204, with a type: without one Firefox takes the nothing for XML, and complains."""
        self.set_status(204)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish()

    def _clear_representation_headers(self) -> None:
        """Tornado would drop the type that the SockJS protocol prescribes."""
