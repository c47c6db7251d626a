"""What tells of news: the list, the title, the icon and the system, and all tabs of a person agree."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import People, watch_faults
from tests.pages.room import ROOM_1, is_live, message, say
from tests.pages.site import has_room
from tests.server import Server

# Every page that Playwright opens believes that it is looked at.
AWAY = "document.hasFocus = () => false; window.dispatchEvent(new Event('blur'))"
BACK = "delete document.hasFocus; window.dispatchEvent(new Event('focus'))"
SPY = """
  window.shownNotices = [];
  function count(name) {
    localStorage.setItem(name, +(localStorage.getItem(name) || 0) + 1);
    show();
  }
  function show() {
    for (const name of ['told', 'closed']) {
      document.documentElement.setAttribute('data-' + name, localStorage.getItem(name) || 0);
    }
  }
  addEventListener('storage', show);
  window.Notification = class extends window.Notification {
    constructor(title, options) {
      super(title, options);
      window.shownNotices.push(this);
      count('told');
      this.isClosed = false;
    }
    close() { this.isClosed = true; super.close(); count('closed'); }
  };
"""
SHOWN = "shownNotices.map(one => [one.title, one.body, one.tag, one.isClosed])"


@pytest.fixture
def tabs(server: Server, contexts: Callable[..., BrowserContext], faults: list[str]) -> Callable[[str], Page]:
    """Tabs of ``cliente`` in one browser, which may show notifications."""
    context = contexts()
    context.add_cookies([{"name": "sessionid", "value": server.login("cliente"), "url": server.url}])
    context.grant_permissions(["notifications"], origin=server.url)
    context.add_init_script(SPY)

    def open_tab(path: str) -> Page:
        page = context.new_page()
        watch_faults(faults, page, "cliente")
        page.goto(server.url + path)
        is_live(page)
        return page

    return open_tab


def waiting(page: Page) -> int:
    """The number before the title."""
    found = re.match(r"\((\d+)\)", page.title())
    return int(found[1]) if found else 0


def row(page: Page, chat_id: str) -> str:
    """The row of a room, by its selector."""
    return f"[data-part=rooms] [data-chat-id='{chat_id}']"


def test_tabs_agree_on_what_waits_and_reading_in_one_clears_all(
    server: Server, people: People, tabs: Callable[[str], Page]
) -> None:
    has_room(server, "abas", title="Sala das abas")
    rooms, room = tabs("/chat/"), tabs("/chat/abas/websocket/")
    before = waiting(rooms)
    for tab in (rooms, room):
        tab.evaluate(AWAY)
    reforma = people("reforma", "/chat/abas/websocket/")
    is_live(reforma)
    say(reforma, "Uma")
    say(reforma, "Duas")
    expect(message(room, "Duas")).to_have_count(1)
    badge = rooms.locator(row(rooms, "abas")).locator("[data-part=row-count]")
    expect(badge).to_have_text("2")
    expect(rooms.locator(row(rooms, "abas")).locator("[data-part=row-online]")).to_be_visible()
    expect(rooms).to_have_title(f"({before + 2}) Conversas")
    expect(room).to_have_title(f"({before + 2}) Sala das abas")
    for tab in (rooms, room):
        icon = tab.locator("[data-part=icon]")
        expect(icon).to_have_attribute("href", re.compile("prosa-unread"))
    expect(room.locator("[data-part=messages] [data-part=unread] ~ [data-part=message]")).to_have_count(2)
    room.evaluate(BACK)
    expect(badge).to_be_hidden()
    for tab in (rooms, room):
        expect(tab).to_have_title(re.compile(r"^\(\d+\) " if before else r"^[^(]"))
        assert waiting(tab) == before


def test_reading_on_another_device_reaches_the_list_the_title_and_another_room(
    server: Server, people: People
) -> None:
    has_room(server, "aparelhos", title="Sala dos aparelhos")
    rooms = people("cliente", "/chat/")
    phone = people("cliente", ROOM_1, viewport={"width": 360, "height": 740})
    for page in (rooms, phone):
        is_live(page)
    reforma = people("reforma", "/chat/aparelhos/websocket/")
    is_live(reforma)
    say(reforma, "Leia em qualquer um")
    badge = rooms.locator(row(rooms, "aparelhos")).locator("[data-part=row-count]")
    expect(badge).to_have_text("1")
    waits = rooms.locator(row(rooms, "aparelhos")).locator("[data-part=row-waiting]")
    expect(waits).to_have_text("1 mensagem não lida")
    before = {page: waiting(page) for page in (rooms, phone)}
    assert all(before.values())
    desk = people("cliente", "/chat/aparelhos/websocket/")
    expect(message(desk, "Leia em qualquer um")).to_have_count(1)
    expect(badge).to_be_hidden()
    for page in (rooms, phone):
        page.wait_for_function(
            "count => !document.title.startsWith('(' + count + ')')", arg=before[page], timeout=5000
        )
        assert waiting(page) == before[page] - 1


def test_an_edit_and_a_deletion_are_seen_in_the_list_and_so_is_what_the_site_changes(
    server: Server, people: People
) -> None:
    has_room(server, "mudam", title="Sala que muda")
    rooms, reforma = people("cliente", "/chat/"), people("reforma", "/chat/mudam/websocket/")
    for page in (rooms, reforma):
        is_live(page)
    say(reforma, "Custa 100")
    preview = rooms.locator(row(rooms, "mudam")).locator("[data-part=row-preview]")
    expect(preview).to_contain_text("Custa 100")
    reforma.press("[data-part=text-box]", "ArrowUp")
    say(reforma, "Custa 120")
    expect(preview).to_contain_text("Custa 120", timeout=5000)
    message(reforma, "Custa 120").locator("[data-part=more]").click()
    message(reforma, "Custa 120").locator("[data-part=delete]").click()
    reforma.click("[data-part=deleting-confirm]")
    expect(preview).to_have_text("Mensagem apagada", timeout=5000)
    has_room(server, "mudam", title="Sala que mudou", can_write=False, reason="Fim.")
    changed = rooms.locator(row(rooms, "mudam"))
    expect(changed.locator("[data-part=row-title]")).to_have_text("Sala que mudou", timeout=5000)
    expect(changed.locator("[data-part=row-closed]")).to_be_visible()
    has_room(server, "nova", title="Sala que nasce")
    expect(rooms.locator(row(rooms, "nova"))).to_be_visible(timeout=5000)


def test_one_notification_a_room_in_one_tab_and_gone_once_it_is_read(
    server: Server, people: People, tabs: Callable[[str], Page]
) -> None:
    has_room(server, "avisos", title="Sala dos avisos")
    rooms, room = tabs("/chat/"), tabs("/chat/avisos/websocket/")
    reforma = people("reforma", "/chat/avisos/websocket/")
    is_live(reforma)
    say(reforma, "Enquanto se olha")
    expect(message(room, "Enquanto se olha")).to_have_count(1)
    # The list asks after the time in which the tabs settle on who tells.
    expect(rooms.locator(row(rooms, "avisos")).locator("[data-part=row-preview]")).to_contain_text("se olha")
    for tab in (rooms, room):
        tab.evaluate(AWAY)
    say(reforma, "Enquanto ninguém olha")
    expect(message(room, "Enquanto ninguém olha")).to_have_count(1)
    expect(room.locator("html")).to_have_attribute("data-told", "1")
    told = [notice for tab in (rooms, room) for notice in tab.evaluate(SHOWN)]
    assert [notice[1:] for notice in told] == [["Enquanto ninguém olha", "prosa:avisos", False]]
    room.evaluate(BACK)
    expect(room.locator("html")).to_have_attribute("data-closed", "1")
