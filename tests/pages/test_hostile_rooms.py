"""A deal card is shown alike, whatever is in it, in a page that is open and in one that is loaded."""

import pytest
from playwright.sync_api import expect

from tests.attacks.test_context import BAD_LINKS, GOOD_LINKS, KEPT
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, say
from tests.pages.site import has_room, tells
from tests.server import Server

# The parser of HTML makes a line end of a carriage return, and nothing of a NUL.
CARD = """
[...document.querySelectorAll('[data-part=deal] [data-part=deal-row]')].map(row => [
  row.querySelector('dt').textContent.trim(),
  row.querySelector('dd').textContent.replace(/[\\r\\0]/g, '').trim(),
  row.querySelector('a') && row.querySelector('a').getAttribute('href')
])
"""


def test_only_an_address_of_the_site_or_over_https_is_a_link_live_too(server: Server, people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    values = [*BAD_LINKS, *GOOD_LINKS]
    card = {f"n{n}": url for n, url in enumerate(values)}
    card |= {f"p{n}": {"url": url, "text": "x"} for n, url in enumerate(values)}
    has_room(server, "1", title="Só endereços", context=card)
    expect(cliente.locator("[data-part=title]")).to_have_text("Só endereços")
    live = cliente.evaluate(CARD)
    assert [href for _, _, href in live if href] == GOOD_LINKS * 2
    cliente.reload()
    assert cliente.evaluate(CARD) == live


@pytest.mark.parametrize("card", KEPT)
def test_a_strange_card_breaks_no_open_page(server: Server, people: People, card: dict[str, object]) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    title = f"Cartão {KEPT.index(card)}"
    has_room(server, "1", title=title, context=card)
    expect(cliente.locator("[data-part=title]")).to_have_text(title)
    live = cliente.evaluate(CARD)
    cliente.reload()
    assert cliente.evaluate(CARD) == live
    say(cliente, title)
    expect(message(cliente, title)).to_have_count(1)


EVIL = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>{{7*7}}\u202e\u2067gpj.exe\u0000"
PILE = "o" + "\u0302" * 400
FIELDS = [
    "title",
    "people",
    "role",
    "closed-reason",
    "deal-label",
    "deal-value",
    "member-name",
    "member-role",
    "row-title",
    "row-names",
    "row-preview",
    "text",
    "author",
]
# A field's ink stays within it, or within the box just around it.
SPILLS = """
names => names.filter(name => [...document.querySelectorAll(`[data-part=${name}]`)].some(one => {
  for (let box = one, n = 0; box && n < 2; box = box.parentElement, n += 1) {
    if (getComputedStyle(box).overflowY !== 'visible' && getComputedStyle(box).display !== 'inline') {
      return false;
    }
  }
  return one.offsetWidth > 0;
}))
"""
# A control in a field turns nothing around it: each field is a paragraph, or isolated.
LEAKS = """
names => names.filter(name => [...document.querySelectorAll(`[data-part=${name}]`)].some(one => {
  const style = getComputedStyle(one);
  const isPart = style.display.startsWith('inline') && one.offsetWidth > 0;
  return isPart && !/isolate|plaintext/.test(style.unicodeBidi);
}))
"""


def test_what_people_and_the_site_write_is_inert_in_every_field(server: Server, people: People) -> None:
    evil = {
        "title": EVIL,
        "other": EVIL[:100],
        "reason": EVIL,
        "context": {EVIL[:-1]: EVIL, "x": {"url": "/a", "text": EVIL}},
    }
    has_room(server, "hostil")
    cliente = people("cliente", "/chat/hostil/websocket/")
    is_live(cliente)
    reforma = people("reforma", "/chat/hostil/websocket/")
    is_live(reforma)
    say(reforma, EVIL)
    tells(server, "/rooms/hostil/messages", {"conteudo": f"Aviso {EVIL}", "client_id": "evil"})
    expect(cliente.locator(".message--system")).to_contain_text("Aviso <img")
    has_room(server, "hostil", can_write=False, **evil)  # type: ignore[arg-type]
    expect(cliente.locator("[data-part=title]")).to_contain_text("<script>")
    for page in (cliente, people("cliente", "/chat/hostil/websocket/"), people("cliente", "/chat/")):
        is_live(page)
        assert page.evaluate("window.pwned") is None
        assert page.locator("img[src=x], iframe, script:not([src]):not([type])").count() == 0
        assert "49" not in page.locator("body").inner_text()
        assert page.evaluate(LEAKS, FIELDS) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pile_of_marks_in_any_field_spills_over_no_other(server: Server, people: People) -> None:
    has_room(server, "pilha")
    reforma = people("reforma", "/chat/pilha/websocket/")
    is_live(reforma)
    say(reforma, PILE)
    expect(reforma.locator("[data-part=messages] [data-part=message]")).to_have_count(1)
    has_room(
        server,
        "pilha",
        title=PILE,
        other=PILE,
        can_write=False,
        reason=PILE,
        context={PILE: PILE, "a": {"url": "/a", "text": PILE}},
    )
    for path in ("/chat/pilha/websocket/", "/chat/"):
        page = people("cliente", path, viewport={"width": 1280, "height": 800})
        is_live(page)
        assert page.evaluate(SPILLS, FIELDS) == []
