"""What the application sees of one browser's connection, on whichever transport."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from handlers.sockjs.closing import INTERNAL
from handlers.sockjs.payload import Payload

log = logging.getLogger(__name__)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What may be known of the request that opened a connection."""

    transport: str
    cookie: str | None
    """The session cookie; ``None`` where there is none, or the page behind it may not use it."""
    query: dict[str, str]
    origin: str | None
    address: str
    user_agent: str
    accept_language: str
    language: str
    """The cookie in which a language may have been chosen; empty where there is none."""


class Carrier(Protocol):
    """The session that a connection speaks through."""

    @property
    def is_closed(self) -> bool:
        """It takes nothing any more."""

    @property
    def way_out(self) -> Callable[[Payload], None]:
        """Sends a payload or queues it."""

    def close(self, code: int, message: str) -> None:
        """End the session."""

    def written_size(self, payload: Payload) -> int:
        """Its bytes on this transport."""


class Connection:
    """One browser tab. The application subclasses it; its ``on_…`` methods return at once."""

    opening: Opening

    def __init__(self) -> None:
        self._carrier: Carrier | None = None
        self._pass_on: Callable[[Payload], None] | None = None

    def on_open(self) -> None:
        """Called once, when ``opening`` is known."""

    def on_message(self, text: str) -> None:
        """Called for every message, in order."""

    @property
    def room(self) -> asyncio.Future[None] | None:
        """What whoever brings messages waits for before the next ones; ``None``: there is room.

        It comes at the latest when the connection ends.
        """
        return None

    def on_close(self) -> None:
        """Called once after ``on_open``, whoever ended it."""

    def send(self, payload: Payload) -> None:
        """``payload`` leaves at the end of the loop's turn. Never waits and never raises.

        A reader too slow is dropped.
        """
        if self._pass_on is not None:
            self._pass_on(payload)

    @property
    def way_out(self) -> Callable[[Payload], None]:
        """What ``send`` does, for whoever does it so often that one call less counts; once it is open."""
        return self._pass_on or self.send

    def close(self, code: int, reason: str) -> None:
        """End it with a goodbye, which a peer that does not read will not see. Again: no effect."""
        if self._carrier is not None:
            self._carrier.close(code, reason)

    @property
    def is_closed(self) -> bool:
        """It is not open any more, or not yet."""
        return self._carrier is None or self._carrier.is_closed

    def written_size(self, text: str) -> int:
        """The bytes that ``text`` takes as this transport writes it."""
        payload = Payload(text)
        return len(payload.raw_frame) if self._carrier is None else self._carrier.written_size(payload)

    def opened(self, carrier: Carrier, opening: Opening) -> None:
        """Called by the session: the connection is ready to be used."""
        self._carrier, self._pass_on, self.opening = carrier, carrier.way_out, opening
        try:
            self.on_open()
        except Exception:
            log.exception("on_open failed")
            self.close(*INTERNAL)

    def received(self, text: str) -> None:
        """Called by the session; what the application raises ends this connection and no other."""
        try:
            self.on_message(text)
        except Exception:
            log.exception("on_message failed")
            self.close(*INTERNAL)

    def ended(self) -> None:
        """Called by the session, once."""
        try:
            self.on_close()
        except Exception:
            log.exception("on_close failed")
