"""What the transports share whose messages are answers to requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from sockjs.tornado.transports.pollingbase import PollingTransportBase

from handlers.sockjs.closing import INTERRUPTED, TOO_SLOW, farewell
from handlers.sockjs.gate import Answers, Gate
from handlers.sockjs.output import forget_way, untaken_bytes

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1Connection
    from tornado.iostream import IOStream

    from handlers.sockjs.payload import Payload
    from handlers.sockjs.session import PollingSession

HEARTBEAT = "h"


class Bound(Gate, Answers, PollingTransportBase):
    """A request for a session that belongs to whoever opened it."""

    def is_new(self) -> bool:
        """Whether the session is not here."""
        return self.server.get_session(self.path_kwargs["session_id"]) is None

    def own_session(self, session_id: str) -> PollingSession | None:
        """The session, if this request presents what its opener did; none for a stranger."""
        session: PollingSession | None = self.server.get_session(session_id)
        return session if session is not None and session.credential == self.credential() else None

    def handle_session_cookie(self) -> None:
        """Set ``JSESSIONID`` where a balancer needs it, and never to something strange."""
        if self.server.config.cookie_needed:
            value = self.get_cookie("JSESSIONID") or ""
            self.set_cookie("JSESSIONID", value if value.isalnum() and value.isascii() else "dummy")


class Receiving(Bound):
    """A request that waits for messages.

    An answer is written once: while it is on its way (``active`` is false) nothing more is put into
    it, and a peer that does not take it is cut off.
    """

    session: PollingSession | None
    active: bool
    content_type = "application/javascript; charset=UTF-8"
    _reaper: asyncio.TimerHandle | None = None
    _was_stuck = False
    _is_cut_off = False

    def prepare(self) -> None:
        """As every request; and keep the stream, which Tornado forgets when a request is over.

        A stranger is refused before anything is written: a new session would take the place of the other one.
        """
        self._stream: IOStream = cast("HTTP1Connection", self.request.connection).stream
        super().prepare()
        if self._finished or self.request.method == "OPTIONS" or self.is_new():
            return
        if self.own_session(self.path_kwargs["session_id"]) is None:
            self.refuse(404)

    def _attach_session(self, session_id: str, start_heartbeat: bool = False) -> bool:
        session = self.own_session(session_id)
        if session is None:
            session = cast("PollingSession", self.server.create_session(session_id))
            session.credential = self.credential()
        if not session.set_handler(self, start_heartbeat):
            return False
        self.session = session
        session.verify_state()
        return True

    @property
    def queued_bytes(self) -> int:
        """What of its answer the kernel has not taken yet."""
        return untaken_bytes(self._stream)

    @staticmethod
    def framed(pack: str) -> str:
        """``pack`` as this transport writes it, in ASCII."""
        return pack + "\n"

    @classmethod
    def measure(cls, payload: Payload) -> int:
        """The bytes of one message, alone in its frame."""
        return len(cls.framed(f"a[{payload.quoted}]"))

    def send_pack(self, message: str, binary: bool = False) -> None:  # noqa: ARG002
        """Answer with ``message``; the request is over when it has gone."""
        self.active = False
        text = self.framed(message)
        self.set_header("Content-Type", self.content_type)
        self.set_header("Content-Length", str(len(text)))
        self.write(text)
        self.flush().add_done_callback(self.send_complete)

    def send_complete(self, f: asyncio.Future[None] | None = None) -> None:
        """What was written has gone, or never will."""
        if f is not None and (f.cancelled() or f.exception() is not None):
            return  # the stream has closed: ``on_connection_close`` has been or will be called
        self._was_stuck = False
        self.completed()

    def completed(self) -> None:
        """One answer is all there is: the next one goes to the next request."""
        self._detach()
        self._end()

    def beat(self) -> bool:
        """Give a sign of life; false where the last one has not been taken since the one before."""
        if self.active:
            self.send_pack(HEARTBEAT)
            return True
        was_stuck, self._was_stuck = self._was_stuck, True
        return not was_stuck

    def say_goodbye(self, code: int, reason: str) -> None:
        """The waiting request is answered; one being answered is let finish, and the next one hears it."""
        self._is_cut_off = (code, reason) == TOO_SLOW
        if self.active:
            self.send_pack(farewell(code, reason))
            if self.session is not None:
                self.session.is_untold = False
        self._expire()

    def session_closed(self) -> None:
        """Nothing: ``say_goodbye`` has been called."""

    def abort_connection(self) -> None:
        """The stream is closed, and what it kept is forgotten."""
        self._stream.close()

    def _expire(self) -> None:
        if self._reaper is None:
            self._reaper = asyncio.get_running_loop().call_later(
                self.server.config.close_grace_seconds, self.abort_connection
            )

    def _end(self) -> None:
        """The response ends, and if its end is never taken the stream does."""
        if self._finished:
            return
        self._expire()
        self.finish().add_done_callback(self._gone)

    def _gone(self, future: Any) -> None:
        """The kernel has taken it all; who was too slow is cut off even so, in their time of grace."""
        if not future.cancelled():
            future.exception()
        if not self._is_cut_off:
            self._spare()

    def _spare(self) -> None:
        if self._reaper is not None:
            self._reaper.cancel()
            self._reaper = None

    def on_connection_close(self) -> None:
        """Whoever waited has gone, and with them, perhaps, what was on its way: the session is over."""
        self._spare()
        forget_way(self._stream)
        self.active = False
        session = self.session
        if session is not None:
            self._detach()
            session.close(*INTERRUPTED)
        self._log_disconnect()
