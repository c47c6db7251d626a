"""Whatever people and the site write, in any field: alike in an open page and a loaded one, and inert."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests import files
from tests.attacks.test_context import BAD_LINKS, GOOD_LINKS, KEPT
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, ROOM_2, is_live, message, say
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
    "attachment-name",
    "tile-name",
    "toast-from",
    "toast-room",
    "toast-text",
    "typing",
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
        is_inert(page)


def is_inert(page: Page) -> None:
    """Nothing that was written has become anything but letters, where it stands."""
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], iframe, script:not([src]):not([type])").count() == 0
    assert "49" not in page.locator("body").inner_text()
    assert page.evaluate(LEAKS, FIELDS) == []
    assert page.evaluate(SPILLS, FIELDS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def evil_name(server: Server) -> Iterator[str]:
    """The site calls ``reforma`` so, for as long as the test runs."""
    with closing(sqlite3.connect(server.data_dir / "demo" / "site.sqlite3", timeout=10)) as site, site:
        change = "UPDATE auth_user SET first_name = ? WHERE username = 'reforma'"
        (name,) = site.execute("SELECT first_name FROM auth_user WHERE username = 'reforma'").fetchone()
        site.execute(change, [EVIL[:-1]])
        site.commit()
        yield EVIL[:-1]
        site.execute(change, [name])


def test_who_writes_and_what_is_said_elsewhere_is_inert_too(people: People, evil_name: str) -> None:
    elsewhere, cliente = people("cliente", ROOM_2), people("cliente", ROOM_1)
    reforma = people("reforma", ROOM_1)
    for page in (elsewhere, cliente, reforma):
        is_live(page)
    reforma.locator("[data-part=text-box]").press_sequentially("Oi")
    expect(cliente.locator("[data-part=typing]")).to_contain_text("<script>")
    is_inert(cliente)
    say(reforma, EVIL)
    expect(elsewhere.locator("[data-part=toasts] [data-part=toast-from]")).to_contain_text(evil_name[:20])
    expect(elsewhere.locator("[data-part=toasts] [data-part=toast-text]")).to_contain_text("<img src=x")
    for page in (elsewhere, cliente):
        is_inert(page)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (EVIL[:-1].replace("/", "") + ".pdf", files.PDF),
        (EVIL[:-1].replace("/", "") + ".png", files.picture()),
        (PILE[:200] + ".pdf", files.PDF),
        ("x" * 250 + ".pdf", files.PDF),
        ('a"; filename="b.html\r\n.pdf', files.PDF),
    ],
)
def test_a_file_may_be_called_anything(people: People, name: str, data: bytes) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    for page in (cliente, reforma):
        is_live(page)
    chosen = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    cliente.set_input_files("[data-part=file-input]", [chosen])  # type: ignore[list-item]
    expect(cliente.locator("[data-part=tile]:visible")).to_have_count(1)
    is_inert(cliente)
    cliente.click("[data-part=send]")
    shown = "[data-part=messages] [data-part=message] >> nth=-1"
    for page in (cliente, reforma):
        expect(page.locator(shown).locator("[data-part=attachment]")).to_be_visible()
        is_inert(page)
    reforma.reload()
    is_live(reforma)
    expect(reforma.locator(shown).locator("[data-part=attachment]")).to_be_visible()
    is_inert(reforma)
    got = reforma.request.get(
        reforma.locator(shown).locator("[data-part=attachment]").evaluate("one => one.href")
    )
    assert got.ok
    disposition = got.headers["content-disposition"]
    assert re.fullmatch(
        r"""(attachment|inline); filename="[^"\\]+"; filename\*=UTF-8''[^\s;"]+""", disposition
    )
    assert got.headers["x-content-type-options"] == "nosniff"


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
