"""Nothing grows without end, and nobody pays for somebody else."""

import asyncio
import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from handlers.sockjs.connection import Connection
from handlers.sockjs.payload import Payload
from tests.handlers.sockjs.conftest import Place, Recorder
from tests.handlers.sockjs.wire import PATIENCE, heard, session_path
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=30)
Start = Callable[..., Place]
HANDSHAKE = (
    "GET /ws/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n"
)


async def deaf(one: Place, request: str = HANDSHAKE, *, is_new: bool = True) -> socket.socket:
    """A peer that asks and never reads, behind a small window."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    one.deaf.append(line)
    count = len(one.connections)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", one.port))
    await asyncio.get_running_loop().sock_sendall(line, request.encode())
    await until(lambda: len(one.connections) >= count + is_new)
    return line


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("transport", ["websocket", "xhr_streaming", "xhr"])
async def test_a_reader_who_stops_is_dropped_and_leaves_nothing_behind(place: Start, transport: str) -> None:
    one = place(close_grace_seconds=1, response_bytes=2**26)
    other = await one.wire.socket("/ws/websocket")
    await until(lambda: one.connections)
    request = HANDSHAKE
    if transport != "websocket":
        request = f"POST /ws{session_path()}/{transport} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    await deaf(one, request)
    sending, slow = one.connections
    handler = slow._carrier.handler  # none for a poll, which has been answered
    before = resident_bytes()
    for number in range(10_000):
        slow.send(Payload(f"{number:05}" + "x" * 1000))
        sending.send(Payload(str(number)))
        if number % 100 == 0:
            await asyncio.sleep(0)
    assert slow.is_closed
    assert slow.closed.is_set()
    for number in range(10_000):
        assert await heard(other) == str(number)
    await until(lambda: handler is None or handler._stream.closed(), 10)
    assert resident_bytes() - before < 5 * 1024 * 1024


@pytest.mark.parametrize(("messages", "is_dropped"), [(10, False), (11, True)])
async def test_so_many_messages_may_wait_and_no_more(place: Start, messages: int, is_dropped: bool) -> None:
    one = place(queue_messages=10)
    url = f"/ws{session_path()}/xhr"
    await one.wire.post(url)
    for number in range(messages):
        one.connections[0].send(Payload(str(number)))
    assert one.connections[0].is_closed is is_dropped
    answer = await one.wire.post(url)
    if is_dropped:
        assert answer.body == 'c[4008,"too slow"]\n'
    else:
        assert answer.hears_frame() == [str(number) for number in range(messages)]


async def test_so_many_bytes_may_wait_and_no_more(place: Start) -> None:
    one = place(queue_bytes=1000)
    await one.wire.post(f"/ws{session_path()}/xhr")
    one.connections[0].send(Payload("x" * 900))
    assert not one.connections[0].is_closed
    one.connections[0].send(Payload("é" * 20))  # 120 as polling writes them
    assert one.connections[0].is_closed


@pytest.mark.parametrize("transport", ["websocket", "xhr_streaming", "xhr"])
async def test_what_a_reader_has_not_taken_is_counted_until_they_take_it(
    place: Start, transport: str
) -> None:
    one = place(queue_bytes=2**26, response_bytes=2**26)
    url = f"/ws{session_path()}/{transport}"
    request = f"POST {url} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    line = await deaf(one, HANDSHAKE if transport == "websocket" else request)
    connection = one.connections[0]
    for _ in range(100):
        connection.send(Payload("x" * 100_000))
    if transport == "xhr":  # its first request has been answered with the open frame
        assert one.sockjs.queued_bytes() > 10_000_000
        await asyncio.get_running_loop().sock_sendall(line, request.encode())
    else:
        assert one.sockjs.queued_bytes() > 5_000_000  # the kernel has taken the rest
    if transport != "websocket":
        await until(lambda: not connection._carrier.send_queue)
        assert one.sockjs.queued_bytes() > 5_000_000
    taken = 0
    while taken < 10_000_000:
        taken += len(await asyncio.wait_for(asyncio.get_running_loop().sock_recv(line, 2**20), PATIENCE))
    await until(lambda: one.sockjs.queued_bytes() == 0)


@pytest.mark.parametrize("transport", ["xhr_streaming", "eventsource", "xhr"])
async def test_after_an_answer_that_was_cut_off_nothing_comes_but_the_goodbye(
    place: Start, transport: str
) -> None:
    one = place(queue_bytes=2**26, response_bytes=2**26)
    path = f"/ws{session_path()}"
    if transport == "xhr":
        await one.wire.post(f"{path}/xhr")  # the open frame
        one.connections[0].send(Payload("x" * 10_000_000))
    method = "GET" if transport == "eventsource" else "POST"
    request = f"{method} {path}/{transport} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    line = await deaf(one, request, is_new=transport != "xhr")
    (connection,) = one.connections
    if transport != "xhr":
        connection.send(Payload("x" * 10_000_000))
    await until(lambda: not connection._carrier.send_queue)
    connection.send(Payload("what follows"))
    line.close()
    await until(connection.closed.is_set)
    assert (await one.wire.post(f"{path}/xhr")).body == 'c[1002,"Connection interrupted"]\n'


async def test_sending_makes_no_task(place: Start) -> None:
    one = place()
    await deaf(one)
    before = len(asyncio.all_tasks())
    for _ in range(500):
        one.connections[0].send(Payload("x" * 1000))
    assert len(asyncio.all_tasks()) == before


async def test_one_dead_peer_costs_the_others_nothing(place: Start) -> None:
    one = place()
    lines = [await one.wire.socket("/ws/websocket") for _ in range(3)]
    await until(lambda: len(one.connections) == 3)
    first = one.connections[0]
    first._carrier.handler._stream.close()
    for connection in one.connections:
        connection.send(Payload("news"))
    assert [await heard(line) for line in lines[1:]] == ["news", "news"]
    await until(first.closed.is_set)


async def test_one_session_too_many_is_opened_and_told_to_come_back(place: Start) -> None:
    one = place(sessions_max=1)
    await one.wire.socket("/ws/websocket")
    await until(lambda: one.connections)
    url = f"/ws{session_path()}"
    assert (await one.wire.post(url + "/xhr")).body == "o\n"
    assert (await one.wire.post(url + "/xhr_send", '["x"]')).status == 204
    assert (await one.wire.post(url + "/xhr")).body == 'c[4000,"full"]\n'
    framed = await one.wire.socket(f"/ws{session_path()}/websocket")
    assert [await heard(framed) for _ in range(3)] == ["o", 'c[4000,"full"]', None]
    raw = await one.wire.socket("/ws/websocket")
    assert await heard(raw) is None
    assert raw.close_code == 4000
    assert len(one.connections) == 1


async def test_a_body_over_the_limit_is_413(place: Start) -> None:
    one = place(frame_bytes=1000)
    url = f"/ws{session_path()}"
    await one.wire.post(url + "/xhr")
    assert (await one.wire.post(url + "/xhr_send", '["' + "x" * 1000 + '"]')).status == 413
    assert (await one.wire.post(url + "/xhr_send", '["x"]')).status == 204


async def test_a_session_has_at_most_one_timer_however_often_it_is_polled(place: Start) -> None:
    one = place()
    url = f"/ws{session_path()}"
    await one.wire.post(url + "/xhr")
    loop = asyncio.get_running_loop()
    for number in range(50):
        one.connections[0].send(Payload(str(number)))
        assert (await one.wire.post(url + "/xhr")).hears_frame() == [str(number)]
    timers = loop._scheduled  # type: ignore[attr-defined]
    assert sum("_heartbeat" in repr(timer) and not timer.cancelled() for timer in timers) <= 1


@pytest.mark.parametrize("path", ["/websocket", "/0/s/websocket"])
async def test_a_silent_peer_is_dropped(place: Start, path: str) -> None:
    one = place(heartbeat_seconds=0.1)
    await deaf(one, HANDSHAKE.replace("/ws/websocket", "/ws" + path))
    stream = one.connections[0]._carrier.handler._stream
    await asyncio.wait_for(one.connections[0].closed.wait(), PATIENCE)
    await until(stream.closed)


async def test_a_peer_that_answers_stays(place: Start) -> None:
    one = place(heartbeat_seconds=0.05)
    line = await one.wire.socket(f"/ws{session_path()}/websocket")
    assert [await heard(line) for _ in range(6)] == ["o", *"hhhhh"]
    assert not one.connections[0].is_closed


async def test_nobody_is_counted_after_they_have_gone(place: Start) -> None:
    one = place()
    stats = one.sockjs.router.stats
    for number in range(4):
        line = await one.wire.socket(["/ws/websocket", f"/ws{session_path()}/websocket"][number % 2])
        await until(lambda expected=number + 1: len(one.connections) == expected)
        if number < 2:
            one.connections[-1].close(3000, "enough")
        else:
            line.close()
    await until(lambda: not one.sockjs.router.open_sessions)
    await until(lambda: (stats.conn_active, stats.sess_active) == (0, 0))


class Faulty(Recorder):
    """Breaks wherever it is called."""

    def on_message(self, text: str) -> None:
        raise RuntimeError(text)

    def on_close(self) -> None:
        raise RuntimeError("on_close is broken")


async def test_what_the_application_raises_is_logged_and_ends_one_connection(
    place: Start, caplog: pytest.LogCaptureFixture
) -> None:
    one = place(Faulty)
    line = await one.wire.socket("/ws/websocket")
    with caplog.at_level(logging.ERROR):
        await line.write_message("on_message is broken")
        assert await heard(line) is None
    assert line.close_code == 1011
    assert "on_message is broken" in caplog.text
    assert "on_close is broken" in caplog.text


async def test_sending_never_raises(place: Start) -> None:
    one = place()
    Connection().send(Payload("not open yet"))
    url = f"/ws{session_path()}/xhr"
    await one.wire.post(url)
    one.connections[0].close(4000, 'a "quoted" reason\n')
    one.connections[0].send(Payload("too late"))
    assert (await one.wire.post(url)).body == 'c[4000,"a \\"quoted\\" reason\\n"]\n'


async def test_what_waits_is_heard_before_the_goodbye(place: Start) -> None:
    one = place()
    url = f"/ws{session_path()}/xhr"
    await one.wire.post(url)
    one.connections[0].send(Payload("last words"))
    one.connections[0].close(4000, "restart")
    assert [(await one.wire.post(url)).body for _ in range(2)] == ['a["last words"]\n', 'c[4000,"restart"]\n']


async def test_a_session_that_nobody_polls_ends(place: Start) -> None:
    one = place(disconnect_delay=0.1)
    await one.wire.post(f"/ws{session_path()}/xhr")
    await asyncio.wait_for(one.connections[0].closed.wait(), PATIENCE)
    await until(lambda: not one.sockjs.router._sessions._items)


async def test_a_reply_is_measured_as_it_is_written(place: Start) -> None:
    one = place()
    await one.wire.socket("/ws/websocket")
    await one.wire.socket(f"/ws{session_path()}/websocket")
    await one.wire.post(f"/ws{session_path()}/xhr")
    await until(lambda: len(one.connections) == 3)
    assert [one_.written_size("é") for one_ in one.connections] == [4, 9, 12]


async def test_a_stopped_server_tells_everybody_to_come_back(place: Start) -> None:
    one = place()
    line = await one.wire.socket("/ws/websocket")
    await until(lambda: one.connections)
    one.sockjs.close()
    assert await heard(line) is None
    assert line.close_code == 4000
