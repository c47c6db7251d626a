"""Whatever way a page takes to the server, the same messages are on it; and the sound of them."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, is_whole, message, say
from tests.pages.ways import tried_ways, watch_ways
from tests.server import Server

WAYS = ("websocket", "xhr-streaming", "eventsource", "xhr-polling")

LISTEN = """
window.plays = 0;
HTMLMediaElement.prototype.play = function () { window.plays += 1; return Promise.resolve(); };
"""


def arrive(context: BrowserContext, server: Server, username: str, path: str) -> Page:
    context.add_cookies([{"name": "sessionid", "value": server.login(username), "url": server.url}])
    page = context.new_page()
    page.goto(server.url + path)
    is_live(page)
    return page


def test_a_message_crosses_between_each_pair_of_transports(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    pages: dict[str, Page] = {}
    for n, way in enumerate(WAYS):
        context = contexts()
        watch_ways(context, forced=way)
        pages[way] = arrive(context, server, ("cliente", "reforma")[n % 2], ROOM_1)
        assert set(tried_ways(pages[way])) == {way}
    for way, page in pages.items():
        say(page, f"por {way}")
    for page in pages.values():
        for way in WAYS:
            expect(message(page, f"por {way}")).to_have_count(1)
        is_whole(page)


def test_the_traditional_page_polls_and_is_as_live(
    server: Server, contexts: Callable[..., BrowserContext], people: People
) -> None:
    context = contexts()
    watch_ways(context)
    cliente = arrive(context, server, "cliente", "/chat/1/")
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    say(cliente, "Pela página tradicional")
    expect(message(reforma, "Pela página tradicional")).to_have_count(1)
    say(reforma, "E de volta")
    expect(message(cliente, "E de volta")).to_have_count(1)
    assert "websocket" not in tried_ways(cliente)
    expect(cliente.locator("[data-part=plain]")).to_be_hidden()


def test_a_message_rings_once_in_all_tabs_together_and_never_where_muted(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    cliente.context.add_init_script(LISTEN)
    tabs = [cliente, cliente.context.new_page(), cliente.context.new_page()]
    for tab, path in zip(tabs, (ROOM_1, ROOM_1, "/chat/"), strict=True):
        tab.goto(cliente.url.replace(ROOM_1, path))
        is_live(tab)
    reforma = people("reforma", ROOM_1)
    is_live(reforma)

    def plays() -> int:
        return sum(tab.evaluate("window.plays") for tab in tabs)

    for n in range(1, 4):
        say(reforma, f"toque {n}")
        expect(message(cliente, f"toque {n}")).to_have_count(1)
        cliente.wait_for_timeout(600)
        assert plays() == n
    say(cliente, "o meu não toca")
    cliente.click("[data-part=mute]")
    expect(cliente.locator("[data-part=mute]")).to_have_attribute("aria-pressed", "true")
    say(reforma, "em silêncio")
    expect(message(cliente, "em silêncio")).to_have_count(1)
    cliente.wait_for_timeout(600)
    assert plays() == 3
    cliente.reload()
    expect(cliente.locator("[data-part=mute]")).to_have_attribute("aria-pressed", "true")
