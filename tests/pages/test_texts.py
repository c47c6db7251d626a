"""How messages are shown: alike as they come and in a page that is loaded, and never over each other."""

from playwright.sync_api import Page, expect

from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, say

SAID = "Veja (https://exemplo.com.br/a_(b)?c=1&d=<2>), https://pаypal.com e javascript:alert(1)."
SHOWN = SAID.replace("pаypal", "xn--pypal-4ve")
DRAWN = "all => all.slice(-3).map(one => one.querySelector('[data-part=text]').outerHTML + one.className)"
MARKS = "pilha: o" + "\u0302" * 1900


def drawn(page: Page) -> list[str]:
    """How the last three messages are."""
    found: list[str] = page.locator("[data-part=messages] [data-part=message]").evaluate_all(DRAWN)
    return [each.replace(" message--follows", "") for each in found]


def test_links_and_emoji_are_alike_live_and_loaded_and_links_open_apart(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    for text, shown in ((SAID, SHOWN), ("👍🏽", "👍🏽"), ("a" * 300, "a" * 300)):
        say(cliente, text)
        expect(message(cliente, shown)).to_have_count(1)
    live = drawn(cliente)
    cliente.reload()
    assert drawn(cliente) == live
    links = message(cliente, SHOWN).locator("[data-part=text] a")
    assert links.evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "https://exemplo.com.br/a_(b)?c=1&d=",
        "https://xn--pypal-4ve.com",
    ]
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener nofollow ugc"}
    assert {link.get_attribute("target") for link in links.all()} == {"_blank"}
    large = (
        message(cliente, "👍🏽").locator("[data-part=text]").evaluate("one => getComputedStyle(one).fontSize")
    )
    assert float(large.removesuffix("px")) > 30
    assert cliente.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pile_of_marks_stays_within_its_message(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    say(cliente, MARKS)
    pile = cliente.locator("[data-part=messages] [data-part=message]").last
    expect(pile).to_contain_text("pilha")
    box = pile.locator("[data-part=text]").bounding_box()
    assert box is not None
    above = {"x": 0, "y": box["y"] - 20, "width": 1280, "height": 18}
    with_marks = cliente.screenshot(clip=above)  # type: ignore[arg-type]
    pile.locator("[data-part=text]").evaluate("one => { one.style.visibility = 'hidden'; }")
    assert cliente.screenshot(clip=above) == with_marks  # type: ignore[arg-type]
