"""What goes past Tornado's stream, and when nothing does."""

from collections.abc import Callable

import pytest
from tornado import iostream
from tornado.websocket import WebSocketClientConnection

from handlers.sockjs import server
from handlers.sockjs.output import can_send_past
from handlers.sockjs.payload import Payload
from tests.handlers.sockjs.conftest import Place, Recorder
from tests.handlers.sockjs.wire import heard

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]


async def met(one: Place) -> tuple[WebSocketClientConnection, Recorder]:
    """Both ends of a line that has been used."""
    other = await one.wire.socket("/ws/websocket")
    await other.write_message("here")
    assert await heard(other) == "here"
    (connection,) = one.connections
    return other, connection


async def test_this_tornado_says_what_waits_in_its_streams(place: Start) -> None:
    assert can_send_past()
    assert place().sockjs.router.can_send_past


async def test_where_it_does_not_say_so_everything_goes_through_its_stream(
    place: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Renamed(iostream._StreamBuffer):
        _size = property(lambda self: self._length, lambda self, size: setattr(self, "_length", size + 1))

    with monkeypatch.context() as another_tornado:
        another_tornado.setattr(iostream, "_StreamBuffer", Renamed)
        assert not can_send_past()
    monkeypatch.setattr(server, "can_send_past", lambda: False)
    one = place(queue_bytes=2**24, queue_messages=10_000)
    other, connection = await met(one)
    output = connection._carrier.handler._output
    for number in range(2_000):
        connection.send(Payload(f"{number:05}" + "x" * 1_000))
        output.leave()
        assert output.hand_over == output._behind
    for number in range(2_000):
        assert str(await heard(other))[:5] == f"{number:05}"
