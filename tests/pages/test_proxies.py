"""The room is live behind every proxy, soon, and by itself; the way that worked is taken again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import watch_faults
from tests.pages.room import ROOM_1, is_live, is_whole, message, say
from tests.pages.ways import tried_ways, watch_ways
from tests.proxy import KINDS, Proxy
from tests.server import Server

LIVE_SECONDS = 5.0
LADDER = ["websocket", "xhr-streaming", "xhr-polling"]
WAYS = {
    "plain": "websocket",
    "strips_upgrade": "xhr-streaming",
    "swallows_upgrade": "xhr-streaming",
    "buffers": "xhr-polling",
}

Behind = Callable[[str, Proxy], Page]


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, which believes the proxy before it."""
    server = Server(tmp_path_factory.mktemp("trusting"), PROSA_TRUST_PROXY="1")
    try:
        server.start()
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.fixture
def proxy(request: pytest.FixtureRequest, trusting: Server, tmp_path: Path) -> Iterator[Proxy]:
    """An nginx of the kind that the test is asked for."""
    proxy = Proxy(request.param, trusting.url, tmp_path)
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture
def behind(trusting: Server, contexts: Callable[..., BrowserContext], faults: list[str]) -> Behind:
    """``behind("cliente", proxy)``: a browser where that person came to the room through that proxy."""

    def arrive(username: str, proxy: Proxy) -> Page:
        context = contexts()
        watch_ways(context)
        context.add_cookies([{"name": "sessionid", "value": trusting.login(username), "url": proxy.url}])
        page = context.new_page()
        watch_faults(faults, page, username)
        page.goto(proxy.url + ROOM_1)
        return page

    return arrive


def is_live_soon(page: Page, since: float) -> None:
    """The room is joined before ``LIVE_SECONDS`` have passed since the page was there."""
    left = LIVE_SECONDS - (time.monotonic() - since)
    expect(page.locator("[data-part=status-text]")).to_have_text("Ao vivo", timeout=left * 1000)


@pytest.mark.parametrize("proxy", KINDS, indirect=True)
def test_a_room_is_live_within_five_seconds_and_takes_the_same_way_again(
    request: pytest.FixtureRequest, proxy: Proxy, behind: Behind
) -> None:
    way = WAYS[request.node.callspec.params["proxy"]]
    cliente = behind("cliente", proxy)
    is_live_soon(cliente, time.monotonic())
    assert tried_ways(cliente) == LADDER[: LADDER.index(way) + 1]
    reforma = behind("reforma", proxy)
    is_live_soon(reforma, time.monotonic())
    there, back = f"De lá {time.time_ns()}", f"De cá {time.time_ns()}"
    say(cliente, there)
    expect(message(reforma, there)).to_have_count(1)
    say(reforma, back)
    expect(message(cliente, back)).to_have_count(1)
    is_whole(cliente)
    is_whole(reforma)
    cliente.reload()
    is_live(cliente)
    assert tried_ways(cliente) == [way]


@pytest.mark.parametrize("proxy", ["buffers"], indirect=True)
def test_a_browser_without_a_storage_is_live_as_soon(proxy: Proxy, behind: Behind) -> None:
    cliente = behind("cliente", proxy)
    cliente.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get: function () { throw new Error('closed'); }})"
    )
    cliente.reload()
    is_live_soon(cliente, time.monotonic())
    cliente.reload()
    is_live_soon(cliente, time.monotonic())
    assert tried_ways(cliente) == LADDER
