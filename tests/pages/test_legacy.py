"""An ES5 engine without flex or custom properties takes part like everybody else."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.phantom import Phantom
from tests.pages.room import ROOM_1, is_live, is_whole, message, say
from tests.pages.scripted import LIVE
from tests.server import Server

BOXES = """(function () {
    function box(selector) {
        var at = document.querySelector(selector).getBoundingClientRect();
        return [at.left, at.top, at.right, at.bottom];
    }
    return {
        message: box('[data-part=messages] > :last-child'),
        box: box('[data-part=text-box]'),
        send: box('[data-part=send]')
    };
}())"""

Old = Callable[[str], Phantom]


@pytest.fixture(params=["xhr-polling", "xhr-streaming"])
def old(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Old]:
    """``old("cliente")``: that person in the old engine, over one transport; in the end it had no fault."""
    with Phantom(tmp_path, forced=request.param) as phantom:

        def arrive(username: str) -> Phantom:
            phantom.logs_in(server.url, server.login(username))
            phantom.opens(f"{server.url}/chat/1/")
            phantom.is_live()
            return phantom

        yield arrive
        assert phantom.errors()[:3] == []


def test_it_sends_receives_marks_is_cut_and_goes_on(
    server: Server, people: People, old: Old, shots: Path, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.params["old"]
    cliente, reforma = old("cliente"), people("reforma", ROOM_1)
    is_live(reforma)
    cliente.says(f"antigo por {way}")
    cliente.shows(f"antigo por {way}")
    expect(message(reforma, f"antigo por {way}")).to_have_count(1)
    say(reforma, f"novo por {way}")
    cliente.shows(f"novo por {way}")
    expect(message(reforma, f"novo por {way}").locator("[data-part=tick-word]")).to_have_text("Lida")
    cliente.sees("document.querySelector('[data-part=messages]').lastElementChild !== null")
    server.stop()
    cliente.sees(f"!({LIVE})")
    cliente.says(f"durante a queda por {way}")
    server.start()
    cliente.is_live()
    cliente.shows(f"durante a queda por {way}")
    cliente.renders(shots / f"antigo-{way}.png")
    expect(message(reforma, f"durante a queda por {way}")).to_have_count(1, timeout=60_000)
    is_whole(reforma)


@pytest.mark.parametrize("old", ["xhr-polling"], indirect=True)
def test_its_window_shows_the_newest_message_and_the_box(old: Old, server: Server, shots: Path) -> None:
    phantom = old("cliente")
    for width, height in ((1024, 768), (360, 640)):
        phantom.opens(f"{server.url}/chat/1/", width=width, height=height)
        phantom.is_live()
        phantom.renders(shots / f"antigo-{width}.png")
        assert phantom.evaluates("document.documentElement.scrollWidth") <= width
        boxes = phantom.evaluates(BOXES)
        assert boxes["message"][3] <= boxes["box"][1], "the log is above the box"
        assert boxes["box"][3] <= height, "the box is in the window"
        assert boxes["send"][0] >= boxes["box"][2], "the button is beside the box"
        assert boxes["send"][2] <= width
    phantom.opens(f"{server.url}/chat/", width=360, height=640)
    phantom.is_live()
    phantom.renders(shots / "antigo-conversas.png")
    assert phantom.evaluates("document.documentElement.scrollWidth") <= 360
