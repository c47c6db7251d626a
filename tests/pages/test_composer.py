"""Where one writes: keys, counting, growing, and what stays in the box."""

from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, part, say

BOX = "[data-part=text-box]"
HEIGHT = "one => one.getBoundingClientRect().height"


def test_the_key_that_sends_is_chosen_and_remembered(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    cliente.select_option("[data-part=enter-key]", "ctrl")
    cliente.reload()
    is_live(cliente)
    cliente.locator(BOX).press_sequentially("Linha um")
    cliente.press(BOX, "Enter")
    cliente.locator(BOX).press_sequentially("linha dois")
    assert cliente.input_value(BOX) == "Linha um\nlinha dois"
    cliente.press(BOX, "Control+Enter")
    expect(message(cliente, "Linha um linha dois")).to_have_count(1)
    assert cliente.input_value(BOX) == ""


def test_on_a_phone_enter_is_a_new_line_and_the_button_sends(people: People) -> None:
    cliente = people(
        "cliente", ROOM_1, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    is_live(cliente)
    expect(part(cliente, "enter-key")).to_have_count(0)
    cliente.tap(BOX)
    cliente.keyboard.type("No telefone")
    cliente.keyboard.press("Enter")
    cliente.keyboard.type("em duas linhas")
    assert cliente.input_value(BOX) == "No telefone\nem duas linhas"
    cliente.tap("[data-part=send]")
    expect(message(cliente, "No telefone em duas linhas")).to_have_count(1)


def test_it_grows_to_a_limit_and_counts_where_the_text_gets_long(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    box, count = cliente.locator(BOX), cliente.locator("[data-part=count]")
    low = box.evaluate(HEIGHT)
    box.fill("a\n" * 4)
    grown = box.evaluate(HEIGHT)
    box.fill("a\n" * 100)
    limit = box.evaluate(HEIGHT)
    assert low < grown < limit < 260
    expect(count).to_have_text("")
    box.fill("👍" * 1600)
    expect(count).to_have_text("1.600/2.000")
    box.fill("á" * 2001)
    expect(count).to_have_text("2.001/2.000")
    cliente.press(BOX, "Enter")
    expect(part(cliente, "problem")).to_contain_text("2.000")
    assert len(cliente.input_value(BOX)) == 2001
    box.fill("")
    assert box.evaluate(HEIGHT) == low


def test_a_draft_is_in_every_tab_and_gone_from_all_once_it_is_sent(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    cliente.fill(BOX, "Rascunho de duas abas")
    other = cliente.context.new_page()
    other.goto(cliente.url)
    is_live(other)
    assert other.input_value(BOX) == "Rascunho de duas abas"
    other.bring_to_front()
    say(other, "Rascunho de duas abas")
    expect(cliente.locator(BOX)).to_have_value("")
    expect(message(cliente, "Rascunho de duas abas")).to_have_count(1)
    cliente.reload()
    is_live(cliente)
    assert cliente.input_value(BOX) == ""
