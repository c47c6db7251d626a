"""Two people talk over a line that is cut every few seconds, or is slow.

By hand, over every transport and for longer: ``PROSA_TEST_MINUTES=10 pytest tests/pages/test_cut.py``.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.cutting import Cutting
from tests.pages.conftest import watch_faults
from tests.pages.room import ROOM_1, is_live, is_whole, message, say, texts
from tests.pages.ways import tried_ways, watch_ways
from tests.server import Server

MINUTES = float(os.environ.get("PROSA_TEST_MINUTES", "0"))
STORM_SECONDS = MINUTES * 60 or 15.0
FORCED = (
    ["websocket", "xhr-streaming", "eventsource", "xhr-polling"] if MINUTES else ["websocket", "xhr-polling"]
)
PAUSE_MS = 350
CALM_MS = 60_000

Through = Callable[..., Page]


class Said(NamedTuple):
    """What one person typed, in order."""

    page: Page
    texts: list[str]


@pytest.fixture
def cutting(server: Server) -> Iterator[Cutting]:
    """The bad network before the server, calm at first."""
    cutting = Cutting(server.url, seed=20261123)
    cutting.start()
    yield cutting
    cutting.stop()


@pytest.fixture
def through(
    server: Server, cutting: Cutting, contexts: Callable[..., BrowserContext], faults: list[str]
) -> Through:
    """``through("cliente", forced="websocket")``: a browser where that person is in the room."""

    def arrive(username: str, *, forced: str | None = None) -> Page:
        context = contexts()
        watch_ways(context, forced=forced)
        context.add_cookies([{"name": "sessionid", "value": server.login(username), "url": cutting.url}])
        page = context.new_page()
        watch_faults(faults, page, username)
        page.goto(cutting.url + ROOM_1)
        is_live(page)
        return page

    return arrive


@pytest.mark.parametrize("way", FORCED)
def test_nothing_is_lost_doubled_or_misplaced_on_a_line_that_is_cut(
    way: str, cutting: Cutting, through: Through
) -> None:
    people = {name: Said(through(name, forced=way), []) for name in ("cliente", "reforma")}
    cutting.is_storm = True
    end = time.monotonic() + STORM_SECONDS
    while time.monotonic() < end:
        for name, said in people.items():
            said.texts.append(f"{way}, {name}: {len(said.texts)}.")
            say(said.page, said.texts[-1])
            said.page.wait_for_timeout(PAUSE_MS)
    cutting.is_storm = False
    shown = []
    for said in people.values():
        is_live(said.page)
        for other in people.values():
            expect(message(said.page, other.texts[-1])).to_have_count(1, timeout=CALM_MS)
        expect(said.page.locator("[data-part=pending] li")).to_have_count(0, timeout=CALM_MS)
        assert set(tried_ways(said.page)) == {way}
        is_whole(said.page)
        shown.append([text for text in texts(said.page) if text.startswith(f"{way}, ")])
    assert cutting.cuts > 2
    assert shown[0] == shown[1]
    assert sorted(shown[0]) == sorted(text for said in people.values() for text in said.texts)
    for name, said in people.items():
        assert [text for text in shown[0] if text.startswith(f"{way}, {name}: ")] == said.texts


def test_a_slow_line_keeps_its_websocket(cutting: Cutting, through: Through) -> None:
    cliente = through("cliente")
    before = len(tried_ways(cliente))
    cutting.delay_seconds = 0.4
    cutting.cut()
    expect(cliente.locator("[data-part=status-text]")).to_have_text("Reconectando")
    is_live(cliente)
    assert set(tried_ways(cliente)[before:]) == {"websocket"}
