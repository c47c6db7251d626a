"""Who takes a long time to ask, or asks with too much, is let go of before anything is made of it."""

import asyncio
import contextlib

import pytest

from handlers.arrivals import ROOM_FOR_A_REFUSAL
from tests.handlers.sockjs.wire import PATIENCE, Wire
from tests.journeys.scene import Scene, Start

pytestmark = pytest.mark.gen_test(timeout=60)
REQUEST_SECONDS = 0.5
FRAME = 10_000

HEADERS = "GET /chat/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
POST = "POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: {size}\r\n\r\n"
SEND = "/ws/chat/0/abc/xhr_send"
PATHS = [SEND, "/chat/1/enviar/", "/chat/api/v1/rooms/1", "/entrar/"]


def port_of(scene: Scene) -> int:
    return int(scene.url.rpartition(":")[2])


@pytest.mark.parametrize("opening", ["", HEADERS, *(POST.format(path=path, size=5000) for path in PATHS)])
async def test_who_asks_a_byte_at_a_time_is_cut_off_and_who_waits_for_an_answer_is_not(
    start: Start, monkeypatch: pytest.MonkeyPatch, opening: str
) -> None:
    for part in ("listeners", "arrivals"):
        monkeypatch.setattr(f"handlers.{part}.REQUEST_SECONDS", REQUEST_SECONDS)
    scene = await start(heartbeat_seconds=3 * REQUEST_SECONDS)
    cliente = await scene.browser("cliente")
    wire = Wire(port_of(scene))
    cookie = {"Cookie": f"sessionid={scene.keys['cliente']}", "Origin": scene.url}
    poll = "/ws/chat/0/abc/xhr"
    for begins in ("o", "a"):
        assert (await wire.post(poll, headers=cookie)).body.startswith(begins)
    waiting = asyncio.ensure_future(wire.post(poll, headers=cookie))
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(scene))
    writer.write(opening.encode())
    hung_up = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not hung_up.done():
            if opening:
                writer.write(b"x")
            await asyncio.sleep(REQUEST_SECONDS / 10)
    with contextlib.suppress(ConnectionResetError):  # what was on its way to a line that has ended
        assert await hung_up == b""
    writer.close()
    assert (await waiting).body == "h\n"
    assert (await cliente.asks("list_rooms"))["rooms"] == []


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        (SEND, FRAME + 1, "413"),
        (SEND, FRAME * ROOM_FOR_A_REFUSAL + 1, "400"),
        ("/chat/1/enviar/", FRAME * ROOM_FOR_A_REFUSAL + 1, "400"),
        ("/chat/1/lida/", FRAME * ROOM_FOR_A_REFUSAL + 1, "400"),
        ("/chat/api/v1/rooms/1/messages", FRAME * ROOM_FOR_A_REFUSAL + 1, "401"),
    ],
)
async def test_a_body_that_is_far_too_large_is_not_read(
    start: Start, path: str, size: int, status: str
) -> None:
    scene = await start(frame_bytes=FRAME)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(scene))
    writer.write(POST.format(path=path, size=size).encode())
    if status != "400":
        writer.write(b"[" * size)
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).split()[1] == status.encode()
    writer.close()
