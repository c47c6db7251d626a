"""Somebody changes their mind, or is in the middle of something, while the page goes on around them."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests import files
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, choose, is_live, message, part, say
from tests.pages.site import has_past, has_room, tells
from tests.server import Server

NOT_YET = "A mensagem será enviada quando o arquivo chegar."
PDF = {"name": "nota.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
HUGE = {**PDF, "name": "enorme.pdf", "buffer": files.PDF + bytes(11 * 2**20)}
WRONG = {**PDF, "name": "errado.pdf", "buffer": files.HTML}


class Held:
    """Uploads that wait until they are let go."""

    def __init__(self, page: Page) -> None:
        self._routes: list[Route] = []
        page.route("**/anexos/", lambda route: self._routes.append(route))  # noqa: PLW0108 - it is marked

    def let_go(self) -> None:
        """They arrive."""
        while self._routes:
            self._routes.pop().continue_()


def adds(page: Page, *chosen: dict[str, object]) -> None:
    """These files are chosen together."""
    page.set_input_files("[data-part=file-input]", list(chosen))  # type: ignore[arg-type]


@pytest.fixture
def cliente(server: Server, people: People) -> Page:
    """She is in a room that others have read nothing in."""
    has_room(server, "mudou")
    page = people("cliente", "/chat/mudou/websocket/")
    is_live(page)
    return page


def test_enter_while_a_file_is_on_its_way_says_so_and_sends_both_once_it_is_there(cliente: Page) -> None:
    held = Held(cliente)
    adds(cliente, PDF)
    say(cliente, "A nota")
    expect(part(cliente, "problem")).to_have_text(NOT_YET)
    held.let_go()
    expect(message(cliente, "A nota").last.locator("[data-part=attachment]")).to_be_visible()
    expect(part(cliente, "problem")).to_have_count(0)


def test_whoever_goes_on_writing_meanwhile_sends_it_themselves(cliente: Page) -> None:
    held = Held(cliente)
    adds(cliente, PDF)
    say(cliente, "Primeira parte")
    cliente.locator("[data-part=text-box]").press_sequentially(" e a seg")
    expect(part(cliente, "problem")).to_have_count(0)
    held.let_go()
    expect(part(cliente, "tile").locator("[data-part=tile-progress]")).to_be_hidden()
    expect(part(cliente, "tile")).to_have_count(1)
    expect(cliente.locator("[data-part=text-box]")).to_have_value("Primeira parte e a seg")
    cliente.locator("[data-part=text-box]").press("Enter")
    expect(message(cliente, "Primeira parte e a seg").last.locator("[data-part=attachment]")).to_be_visible()


def test_an_edit_that_is_begun_meanwhile_is_not_published_by_the_file(cliente: Page) -> None:
    say(cliente, "Chego às 9h")
    expect(message(cliente, "Chego às 9h").last).to_be_visible()
    held = Held(cliente)
    adds(cliente, PDF)
    say(cliente, "Legenda")
    choose(message(cliente, "Chego às 9h").last, "edit")
    cliente.fill("[data-part=text-box]", "Chego às 10")
    held.let_go()
    expect(part(cliente, "tile").locator("[data-part=tile-progress]")).to_be_hidden()
    expect(message(cliente, "Chego às 9h").last).to_be_visible()
    cliente.press("[data-part=text-box]", "Escape")
    expect(cliente.locator("[data-part=text-box]")).to_have_value("Legenda")
    expect(part(cliente, "tile")).to_have_count(1)


def test_beside_a_file_that_failed_nothing_is_sent_and_it_is_said_why(cliente: Page) -> None:
    adds(cliente, PDF, WRONG)
    expect(part(cliente, "tile").last).to_contain_text("não é aceito")
    say(cliente, "Meia mens")
    expect(part(cliente, "problem")).to_contain_text("retire o arquivo que falhou")
    part(cliente, "tile").last.locator("[data-part=tile-remove]").click()
    cliente.locator("[data-part=text-box]").press_sequentially("agem")
    expect(message(cliente, "Meia mens")).to_have_count(0)
    cliente.locator("[data-part=text-box]").press("Enter")
    expect(message(cliente, "Meia mensagem").last.locator("[data-part=attachment]")).to_be_visible()


def test_a_file_that_is_refused_is_named_also_where_a_good_one_follows(cliente: Page) -> None:
    adds(cliente, HUGE, PDF)
    expect(part(cliente, "tile")).to_have_count(1)
    expect(part(cliente, "problem")).to_contain_text("grande demais")
    adds(cliente, {**PDF, "buffer": b""})
    expect(part(cliente, "problem")).to_have_text("O arquivo está vazio.")


def test_words_that_are_pasted_with_a_picture_of_them_are_words(cliente: Page) -> None:
    pasted = """text => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], 'image.png', {type: 'image/png'}));
        if (text) { data.setData('text/plain', text); }
        const paste = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
        return document.querySelector('[data-part=text-box]').dispatchEvent(paste);
    }"""
    assert cliente.evaluate(pasted, "célula") is True
    expect(part(cliente, "tile")).to_have_count(0)
    assert cliente.evaluate(pasted, "") is False
    expect(part(cliente, "tile")).to_have_count(1)


def test_an_edit_waits_while_another_is_made_and_one_that_is_emptied_says_what_to_do(cliente: Page) -> None:
    for text in ("Primeira", "Segunda"):
        say(cliente, text)
        expect(message(cliente, text).last).to_be_visible()
    choose(message(cliente, "Primeira").last, "edit")
    cliente.fill("[data-part=text-box]", "Primeira, quase pronta")
    choose(message(cliente, "Segunda").last, "edit")
    expect(cliente.locator("[data-part=text-box]")).to_have_value("Segunda")
    cliente.fill("[data-part=text-box]", "")
    cliente.press("[data-part=text-box]", "Enter")
    expect(part(cliente, "problem")).to_contain_text("use Apagar")
    choose(message(cliente, "Primeira").last, "edit")
    expect(cliente.locator("[data-part=text-box]")).to_have_value("Primeira, quase pronta")


def test_what_is_read_stays_where_it_is_when_a_message_above_it_changes(
    server: Server, people: People, cliente: Page
) -> None:
    has_room(server, "acima")
    has_past(server, "acima", 60)
    reforma = people("reforma", "/chat/acima/websocket/")
    is_live(reforma)
    say(reforma, "Curta")
    expect(message(reforma, "Curta").last).to_be_visible()
    cliente.goto(f"{server.url}/chat/acima/websocket/")
    is_live(cliente)
    for n in range(20):
        say(reforma, f"Depois {n}")
        expect(message(cliente, f"Depois {n}")).to_be_visible()
    cliente.locator("[data-part=scroller]").evaluate("one => { one.scrollTop = -120; }")
    reading = message(cliente, "Depois 12")
    top = reading.evaluate("one => one.getBoundingClientRect().top")
    choose(message(reforma, "Curta"), "edit")
    reforma.fill("[data-part=text-box]", "Muito mais longa. " * 60)
    reforma.press("[data-part=text-box]", "Enter")
    expect(cliente.locator("[data-part=messages]")).to_contain_text("Muito mais longa.")
    assert abs(reading.evaluate("one => one.getBoundingClientRect().top") - top) <= 1
    choose(reforma.locator("[data-part=message]").filter(has_text="Muito mais longa.").last, "delete")
    reforma.click("[data-part=deleting-confirm]")
    expect(cliente.locator("[data-part=messages]")).to_contain_text("Mensagem apagada")
    assert abs(reading.evaluate("one => one.getBoundingClientRect().top") - top) <= 1


def test_the_keyboard_stays_on_its_row_while_the_list_moves(people: People) -> None:
    page, reforma = people("cliente", "/chat/"), people("reforma", ROOM_1)
    for each in (page, reforma):
        is_live(each)
    row = page.locator("[data-part=room-row][data-chat-id='2'] [data-part=row-link]")
    row.focus()
    for text in ("Uma", "Outra"):
        say(reforma, text)
        preview = page.locator("[data-chat-id='1'] [data-part=row-preview]")
        expect(preview).to_contain_text(text)
        expect(row).to_be_focused()


def test_the_keyboard_stays_on_a_row_that_moves_itself(server: Server, people: People) -> None:
    has_room(server, "primeira")
    page, reforma = people("cliente", "/chat/"), people("reforma", ROOM_1)
    for each in (page, reforma):
        is_live(each)
    tells(server, "/rooms/primeira/messages", {"conteudo": "Orçamento aceito.", "client_id": "primeira"})
    first = page.locator("[data-part=rooms] [data-part=room-row]").first
    expect(first).to_have_attribute("data-chat-id", "primeira")
    row = page.locator("[data-part=room-row][data-chat-id='1'] [data-part=row-link]")
    row.focus()
    say(reforma, "Para cima")
    expect(first).to_have_attribute("data-chat-id", "1")
    expect(row).to_be_focused()


def test_the_keyboard_stays_on_the_deal_card_through_a_cut(people: People) -> None:
    cliente = people("cliente", ROOM_1, viewport={"width": 1280, "height": 800})
    is_live(cliente)
    link = cliente.locator("[data-part=deal] a").first
    link.focus()
    cliente.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(part(cliente, "status-text")).not_to_have_text("Ao vivo")
    is_live(cliente)
    expect(link).to_be_focused()


def test_the_way_back_does_not_open_the_details_again(people: People, server: Server) -> None:
    page = people("cliente", "/chat/", viewport={"width": 360, "height": 640})
    page.goto(server.url + ROOM_1)
    is_live(page)
    for leave in ("Escape", "click"):
        part(page, "details-close").wait_for(state="detached")
        page.click("#ver-detalhes")
        close = page.locator("[data-part=details-close]")
        expect(close).to_be_visible()
        expect(page.locator("[data-part=text-box]")).to_be_hidden()
        page.keyboard.press("Escape") if leave == "Escape" else close.click()
        expect(close).to_be_hidden()
    page.go_back()
    expect(page.locator("[data-part=details-close]")).to_be_hidden()


def test_nobody_is_said_to_be_there_while_there_is_no_line(people: People) -> None:
    page, reforma = people("cliente", "/chat/"), people("reforma", ROOM_1)
    for each in (page, reforma):
        is_live(each)
    online = page.locator("[data-chat-id='1'] [data-part=row-online]")
    expect(online).to_be_visible()
    page.context.route_web_socket("**/ws/chat/**", lambda line: line.close())
    page.context.route("**/ws/chat/**", lambda route: route.abort())
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(online).to_be_hidden()


def test_at_the_end_the_address_names_no_message_any_more(server: Server, people: People) -> None:
    has_room(server, "endereco")
    has_past(server, "endereco", 300)
    page = people("cliente", "/chat/endereco/websocket/?em=60#m60")
    is_live(page)
    part(page, "down").click()
    expect(message(page, "Antiga 299")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/chat/endereco/websocket/$"))


def test_a_phone_s_keyboard_leaves_the_box_and_some_of_the_messages_in_sight(people: People) -> None:
    page = people("cliente", ROOM_1, viewport={"width": 320, "height": 300})
    is_live(page)
    adds(page, *[{**PDF, "name": f"n{n}.pdf"} for n in range(5)])
    page.fill("[data-part=text-box]", "linha\n" * 8)
    expect(part(page, "tile")).to_have_count(5)
    for name in ("text-box", "send"):
        expect(page.locator(f"[data-part={name}]")).to_be_in_viewport(ratio=0.9)
    assert page.locator("[data-part=scroller]").evaluate("one => one.clientHeight") > 20
