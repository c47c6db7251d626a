"""The room list, and how the pages look at each width."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, ROOM_2, is_live, message, say

WIDTHS = [(320, 568), (390, 844), (1280, 800)]


def test_the_list_shows_a_new_message_as_it_is_said(people: People) -> None:
    cliente = people("cliente", "/chat/")
    is_live(cliente)
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    say(reforma, "Novidade na lista")
    first = cliente.locator("[data-part=rooms] [data-part=room-row]").first
    expect(first).to_have_attribute("data-chat-id", "1")
    expect(first.locator("[data-part=row-preview]")).to_contain_text("Novidade na lista")
    expect(first.locator("[data-part=row-unread]")).to_be_visible()
    first.locator("[data-part=row-link]").click()
    expect(message(cliente, "Novidade na lista")).to_have_count(1)


def test_a_message_in_another_room_is_told_beside_this_one(people: People) -> None:
    cliente = people("cliente", ROOM_2)
    is_live(cliente)
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    say(reforma, "Olhe a outra conversa")
    toast = cliente.locator("[data-part=toasts] [data-part=toast]")
    expect(toast).to_contain_text("Olhe a outra conversa")
    expect(toast).to_have_attribute("href", ROOM_1)


def test_what_is_told_beside_a_room_goes_away_but_not_from_under_the_keyboard(people: People) -> None:
    cliente = people("cliente", ROOM_2)
    is_live(cliente)
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    cliente.clock.install()
    say(reforma, "Fique um pouco")
    toast = cliente.locator("[data-part=toasts] [data-part=toast]")
    toast.focus()
    cliente.clock.run_for(20_000)
    expect(toast).to_be_focused()
    toast.blur()
    cliente.clock.run_for(8_000)
    expect(toast).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
@pytest.mark.parametrize(("name", "path"), [("conversas", "/chat/"), ("sala", ROOM_1), ("fechada", ROOM_2)])
def test_nothing_is_wider_than_the_screen(
    people: People, shots: Path, name: str, path: str, width: int, height: int
) -> None:
    page = people("cliente", path, viewport={"width": width, "height": height})
    is_live(page)
    page.screenshot(path=str(shots / f"{name}-{width}.png"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_paint_is_complete_without_scripts(people: People) -> None:
    page = people("cliente", ROOM_1, java_script_enabled=False)
    expect(page.locator("[data-part=messages] [data-part=message]").last).to_be_in_viewport()
    assert page.locator("[data-part=messages] [data-part=day]").count() >= 1
    page.fill("textarea", "Escrita sem scripts")
    page.click("button:has-text('Enviar')")
    page.wait_for_url("**/chat/1/")
    expect(page.locator("[data-part=messages] [data-part=message]").last).to_contain_text(
        "Escrita sem scripts"
    )


def test_the_site_s_own_pages_say_how_many_messages_wait(people: People) -> None:
    site = people("cliente", "/")
    badge = site.locator("[data-prosa-unread]")
    site.reload()
    expect(badge).to_be_attached()
    before = int(
        site.evaluate("fetch('/prosa/unread').then(answer => answer.json()).then(told => told.unread)")
    )
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    say(reforma, "Uma para o contador")
    expect(message(reforma, "Uma para o contador")).to_have_count(1)
    site.reload()
    expect(badge).to_have_text(str(before + 1))
    expect(badge).to_have_attribute("aria-label", re.compile("não lida"))


def test_where_nothing_waits_nothing_is_shown(people: People) -> None:
    site = people("equipe", "/")
    site.reload(wait_until="networkidle")
    answer = site.evaluate("fetch('/prosa/unread').then(answer => answer.json())")
    assert answer == {"unread": 0, "label": "0 mensagem não lida"}
    expect(site.locator("[data-prosa-unread]")).to_be_hidden()


def test_the_details_over_a_room_are_left_by_escape_or_their_cross_and_the_keyboard_is_back(
    people: People,
) -> None:
    page = people("cliente", ROOM_1)
    page.set_viewport_size({"width": 390, "height": 844})
    is_live(page)
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.press(".deal__close", "Enter")):
        page.press(".room-head__details", "Enter")
        expect(page.locator(".deal")).to_be_visible()
        expect(page.locator(".deal")).to_be_focused()
        leave()
        expect(page.locator(".deal")).to_be_hidden()
        expect(page.locator(".room-head__details")).to_be_focused()


@pytest.mark.parametrize(("width", "panes"), [(899, 1), (900, 2), (1199, 2), (1200, 3)])
def test_the_list_and_the_deal_stand_beside_the_room_where_there_is_place(
    people: People, width: int, panes: int
) -> None:
    page = people("cliente", ROOM_1, viewport={"width": width, "height": 800})
    is_live(page)
    expect(page.locator(".pane")).to_be_visible(visible=panes > 1)
    expect(page.locator(".deal")).to_be_visible(visible=panes > 2)
    expect(page.locator("[data-part=text-box]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_printed_room_is_a_transcript(people: People) -> None:
    page = people("cliente", ROOM_1)
    is_live(page)
    say(page, "Para o papel")
    expect(message(page, "Para o papel")).to_have_count(1)
    page.emulate_media(media="print")
    expect(message(page, "Para o papel")).to_be_visible()
    for hidden in (".composer", ".pane", ".room-head__details"):
        expect(page.locator(hidden)).to_be_hidden()
    log = page.locator("[data-part=scroller]")
    assert log.evaluate("one => one.scrollHeight - one.clientHeight") <= 1, "all of it is on the paper"
