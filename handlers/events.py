"""What the use cases tell, as the transports write it."""

from collections.abc import Callable, Sequence

from handlers.sockjs.fanout import FanOut
from handlers.sockjs.payload import Payload
from prosa.chat.events import Event


def framed(event: Event) -> Payload:
    """It as it is written, made once however many are told."""
    payload: Payload | None = event.framed
    if payload is None:
        payload = event.framed = Payload(*event.texts)
    return payload


def fan_out(ways: Sequence[Callable[[Payload], None]]) -> Callable[[Event], None]:
    """Tells an event to all whose ``way_out`` is among ``ways``."""
    deliver = FanOut(ways).deliver
    return lambda event: deliver(framed(event))
