"""What nginx answers itself is as closed as a worker's answers, and what it writes down tells no secret."""

import asyncio
import time
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from handlers.headers import ALWAYS
from tests.attacks.test_front import behind, front, through
from tests.journeys.scene import Start

__all__ = ["front"]

SECONDS = 60
OWN = {
    "GET /chat/api/v1/rooms/1": 404,
    "GET /prosa/whoami/": 404,
    "GET /prosa/static/css/base.css": 200,
    "GET /prosa/static/vendor/sockjs.min.js": 200,
    "GET /prosa/static/nothing.css": 404,
    "GET /prosa/static/css": 301,
    "POST /prosa/static/css/base.css": 405,
    "POST /chat/1/lida/": 413,
}
SECRET = [
    "/ws/chat/info%3Ftoken=secret",
    "/ws/chat/000/secret",
    "/ws/chat/000/secret/xhr",
    "/ws/chat/000/secret/secret/x",
    "/ws/chat/000/secret/xhr%3Fsession_key=secret",
    "/ws/chat/000/secret%3Ftoken=secret/xhr",
    "/ws/chat/000/%3Ftoken=secret",
    "/ws/chat/000%3Ftoken=secret/a/xhr",
    "/ws/chat/info?token=secret",
    "/chat/1/anexos/abc/secret.pdf",
    "/chat/api/v1/people/secret@exemplo.com/erase",
    "/chat/api/v1/people/secret%40exemplo.com/erase",
    "/chat/1/anexos%3Ftoken=secret",
]


async def answer(front: str, line: str, *more: str) -> tuple[int, Message]:
    """The status and the headers of what is answered to this request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(front.rpartition(":")[2]))
    head = "\r\n".join([f"{line} HTTP/1.1", "Host: localhost", "Connection: close", *more])
    writer.write(f"{head}\r\n\r\n".encode())
    async with asyncio.timeout(10):
        status, _, headers = (await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")
    writer.close()
    return int(status.split()[1]), Parser().parsestr(headers)


def written(folder: Path) -> list[Path]:
    """What nginx has written down of requests."""
    return list(folder.rglob("nginx-access.log"))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_its_own_answers_forbid_what_a_workers_answers_forbid(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    for line, status in OWN.items():
        found, headers = await answer(front, line, *["Content-Length: 3000000"] * (status == 413))
        assert found == status, line
        for name, value in ALWAYS.items():
            assert headers.get_all(name) == [value], (line, name)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_a_worker_says_is_said_once_and_as_the_worker_says_it(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await scene.room()
    key = await scene.logs_in("cliente")
    await (await through(front, key)).leaves()
    for path in ("/chat/1/", "/chat/none/", "/ws/chat/info", "/ws/chat/iframe.html", "/prosa/io.js"):
        cookie = f"Cookie: sessionid={key}"
        _, behind_it = await answer(front, f"GET {path}", cookie)
        _, own = await answer(scene.url, f"GET {path}", cookie)
        for name in (*ALWAYS, "Cache-Control"):
            assert len(own.get_all(name, [])) <= 1, (path, name)
            assert behind_it.get_all(name) == own.get_all(name), (path, name)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_where_no_worker_answers_the_refusal_is_closed_too(front: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                status, headers = await answer(front, "GET /chat/")
                break
            except OSError:  # nginx has just been started
                await asyncio.sleep(0.05)
    assert status == 502
    for name, value in ALWAYS.items():
        assert headers.get_all(name) == [value], name


@pytest.mark.gen_test(timeout=SECONDS)
async def test_its_log_tells_no_token_and_no_session(front: str, start: Start, tmp_path: Path) -> None:
    scene = await behind(front, start)
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    for path in SECRET:
        await answer(front, f"GET {path}")
    (log,) = written(tmp_path)
    deadline = time.monotonic() + 10
    while log.read_text().count(" GET /") < len(SECRET) + 1:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert "secret" not in log.read_text()
    assert "GET /ws/chat/000/-/xhr 405" in log.read_text()
