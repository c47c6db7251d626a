"""What a request says becomes neither a header, nor a line of the log, nor a way to another site."""

import asyncio
import io
import logging
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from handlers.logs import OneLine
from tests.journeys.scene import Scene, Start

SECONDS = 60
FORGED = [
    "\r\nX-Forged: 1",
    "%0d%0aX-Forged:%201",
    "%0aX-Forged:%201",
    "\x0bX-Forged: 1",
    "%e5%98%8a%e5%98%8dX-Forged:1",
    "\x85X-Forged:1",
]
PLACES = [
    "/chat/{}/",
    "/chat/{}/websocket/",
    "/chat/?next={}",
    "/chat/?antes={}",
    "/prosa/static/{}",
    "/ws/chat/info?x={}",
    "/ws/chat/000/{}/xhr",
    "/ws/chat/000/abc/jsonp?c={}",
    "/ws/chat/iframe{}.html",
    "/{}",
]
ELSEWHERE = [
    "//evil.example/",
    "/\\evil.example/",
    "https://evil.example/",
    "/chat/../../evil.example/",
    "/chat//evil.example/",
    "/chat/1/websocket/..//evil.example",
    "/chat/1/\t//evil.example/",
    "/chat/1/?em=1//evil.example/",
    "/chat/1/?next=//evil.example/",
    "javascript:alert(1)",
    "/entrar/?next=//evil.example/",
    "",
]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The log as a worker writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine("%(levelname)s %(name)s %(message)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


async def passes(scene: Scene, *lines: str) -> str:
    """The head of the answer to a request of these lines, as they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rsplit(":", 1)[1]))
    try:
        writer.write("\r\n".join([*lines, "Host: 127.0.0.1", "Connection: close", "", ""]).encode("latin-1"))
        async with asyncio.timeout(SECONDS):
            answer = await reader.read()
    finally:
        writer.close()
    return answer.partition(b"\r\n\r\n")[0].decode("latin-1")


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("forged", FORGED)
async def test_no_address_adds_a_header_or_a_line(start: Start, written: io.StringIO, forged: str) -> None:
    scene = await start(jsonp=True)
    cookie = f"Cookie: sessionid={await scene.logs_in('cliente')}"
    for place in PLACES:
        path = place.format(forged.encode().decode("latin-1"))
        for lines in ([f"GET {path} HTTP/1.1"], [f"GET {path} HTTP/1.1", cookie]):
            head = await passes(scene, *lines)
            assert head.startswith("HTTP/1.1 "), path
            assert "x-forged" not in {line.partition(":")[0].lower() for line in head.split("\r\n")}, path
    lines_of_the_log = written.getvalue().splitlines()
    assert all(line.startswith(("INFO ", "WARNING ", "ERROR ")) for line in lines_of_the_log)
    errors = [line for line in lines_of_the_log if line.startswith("ERROR ")]
    assert all("/jsonp status=500" in line for line in errors)  # which SockJS prescribes


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For: 1.2.3.4 level=error",
        "User-Agent: x\x1b[2J",
        "User-Agent: x\x85ERROR forged",
        "Accept: \xe2\x80\xa8ERROR forged",
        "Cookie: sessionid=segredo\x01",
        "Authorization: Bearer segredo\x7f\x00",
        "Origin: http://evil.example\x0bERROR forged",
        "Access-Control-Request-Headers: a\x0b\x0cX-Forged: 1",
        "Content-Type: application/json; charset=segredo\x00",
    ],
)
async def test_no_header_adds_one_or_is_told(start: Start, written: io.StringIO, header: str) -> None:
    scene = await start()
    logging.getLogger("tornado.general").setLevel(logging.WARNING)  # as ``handlers.logs.configure`` does
    for line in (
        "GET /chat/ HTTP/1.1",
        "OPTIONS /ws/chat/000/abc/xhr HTTP/1.1",
        "GET /ws/chat/info HTTP/1.1",
    ):
        head = await passes(scene, line, header)
        assert head.startswith("HTTP/1.1 ")
        assert "\nx-forged" not in head.lower()
    assert "segredo" not in written.getvalue()
    assert all(line.startswith(("INFO ", "WARNING ")) for line in written.getvalue().splitlines())


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_no_way_back_leads_elsewhere(start: Start, elsewhere: str) -> None:
    scene = await start()
    await scene.room()
    me = f"sessionid={await scene.logs_in('cliente')}"
    for cookie in (f'{me}; prosa_next="{elsewhere}"', f"{me}; prosa_next={elsewhere}"):
        head = await passes(scene, "GET /chat/ HTTP/1.1", f"Cookie: {cookie}")
        assert "Location:" not in head
    for path in (
        elsewhere,
        f"/chat/?next={elsewhere}",
        f"/chat/1/?next={elsewhere}",
        f"/chat/1/?em=1{elsewhere}",
        f"/{elsewhere}",
    ):
        if path.startswith("/") and "\t" not in path:
            for line in (f"GET {path} HTTP/1.1", f"HEAD {path} HTTP/1.1"):
                is_local(await passes(scene, line))
                is_local(await passes(scene, line, f"Cookie: {me}"))


def is_local(head: str) -> None:
    """The answer redirects to nowhere, or within the site, and names only our own paths to go back to."""
    for line in head.split("\r\n"):
        name, _, value = line.partition(": ")
        if name != "Location":
            continue
        to = urlsplit(value)
        assert (to.scheme, to.netloc) == ("", ""), head
        assert to.path.startswith(("/chat/", "/entrar/"))
        assert not value.startswith(("//", "/\\"))
        for back in parse_qs(to.query).get("next", []):
            assert re.fullmatch(r"/chat/([A-Za-z0-9_-]+/(websocket/|historico/)?)?(\?em=[0-9]+)?", back)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_leads_back_to_its_own_room_only(start: Start) -> None:
    scene = await start()
    for path in ("/chat/1/enviar/", "/chat/1/lida/"):
        head = await passes(scene, f"GET {path}?next=//evil.example/ HTTP/1.1")
        assert "Location: /chat/1/\r\n" in head + "\r\n"
