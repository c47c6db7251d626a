"""What is told in one turn of the loop leaves at its end, as one, and before anything else is said."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from handlers.sockjs import server
from handlers.sockjs.payload import Payload
from handlers.sockjs.turn import Turn
from tests.handlers.sockjs.conftest import Place, Recorder
from tests.handlers.sockjs.test_fanout import Full
from tests.handlers.sockjs.test_output import met
from tests.handlers.sockjs.wire import heard, session_path
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]


@pytest.fixture(params=["direct", "through the stream"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames go past Tornado's stream, or through it."""
    monkeypatch.setattr(server, "can_send_past", lambda: request.param == "direct")


def counting(connection: Recorder) -> list[bytes]:
    """Every send to this connection from now on."""
    stream = connection._carrier.handler._stream  # type: ignore[union-attr]
    stream.socket = Full(stream.socket)
    stream.socket.is_full = False
    sends: list[bytes] = stream.socket.sends
    return sends


async def test_it_leaves_in_one_send_in_its_order(place: Start) -> None:
    other, connection = await met(place())
    sends = counting(connection)
    for text in ("first", "second", "third"):
        connection.send(Payload(text))
    assert not sends
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sends == [b"\x81\x05first\x81\x06second\x81\x05third"]
    connection.send(Payload("fourth"))
    assert [await heard(other) for _ in range(4)] == ["first", "second", "third", "fourth"]
    assert len(sends) == 2


async def test_it_leaves_after_all_that_was_ready_to_run(place: Start) -> None:
    _, connection = await met(place())
    sends = counting(connection)
    loop = asyncio.get_running_loop()
    ready = [loop.call_soon(connection.send, Payload(text)) for text in "abc"]
    loop.call_soon(lambda: ready.append(len(sends)))  # type: ignore[arg-type]
    await until(lambda: bool(sends))
    assert ready[-1] == 0
    assert sends == [b"\x81\x01a\x81\x01b\x81\x01c"]


@pytest.mark.usefixtures("either_way")
async def test_it_leaves_before_the_goodbye(place: Start) -> None:
    other, connection = await met(place())
    connection.send(Payload("last"))
    connection.close(4001, "enough")
    connection.send(Payload("too late"))
    assert await heard(other) == "last"
    assert await heard(other) is None
    assert other.close_code == 4001


@pytest.mark.usefixtures("either_way")
async def test_it_leaves_before_whatever_tornado_says_by_itself(place: Start) -> None:
    other, connection = await met(place())
    sends = counting(connection)
    handler: Any = connection._carrier.handler  # type: ignore[union-attr]
    connection.send(Payload("before"))
    handler.ping(b"!")
    connection.send(Payload("after"))
    handler.close(4002, "")
    assert [await heard(other) for _ in range(3)] == ["before", "after", None]
    assert b"".join(sends) == b"\x81\x06before" + b"\x89\x01!" + b"\x81\x05after" + b"\x88\x02\x0f\xa2"


async def test_over_polling_it_is_one_answer_or_the_last_before_the_goodbye(place: Start) -> None:
    one = place()
    path = f"/ws{session_path()}"
    await one.wire.post(f"{path}/xhr")
    (connection,) = one.connections
    poll = asyncio.create_task(one.wire.post(f"{path}/xhr"))
    await until(lambda: connection._carrier.handler is not None)
    connection.send(Payload("first"))
    connection.send(Payload("second"))
    assert (await poll).body == 'a["first","second"]\n'
    poll = asyncio.create_task(one.wire.post(f"{path}/xhr"))
    await until(lambda: connection._carrier.handler is not None)
    connection.send(Payload("last"))
    connection.close(4001, "enough")
    assert (await poll).body == 'a["last"]\n'
    assert (await one.wire.post(f"{path}/xhr")).body == 'c[4001,"enough"]\n'


async def test_over_streaming_it_is_one_piece_of_the_answer(place: Start) -> None:
    one = place()
    answer = await one.wire.opens("POST", f"/ws{session_path()}/xhr_streaming")
    await until(lambda: bool(one.connections))
    (connection,) = one.connections
    connection.send(Payload("first"))
    connection.send(Payload("second"))
    assert [await answer.chunk() for _ in range(3)][1:] == ["o\n", 'a["first","second"]\n']


async def test_whatever_becomes_of_one_the_others_are_told(caplog: pytest.LogCaptureFixture) -> None:
    turn, told = Turn(), []

    def fails() -> None:
        raise RuntimeError("of this one")

    for leave in (lambda: told.append(1), fails, lambda: turn.at_end(lambda: told.append(3))):
        turn.at_end(leave)
    assert told == []
    await until(lambda: told == [1, 3])
    assert "of this one" in caplog.text
