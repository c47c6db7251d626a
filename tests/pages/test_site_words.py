"""What the site says in a room, and a room that it closes and opens while somebody writes."""

from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.room import is_live, message, say, seqs, texts
from tests.pages.site import has_room, tells
from tests.server import Server

BOX = "[data-part=text-box]"
REASON = "Serviço finalizado em 23/11."


def test_the_words_of_the_site_stand_in_the_same_order_apart_and_with_a_link(
    server: Server, people: People
) -> None:
    has_room(server, "sistema")
    cliente = people("cliente", "/chat/sistema/websocket/")
    is_live(cliente)
    say(cliente, "Pode aceitar")
    expect(message(cliente, "Pode aceitar")).to_have_count(1)
    told = f"Orçamento aceito: {server.url}/orcamentos/7/"
    tells(server, "/rooms/sistema/messages", {"conteudo": told, "client_id": "aceito-7"})
    words = cliente.locator("[data-part=messages] .message--system")
    expect(words).to_have_count(1)
    expect(words.locator("[data-part=text] a")).to_have_attribute("href", f"{server.url}/orcamentos/7/")
    say(cliente, "Combinado")
    expect(message(cliente, "Combinado")).to_have_count(1)
    live = texts(cliente)
    assert live == ["Pode aceitar", told, "Combinado"]
    assert seqs(cliente) == [1, 2, 3]
    expect(words.locator("[data-part=author]")).to_be_hidden()
    expect(words.locator("[data-part=ticks]")).to_be_hidden()
    cliente.reload()
    assert texts(cliente) == live
    expect(words).to_have_count(1)


def test_a_room_that_closes_keeps_what_is_being_written_and_gives_it_back_when_it_opens(
    server: Server, people: People
) -> None:
    has_room(server, "fecha")
    cliente = people("cliente", "/chat/fecha/websocket/")
    is_live(cliente)
    cliente.fill(BOX, "Ainda não terminei de escrev")
    has_room(server, "fecha", can_write=False, reason=REASON)
    expect(cliente.locator("[data-part=closed-reason]")).to_have_text(REASON)
    expect(cliente.locator(BOX)).to_be_visible()
    expect(cliente.locator(BOX)).not_to_be_editable()
    expect(cliente.locator("[data-part=send]")).to_be_disabled()
    cliente.locator(BOX).select_text()
    assert cliente.evaluate("getSelection().toString()") == "Ainda não terminei de escrev"
    cliente.press(BOX, "Enter")
    cliente.reload()
    is_live(cliente)
    expect(cliente.locator("[data-part=closed-reason]")).to_have_text(REASON)
    assert cliente.input_value(BOX) == "Ainda não terminei de escrev"
    expect(cliente.locator(BOX)).to_be_visible()
    has_room(server, "fecha")
    expect(cliente.locator(BOX)).to_be_editable()
    expect(cliente.locator("[data-part=closed]")).to_be_hidden()
    cliente.locator(BOX).press("End")
    cliente.locator(BOX).press_sequentially("er")
    cliente.press(BOX, "Enter")
    expect(message(cliente, "Ainda não terminei de escrever")).to_have_count(1)


def test_a_room_closed_to_who_writes_nothing_shows_why_and_no_box(server: Server, people: People) -> None:
    has_room(server, "vazia", can_write=False, reason=REASON)
    cliente = people("cliente", "/chat/vazia/websocket/")
    is_live(cliente)
    expect(cliente.locator(BOX)).to_be_hidden()
    expect(cliente.locator("[data-part=closed-reason]")).to_have_text(REASON)
