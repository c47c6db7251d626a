"""What goes past Tornado's stream, and when nothing does."""

import asyncio
from collections.abc import Callable

import pytest
from tornado import iostream
from tornado.websocket import WebSocketClientConnection

from handlers.sockjs import server
from handlers.sockjs.output import can_send_past
from handlers.sockjs.payload import Payload
from tests.handlers.sockjs.conftest import Place, Recorder
from tests.handlers.sockjs.wire import heard, session_path
from tests.waiting import until

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
        assert output.hand_over == output._behind
    for number in range(2_000):
        assert str(await heard(other))[:5] == f"{number:05}"


async def test_what_is_said_while_corked_leaves_in_its_order_once_uncorked(place: Start) -> None:
    one = place()
    other, connection = await met(one)
    connection.cork()
    connection.cork()
    for text in ("first", "second"):
        connection.send(Payload(text))
    assert connection._carrier.handler._output.queued_bytes == 0
    connection.uncork()
    connection.send(Payload("third"))
    connection.uncork()
    assert [await heard(other) for _ in range(3)] == ["first", "second", "third"]


@pytest.mark.parametrize("is_direct", [True, False])
async def test_what_is_said_while_corked_leaves_before_the_goodbye(
    place: Start, monkeypatch: pytest.MonkeyPatch, is_direct: bool
) -> None:
    monkeypatch.setattr(server, "can_send_past", lambda: is_direct)
    one = place()
    other, connection = await met(one)
    connection.cork()
    connection.send(Payload("last"))
    connection.close(4001, "enough")
    connection.uncork()
    assert await heard(other) == "last"
    assert await heard(other) is None
    assert other.close_code == 4001


async def test_over_polling_it_is_one_answer_or_the_last_before_the_goodbye(place: Start) -> None:
    one = place()
    path = f"/ws{session_path()}"
    await one.wire.post(f"{path}/xhr")
    (connection,) = one.connections
    poll = asyncio.create_task(one.wire.post(f"{path}/xhr"))
    await until(lambda: connection._carrier.handler is not None)
    connection.cork()
    connection.send(Payload("first"))
    connection.send(Payload("second"))
    await asyncio.sleep(0)
    connection.uncork()
    assert (await poll).body == 'a["first","second"]\n'
    connection.cork()
    connection.send(Payload("last"))
    connection.close(4001, "enough")
    assert (await one.wire.post(f"{path}/xhr")).body == 'a["last"]\n'
    assert (await one.wire.post(f"{path}/xhr")).body == 'c[4001,"enough"]\n'
