"""For connections that stand beside no transport: nobody frames an event."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from prosa.chat.events import Event


def never(framed: object) -> NoReturn:
    """A connection's ``pass_on``, or the ``FanOut`` of a room of few."""
    raise AssertionError(framed)


def one_by_one(ways: Sequence[Callable[[Any], None]]) -> Callable[[Event], None]:
    """A ``FanOut`` over ways that take the event as it is."""

    def tell(event: Event) -> None:
        for way in ways:
            way(event)

    return tell
