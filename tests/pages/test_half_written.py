"""An edit that is half written is kept as a draft is: by its message, until it is sent or given up."""

from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.room import BOX, choose, edited, is_live, message, part, say
from tests.pages.site import has_room
from tests.server import Server


def test_a_half_written_edit_is_there_again_until_it_is_sent_or_given_up(
    server: Server, people: People
) -> None:
    has_room(server, "meio", title="Editada pela metade")
    cliente = people("cliente", "/chat/meio/websocket/")
    is_live(cliente)
    say(cliente, "Chego as 9h")
    expect(message(cliente, "Chego as 9h")).to_have_count(1)
    cliente.fill(BOX, "rascunho")
    choose(message(cliente, "Chego as 9h"), "edit")
    cliente.fill(BOX, "Chego às 9h, e")
    cliente.reload()
    expect(part(cliente, "editing")).to_contain_text("Chego as 9h")
    expect(cliente.locator(BOX)).to_have_value("Chego às 9h, e")
    next_tab = cliente.context.new_page()
    next_tab.goto(cliente.url)
    cliente.close(run_before_unload=False)
    is_live(next_tab)
    expect(next_tab.locator(BOX)).to_have_value("Chego às 9h, e")
    next_tab.press(BOX, "Escape")
    expect(next_tab.locator(BOX)).to_have_value("rascunho")
    next_tab.reload()
    expect(next_tab.locator(BOX)).to_have_value("rascunho")
    expect(part(next_tab, "editing")).to_have_count(0)
    choose(message(next_tab, "Chego as 9h"), "edit")
    expect(next_tab.locator(BOX)).to_have_value("Chego as 9h")
    next_tab.fill(BOX, "Chego às 10h")
    third = next_tab.context.new_page()
    third.goto(next_tab.url)
    expect(third.locator(BOX)).to_have_value("Chego às 10h")
    next_tab.press(BOX, "Enter")
    for tab in (next_tab, third):
        expect(edited(tab, "Chego às 10h")).to_have_count(1)
        expect(part(tab, "editing")).to_have_count(0)
        expect(tab.locator(BOX)).to_have_value("rascunho")
    third.reload()
    is_live(third)
    expect(part(third, "editing")).to_have_count(0)


def test_a_half_written_edit_that_comes_too_late_is_given_back(server: Server, people: People) -> None:
    has_room(server, "tarde", title="Tarde demais")
    cliente = people("cliente", "/chat/tarde/websocket/")
    is_live(cliente)
    say(cliente, "Some logo")
    expect(message(cliente, "Some logo")).to_have_count(1)
    choose(message(cliente, "Some logo"), "edit")
    cliente.fill(BOX, "Some logo, mas o texto fica")
    phone = people("cliente", "/chat/tarde/websocket/")
    is_live(phone)
    cliente.goto("about:blank")
    choose(message(phone, "Some logo"), "delete")
    part(phone, "deleting-confirm").click()
    expect(message(phone, "Some logo")).to_have_count(0)
    cliente.goto(phone.url)
    expect(cliente.locator(BOX)).to_have_value("Some logo, mas o texto fica")
    expect(part(cliente, "problem")).to_contain_text("não pode mais ser mudada")
    expect(part(cliente, "editing")).to_have_count(0)
