"""What a person does and sees on a room page, by its ``data-part`` names."""

from playwright.sync_api import Locator, Page, expect

ROOM_1 = "/chat/1/websocket/"
ROOM_2 = "/chat/2/websocket/"
BOX = "[data-part=text-box]"


def part(page: Page, name: str) -> Locator:
    """The elements whose behaviour hangs on ``name``."""
    return page.locator(f"[data-part={name}]:visible")


def is_live(page: Page) -> None:
    """The room is joined: what is said now is seen here at once."""
    expect(page.locator("[data-part=status-text]")).to_have_text("Ao vivo", timeout=40_000)


def say(page: Page, text: str) -> None:
    """``text`` is typed and sent with the keyboard."""
    page.fill("[data-part=text-box]", text)
    page.press("[data-part=text-box]", "Enter")


def message(page: Page, text: str) -> Locator:
    """The messages in the log, those that have a place, which say exactly ``text``."""
    return page.locator("[data-part=messages] [data-part=message]").filter(
        has=page.get_by_text(text, exact=True)
    )


def choose(message: Locator, way: str) -> None:
    """The message's menu is opened, and this is taken from it."""
    message.locator("[data-part=more]").click()
    message.locator(f"[data-part={way}]").click()


def edited(page: Page, text: str) -> Locator:
    """That the message which says ``text`` was edited."""
    return message(page, text).locator("[data-part=edited]:visible")


def seqs(page: Page) -> list[int]:
    """The places of the messages, from top to bottom."""
    items = page.locator("[data-part=messages] [data-part=message]")
    return [int(seq) for seq in items.evaluate_all("all => all.map(one => one.getAttribute('data-seq'))")]


def texts(page: Page) -> list[str]:
    """What the messages say, from top to bottom."""
    return page.locator("[data-part=messages] [data-part=text]").all_text_contents()


def is_whole(page: Page) -> None:
    """Every place on the page once, ascending, none left out."""
    places = seqs(page)
    assert places == list(range(places[0], places[0] + len(places)))
