"""Whoever brings more than is answered waits, and is read no faster."""

import asyncio
from collections.abc import Callable

import pytest

from tests.handlers.sockjs.conftest import Place, Recorder
from tests.handlers.sockjs.wire import heard, session_path
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]


class Full(Recorder):
    """Has room for one message; for the next one when it says so."""

    def __init__(self) -> None:
        super().__init__()
        self._room: asyncio.Future[None] | None = None

    def on_message(self, text: str) -> None:
        super().on_message(text)
        self._room = asyncio.get_running_loop().create_future()

    @property
    def room(self) -> asyncio.Future[None] | None:
        return self._room

    def has_room(self) -> None:
        assert self._room is not None
        self._room.set_result(None)

    def on_close(self) -> None:
        super().on_close()
        if self._room is not None and not self._room.done():
            self.has_room()


@pytest.mark.parametrize("path", ["/ws/websocket", f"/ws{session_path()}/websocket"])
async def test_of_a_socket_nothing_is_read_while_there_is_no_room_and_it_stays_open(
    place: Start, path: str
) -> None:
    one = place(Full, heartbeat_seconds=0.05)
    line = await one.wire.socket(path)
    await until(lambda: one.connections)
    full = one.connections[0]
    for n in range(3):
        await line.write_message(str(n) if path == "/ws/websocket" else f'["{n}"]')
    for n in range(3):
        await until(lambda n=n: len(full.texts) == n + 1)
        await asyncio.sleep(0.3)  # many a sign of life is asked for, and read only afterwards
        assert full.texts == [str(known) for known in range(n + 1)]
        assert not full.is_closed
        full.has_room()


async def test_a_request_that_sends_is_answered_when_there_is_room(place: Start) -> None:
    one = place(Full)
    path = f"/ws{session_path()}"
    await one.wire.post(f"{path}/xhr")
    sending = asyncio.ensure_future(one.wire.post(f"{path}/xhr_send", '["0"]'))
    await until(lambda: one.connections[0].texts)
    await asyncio.sleep(0.1)
    assert not sending.done()
    one.connections[0].has_room()
    assert (await sending).status == 204


async def test_whoever_closes_while_there_is_no_room_is_let_go_of(place: Start) -> None:
    one = place(Full, close_grace_seconds=0.1)
    line = await one.wire.socket("/ws/websocket")
    await line.write_message("0")
    await until(lambda: one.connections and one.connections[0].texts)
    one.connections[0].close(3000, "enough")
    assert await heard(line) == "0"
    assert await heard(line) is None
    await until(one.connections[0].closed.is_set)
