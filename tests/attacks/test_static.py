"""No address leads out of the folder of what everybody may have, and no name brings what nobody joined."""

import asyncio
from pathlib import Path

import pytest

from tests.attacks.test_front import behind, front, through
from tests.journeys.scene import Scene, Start

__all__ = ["front"]

SECONDS = 90
HASH = "0123456789abcdef"
WAYS = [
    "../settings.py",
    "..%2fsettings.py",
    "%2e%2e/settings.py",
    "%2e%2e%2fsettings.py",
    "..%5csettings.py",
    "css/../../settings.py",
    "css/%2e%2e/%2e%2e/settings.py",
    "....//settings.py",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "css%00/../../settings.py",
    "%00",
    f"css/base.{HASH}.css%00",
    "css",
    "css/",
    ".",
    "",
    f"../settings.{HASH}.py",
    f"..%2fsettings.{HASH}.py",
    f"css/../../settings.{HASH}.py",
    f"%2fetc%2fpasswd.{HASH}.x",
    "vendor/../../../settings.py",
    "vendor..%2f..%2fpackage.json",
]
PREFIXES = ["/prosa/static/", "/prosa/joined/", "/prosa/static", "/prosa/joined/../static/"]
SECRETS = [b"class Settings", b"root:x:0", b'"name": "sockjs-client"', b"Index of"]


async def body_of(port: int, path: str) -> tuple[int, bytes]:
    """The answer to a request of this path, as it is; a redirect's is where it leads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(SECONDS):
            answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def look(port: int) -> None:
    for prefix in PREFIXES:
        for way in WAYS:
            status, body = await body_of(port, prefix + way)
            assert status in {301, 302, 400, 403, 404, 502}, (prefix, way, status)
            assert not any(secret in body for secret in SECRETS), (prefix, way)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_address_leads_out_of_the_folder(start: Start) -> None:
    scene: Scene = await start()
    port = int(scene.url.rsplit(":", 1)[1])
    assert (await body_of(port, "/prosa/static/css/base.css"))[0] == 200
    await look(port)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nor_does_one_that_nginx_answers(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    await look(int(front.rsplit(":", 1)[1]))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nginx_leads_every_address_of_ours_to_a_worker(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    port = int(front.rsplit(":", 1)[1])
    for path in (
        "/chat/",
        "/chat/buscar/",
        "/chat/1/",
        "/chat/1/enviar/",
        "/ws/chat/info",
        "/prosa/io.js",
        "/prosa/badge.js",
        "/prosa/unread",
        "/prosa/idioma/",
        f"/prosa/joined/room.{HASH}.js",
    ):
        status, _ = await body_of(port, path)
        assert status not in {404, 502}, path


def test_the_folder_holds_nothing_that_is_not_for_everybody() -> None:
    static = Path(__file__).resolve().parent.parent.parent / "static"
    kinds = {path.suffix for path in static.rglob("*") if path.is_file()}
    assert kinds <= {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".webmanifest", ".json", ".wav"}
