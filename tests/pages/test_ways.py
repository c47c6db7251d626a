"""Whatever way a page takes to the server, the same messages are on it; and the sound of them."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, say
from tests.pages.ways import arrive, tried_ways, watch_ways
from tests.server import Server

LISTEN = """
window.plays = 0;
HTMLMediaElement.prototype.play = function () { window.plays += 1; return Promise.resolve(); };
"""


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
