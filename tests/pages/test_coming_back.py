"""Nothing is lost where the line, the session or the server breaks."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.pages.conftest import People, log_in
from tests.pages.room import ROOM_1, is_live, is_whole, message, say, texts
from tests.server import Server


def test_a_stranger_logs_in_and_comes_back_to_the_room(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts().new_page()
    page.goto(server.url + ROOM_1)
    assert "/entrar/" in page.url
    log_in(page, "cliente")
    page.wait_for_url(server.url + ROOM_1)
    is_live(page)


def test_somebody_elses_room_is_not_there(people: People) -> None:
    pintura = people("pintura", ROOM_1)
    expect(pintura.locator("h1")).to_have_text("Esta conversa não existe ou não é sua.")
    expect(pintura.locator("[data-part=messages]")).to_have_count(0)


def test_what_is_said_without_a_network_arrives_once_when_it_is_back(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    reforma = people("reforma", ROOM_1)
    is_live(cliente)
    is_live(reforma)
    cliente.context.set_offline(True)
    say(cliente, "Escrito sem rede")
    cliente.context.set_offline(False)
    expect(message(reforma, "Escrito sem rede")).to_have_count(1, timeout=60_000)
    expect(message(cliente, "Escrito sem rede")).to_have_count(1, timeout=60_000)
    is_whole(reforma)


def test_a_restarted_server_is_found_again_and_nothing_is_lost_or_doubled(
    server: Server, people: People
) -> None:
    cliente = people("cliente", ROOM_1)
    reforma = people("reforma", ROOM_1)
    is_live(cliente)
    is_live(reforma)
    say(cliente, "Antes da queda")
    expect(message(reforma, "Antes da queda")).to_have_count(1)
    server.stop()
    expect(cliente.locator("[data-part=status-text]")).to_have_text("Reconectando")
    say(cliente, "Durante a queda 1")
    say(cliente, "Durante a queda 2")
    say(reforma, "Durante a queda 3")
    expect(cliente.locator("[data-part=pending] li")).to_have_count(2)
    server.start()
    is_live(cliente)
    is_live(reforma)
    for text in ("Antes da queda", "Durante a queda 1", "Durante a queda 2", "Durante a queda 3"):
        expect(message(cliente, text)).to_have_count(1)
        expect(message(reforma, text)).to_have_count(1)
    expect(cliente.locator("[data-part=pending] li")).to_have_count(0)
    said = texts(cliente)
    assert said.index("Durante a queda 1") < said.index("Durante a queda 2")
    assert said == texts(reforma)
    is_whole(cliente)
