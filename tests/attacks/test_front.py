"""What nginx keeps from the workers, with the configuration that is shipped: real people through one door."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import HTTPServerRequest

from deploy.cluster import Cluster
from deploy.colours import PUBLIC
from deploy.infrastructure import found
from tests import files
from tests.attacks.floods import AT_ONCE, Attacker, many
from tests.browser import Browser
from tests.journeys.scene import Scene, Start
from tests.journeys.uploading import BOUNDARY, Sender
from tests.ports import free_base

BURST = 2_000
FORM = f"multipart/form-data; boundary={BOUNDARY}"
DRIBBLED = [
    b"GET /ws/chat/websocket HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /ws/chat/0/abc/xhr_send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n[",
    b"POST /chat/1/enviar/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nconteudo=",
]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[str]:
    """The address of an nginx before a worker that is to listen on the first place's port."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is missing: apt-get install nginx-light")
    cluster = Cluster(tmp_path, free_base())
    for folder in (cluster.run_dir, cluster.logs):
        folder.mkdir()
    (tmp_path / "nginx.conf").write_text(cluster.configurations()["nginx.conf"])
    user = " user root;" if tmp_path.owner() == "root" else ""
    nginx = subprocess.Popen([found("nginx"), "-c", tmp_path / "nginx.conf", "-g", f"daemon off;{user}"])
    yield cluster.url
    nginx.terminate()
    nginx.wait()


async def behind(front: str, start: Start) -> Scene:
    """A worker behind that nginx."""
    return await start(port=int(front.rpartition(":")[2]) + PUBLIC + 1, trust_proxy=1)


async def through(front: str, cookie: str) -> Browser:
    """A tab that reaches the worker through nginx."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await Browser.open(front, cookie)
            except OSError:  # nginx has just been started
                await asyncio.sleep(0.05)


@pytest.mark.gen_test(timeout=90)
async def test_who_asks_slowly_reaches_no_worker(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await scene.room()
    cliente = await through(front, await scene.logs_in("cliente"))
    await cliente.hears("welcome")
    attacker = Attacker(front)
    writers = []
    for opening in DRIBBLED * 50:
        _, writer = await attacker.line()
        writer.write(opening)
        writers.append(writer)
    for turn in range(20):
        for writer in writers:
            writer.write(b"x")
        assert (await cliente.says(f"Olá {turn}", in_room=1))["seq"] == turn + 1
        assert not scene.worker.listeners._public._connections
    await attacker.leaves()
    await cliente.leaves()


@pytest.mark.gen_test(timeout=90)
async def test_an_address_that_asks_too_often_is_refused_and_no_other_one(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await scene.room()
    cliente = await through(front, await scene.logs_in("cliente"))
    attacker = Attacker(front)
    left = iter(range(5 * BURST))  # of what nginx itself answers: no worker is so fast
    await many(AT_ONCE, lambda: attacker.posts("/prosa/static/css/base.css" for _ in left))
    assert set(attacker.answers) == {"405", "429"}
    assert attacker.answers["405"] >= BURST
    page = await AsyncHTTPClient().fetch(
        f"{front}/chat/1/", headers={"Cookie": f"sessionid={scene.keys['cliente']}"}
    )
    assert page.code == 200
    assert (await cliente.says("Olá", in_room=1))["seq"] == 1
    await attacker.leaves()
    await cliente.leaves()


@pytest.mark.gen_test(timeout=90)
async def test_nobody_says_of_themselves_where_they_come_from(front: str, start: Start) -> None:
    scene = await behind(front, start)
    told: list[HTTPServerRequest] = []
    scene.worker.listeners._public.request_callback.settings["log_function"] = lambda handler: told.append(
        handler.request
    )
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    lies = {"X-Real-Ip": "192.0.2.1", "X-Forwarded-For": "192.0.2.2", "X-Scheme": "https"}
    lies["X-Forwarded-Proto"] = "https"
    await AsyncHTTPClient().fetch(f"{front}/ws/chat/info", headers=lies)
    assert (told[-1].path, told[-1].remote_ip, told[-1].protocol) == ("/ws/chat/info", "127.0.0.1", "http")


@pytest.mark.gen_test(timeout=90)
async def test_no_way_around_leads_to_the_sites_api(front: str, start: Start) -> None:
    scene = await behind(front, start)
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    own, scene.url = scene.url, front
    for way in ("1", "..%2F..%2F..%2Fx", "%2e%2e%2f%2E%2E%2f..%2fx", "x%2F..%2F..%2F..%2F..%2F..%2Fchat%2Fy"):
        for what in ("rooms", "export"):
            assert (await scene.api("GET", f"/people/{way}/{what}")).code == 404, way
    scene.url = own
    assert (await scene.api("GET", "/people/a%2Fb..c/rooms")).code == 200


async def status_of(front: str, path: str, size: int) -> str:
    """What is answered to the headers of a form of this size."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(front.rpartition(":")[2]))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {size}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(10):
        answer = await reader.readline()
    writer.close()
    return answer.split()[1].decode()


@pytest.mark.gen_test(timeout=90)
async def test_a_file_passes_where_files_are_sent_and_nothing_so_large_elsewhere(
    front: str, start: Start
) -> None:
    scene = await behind(front, start)
    await scene.room()
    await (await through(front, await scene.logs_in("cliente"))).leaves()
    sender = await Sender.open(scene)
    scene.url = front
    large = files.PDF.replace(b"\ntrailer", b"\n" + b"%" * 3_000_000 + b"\ntrailer")
    attachment = await sender.attaches(large, "planta.pdf")
    assert (await sender.gets(attachment["url"])).body == large
    assert (await sender.sends(large, "planta.pdf", "Segue")).code == 303
    for path in ("/chat/1/lida/", "/chat/1/", f"/chat/1/anexos/{attachment['id']}/x"):
        assert await status_of(front, path, len(large)) == "413"
    assert await status_of(front, "/chat/1/anexos/", 12_000_000) == "413"
