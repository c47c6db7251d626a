"""A deal card is shown alike, whatever is in it, in a page that is open and in one that is loaded."""

import pytest
from playwright.sync_api import expect

from tests.attacks.test_context import BAD_LINKS, GOOD_LINKS, KEPT
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, say
from tests.pages.site import has_room
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
