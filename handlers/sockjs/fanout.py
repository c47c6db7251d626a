"""One payload to many connections at once, in the fewest steps there are.

A thousand deliveries are a thousand system calls, and after each the processor finds less of what it knew:
what Python does in between costs twice what it does elsewhere. So nothing of Python is in between: ``map``
calls one ``send`` after the other, and what became of them is looked at once at the end. Measured with a
thousand connections ("Fan-out" in ``benchmarks``, in turns with calls of ``Output.deliver``), all that a
delivery costs is an eighth less.
"""

from collections.abc import Callable, Iterable
from itertools import repeat
from operator import attrgetter, call

from handlers.sockjs.output import Output
from handlers.sockjs.payload import Payload

Way = Callable[[Payload], None]

HAND_OVER = attrgetter("hand_over")


class FanOut:
    """The ways out of many connections, as one: to each, what its own would have done."""

    def __init__(self, ways: Iterable[Way]) -> None:
        outputs: dict[str, list[Output]] = {}
        self._others: list[Way] = []
        for way in ways:
            output = getattr(way, "__self__", None)
            if isinstance(output, Output):
                outputs.setdefault(output.form, []).append(output)
            else:
                self._others.append(way)
        self._outputs = tuple((form, tuple(each)) for form, each in outputs.items())

    def deliver(self, payload: Payload) -> None:
        """Send or queue it everywhere. Never waits and never raises; a reader too slow is dropped."""
        for form, outputs in self._outputs:
            deliver_all(outputs, getattr(payload, form))
        for way in self._others:
            way(payload)


def deliver_all(outputs: tuple[Output, ...], frame: bytes) -> None:
    """``frame`` to each, as by its ``deliver``: what one does not take at once goes through its stream."""
    size = len(frame)
    taken: list[int] = []
    left = map(call, map(HAND_OVER, outputs), repeat(frame))
    try:
        while len(taken) < len(outputs):
            try:
                taken.extend(left)  # what it held when something was raised is in it
            except (BlockingIOError, InterruptedError):
                taken.append(0)
            except OSError as error:
                outputs[len(taken)].fail(error)
                taken.append(size)
    finally:  # whatever was raised: nobody is left with a part of a frame
        if taken.count(size) < len(taken):
            for output, sent in zip(outputs, taken, strict=False):
                if sent < size:
                    output.send(frame[sent:])
