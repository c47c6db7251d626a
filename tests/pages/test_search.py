"""People look for what was said, with the keyboard and a finger, and are taken to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import People
from tests.pages.room import is_live, is_whole, part, say, seqs
from tests.pages.site import has_past, has_room
from tests.server import Server

ROOM = "/chat/busca/websocket/"
FIELD = "[data-part=search-field]"


@pytest.fixture(scope="module")
def searched(server: Server) -> str:
    """The path of a room of a thousand messages, "Antiga 0" the first of them."""
    has_room(server, "busca", title="Obra <b>grande</b>")
    has_past(server, "busca", 1000)
    return ROOM


def looks_for(page: Page, text: str) -> None:
    """The search is open and has been asked for this."""
    if not page.locator(FIELD).is_visible():
        part(page, "search-open").click()
    expect(page.locator(FIELD)).to_be_focused()
    page.fill(FIELD, text)


def results(page: Page) -> list[str]:
    """What the results say."""
    return page.locator("[data-part=search-results] [data-part=result-text]").all_text_contents()


def test_in_a_room_a_result_leads_to_its_message_without_leaving_the_page(
    people: People, searched: str, shots: Path
) -> None:
    cliente = people("cliente", searched)
    is_live(cliente)
    cliente.evaluate("window.samePage = true")
    looks_for(cliente, "antiga 123")
    expect(part(cliente, "search-state")).to_have_text("1 mensagem encontrada.")
    expect(part(cliente, "result")).to_be_in_viewport()
    assert results(cliente) == ["Antiga 123"]
    expect(part(cliente, "search-results").locator("mark")).to_have_text(["Antiga", "123"])
    cliente.screenshot(path=shots / "search-room.png")
    part(cliente, "result-link").press("Enter")
    found = cliente.locator("[data-part=messages] [data-seq='124']")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()
    expect(cliente.locator(FIELD)).to_be_hidden()
    is_whole(cliente)
    assert seqs(cliente)[0] == 99
    assert cliente.evaluate("window.samePage") is True
    cliente.screenshot(path=shots / "search-found.png")
    part(cliente, "down").click()
    expect(cliente.locator("[data-part=messages] [data-seq='1000']")).to_be_in_viewport()


def test_the_keyboard_alone_opens_asks_goes_on_and_closes(people: People, searched: str) -> None:
    cliente = people("cliente", searched)
    is_live(cliente)
    opener = part(cliente, "search-open")
    opener.focus()
    cliente.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(cliente.locator(FIELD)).to_be_focused()
    cliente.keyboard.type("antiga")
    expect(part(cliente, "search-state")).to_have_text("As 20 mensagens mais recentes.")
    part(cliente, "search-more").press("Enter")
    expect(part(cliente, "result")).to_have_count(40)
    expect(part(cliente, "result-link").nth(20)).to_be_focused()
    cliente.keyboard.press("Escape")
    expect(cliente.locator(FIELD)).to_be_hidden()
    expect(opener).to_be_focused()
    looks_for(cliente, "nunca dita por ninguém")
    expect(part(cliente, "search-state")).to_contain_text("Nenhuma mensagem encontrada.")
    assert results(cliente) == []


def test_in_the_list_of_rooms_all_of_ones_own_are_searched(
    people: People, searched: str, shots: Path
) -> None:
    reforma = people("reforma", searched)
    is_live(reforma)
    say(reforma, "<i>Rejunte</i> cinza-platina")
    expect(part(reforma, "pending").locator("li")).to_have_count(0)
    cliente = people("cliente", "/chat/")
    expect(cliente.locator("[data-part=status-text]")).to_have_text("Ao vivo")
    looks_for(cliente, "rejuntes platina")
    expect(part(cliente, "result-title")).to_have_text("Obra <b>grande</b>")
    assert results(cliente) == ["<i>Rejunte</i> cinza-platina"]
    cliente.screenshot(path=shots / "search-rooms.png")
    part(cliente, "result-link").click()
    cliente.wait_for_url("**/chat/busca/websocket/?em=1001#m1001")
    expect(cliente.locator("[data-part=messages] [data-seq='1001']")).to_be_in_viewport()


def test_without_a_line_it_says_so_and_goes_on_when_it_is_back(
    people: People, searched: str, contexts: Callable[..., BrowserContext]
) -> None:
    cliente = people("cliente", searched)
    is_live(cliente)
    cliente.context.set_offline(True)
    expect(cliente.locator("[data-part=status-text]")).not_to_have_text("Ao vivo", timeout=60_000)
    looks_for(cliente, "antiga 77")
    expect(part(cliente, "search-state")).to_contain_text("Sem conexão")
    cliente.context.set_offline(False)
    expect(part(cliente, "search-state")).to_have_text("1 mensagem encontrada.", timeout=40_000)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_without_scripts_finds_the_same(
    people: People, searched: str, shots: Path, width: int
) -> None:
    cliente = people(
        "cliente", "/chat/busca/", java_script_enabled=False, viewport={"width": width, "height": 640}
    )
    cliente.locator(".room-head").get_by_text("Buscar mensagens").locator("xpath=..").click()
    cliente.fill("input[name=q]", "antiga 500")
    cliente.press("input[name=q]", "Enter")
    expect(cliente.locator("mark")).to_have_text(["Antiga", "500"])
    cliente.screenshot(path=shots / f"search-plain-{width}.png")
    cliente.locator("[data-part=result-link]").click()
    expect(cliente.locator("[data-seq='501']")).to_be_in_viewport()
    expect(cliente.get_by_text("Mensagens seguintes")).to_have_count(1)
