"""Two people talk, each in a browser of their own."""

from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, ROOM_2, is_live, is_whole, message, part, say, texts


def test_a_message_each_way_is_seen_at_once_and_in_the_same_order(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    reforma = people("reforma", ROOM_1)
    is_live(cliente)
    is_live(reforma)
    say(cliente, "Bom dia! <b>Tudo</b> certo para quinta? 👍")
    expect(message(reforma, "Bom dia! <b>Tudo</b> certo para quinta? 👍")).to_have_count(1)
    say(reforma, "Tudo certo, chego às 9h.")
    expect(message(cliente, "Tudo certo, chego às 9h.")).to_have_count(1)
    expect(part(cliente, "pending").locator("li")).to_have_count(0)
    is_whole(cliente)
    is_whole(reforma)
    assert texts(cliente) == texts(reforma)


def test_an_own_message_is_ticked_as_sent_then_read(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    say(cliente, "Você viu isto?")
    own = message(cliente, "Você viu isto?")
    expect(own).to_have_attribute("data-state", "sent")
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    message(reforma, "Você viu isto?").scroll_into_view_if_needed()
    expect(own).to_have_attribute("data-state", "read")
    expect(own.locator("[data-part=tick-word]")).to_have_text("Lida")


def test_typing_shows_and_ends_with_the_message(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    reforma = people("reforma", ROOM_1)
    is_live(cliente)
    is_live(reforma)
    reforma.locator("[data-part=text-box]").press_sequentially("Estou escr", delay=40)
    expect(cliente.locator("[data-part=typing]")).to_contain_text("está digitando")
    reforma.press("[data-part=text-box]", "Enter")
    expect(message(cliente, "Estou escr")).to_have_count(1)
    expect(cliente.locator("[data-part=typing]")).to_have_text("")


def test_the_other_is_shown_as_online(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    expect(part(cliente, "presence")).to_have_text("online")
    expect(part(reforma, "presence")).to_have_text("online")


def test_a_reload_shows_the_same_messages_in_the_same_order(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    for number in range(5):
        say(cliente, f"Linha {number} do pedido")
    expect(message(cliente, "Linha 4 do pedido")).to_have_count(1)
    before = texts(cliente)[-20:]
    cliente.reload()
    is_live(cliente)
    assert texts(cliente)[-20:] == before
    is_whole(cliente)


def test_a_line_break_is_kept_and_markup_is_text(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    box = cliente.locator("[data-part=text-box]")
    box.press_sequentially("<img src=x>")
    box.press("Shift+Enter")
    box.press_sequentially("segunda linha")
    box.press("Enter")
    last = cliente.locator("[data-part=messages] [data-part=text]").last
    expect(last).to_have_text("<img src=x>\nsegunda linha", use_inner_text=True)
    assert last.inner_text() == "<img src=x>\nsegunda linha"


def test_a_read_only_room_says_why_and_takes_no_text(people: People) -> None:
    cliente = people("cliente", ROOM_2)
    expect(part(cliente, "closed-reason")).not_to_have_text("")
    expect(part(cliente, "text-box")).to_have_count(0)
    is_live(cliente)
    expect(part(cliente, "closed-reason")).not_to_have_text("")
    expect(part(cliente, "text-box")).to_have_count(0)


def test_too_long_a_text_stays_in_the_box_with_the_reason(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    count = cliente.locator("[data-part=messages] [data-part=message]").count()
    cliente.fill("[data-part=text-box]", "😀" * 2001)
    cliente.press("[data-part=text-box]", "Enter")
    expect(part(cliente, "problem")).to_contain_text("2.000")
    expect(part(cliente, "count")).to_have_text("2.001/2.000")
    assert cliente.locator("[data-part=messages] [data-part=message]").count() == count
    cliente.fill("[data-part=text-box]", "😀" * 2000)
    cliente.press("[data-part=text-box]", "Enter")
    expect(message(cliente, "😀" * 2000)).to_have_count(1)
