"""A deal card is shown alike, whatever is in it, in a page that is open and in one that is loaded."""

import json
import time
import urllib.request

import jwt
import pytest
from playwright.sync_api import expect

from tests.attacks.test_context import BAD_LINKS, GOOD_LINKS, KEPT
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, say
from tests.server import Server

# The parser of HTML makes a line end of a carriage return, and nothing of a NUL.
CARD = """
[...document.querySelectorAll('[data-part=deal] [data-part=deal-row]')].map(row => [
  row.querySelector('dt').textContent.trim(),
  row.querySelector('dd').textContent.replace(/[\\r\\0]/g, '').trim(),
  row.querySelector('a') && row.querySelector('a').getAttribute('href')
])
"""
ANA, RUI = "1", "2"


def changes_room(server: Server, other: str = "Rui", **said: object) -> None:
    """The site says this of the room, and how the other person is called."""
    key = (server.data_dir / "demo" / "service-key").read_text().strip()
    now = int(time.time())
    claims = {"aud": "prosa-api", "iat": now, "exp": now + 60, "scope": "rooms"}
    token = jwt.encode(claims, key, algorithm="HS256", headers={"kid": "demo"})
    members = [{"user_id": ANA, "name": "Ana", "role": "a"}, {"user_id": RUI, "name": other, "role": other}]
    request = urllib.request.Request(  # noqa: S310 - http, ours
        f"{server.url}/chat/api/v1/rooms/1",
        json.dumps({"title": "Reforma", "members": members, **said}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()


def test_only_an_address_of_the_site_or_over_https_is_a_link_live_too(server: Server, people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    values = [*BAD_LINKS, *GOOD_LINKS]
    card = {f"n{n}": url for n, url in enumerate(values)}
    card |= {f"p{n}": {"url": url, "text": "x"} for n, url in enumerate(values)}
    changes_room(server, title="Só endereços", context=card)
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
    changes_room(server, title=title, context=card)
    expect(cliente.locator("[data-part=title]")).to_have_text(title)
    live = cliente.evaluate(CARD)
    cliente.reload()
    assert cliente.evaluate(CARD) == live
    say(cliente, title)
    expect(message(cliente, title)).to_have_count(1)
