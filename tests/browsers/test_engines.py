"""Firefox and WebKitGTK talk with each other, over each transport, through a reload and a restart."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.browsers.engines import FIREFOX, WEBKIT_DRIVER, Engine, Firefox, WebKit
from tests.cutting import Cutting
from tests.pages.scripted import LIVE, TEXTS
from tests.pages.ways import wrap
from tests.server import Server

WAYS = ("websocket", "xhr-streaming", "eventsource", "xhr-polling")
PLACES = (
    "[].map.call(document.querySelectorAll('[data-part=messages] [data-part=message]'),"
    " function (one) { return one.getAttribute('data-seq'); })"
)
PENDING = "document.querySelectorAll('[data-part=pending] li').length"

pytestmark = pytest.mark.skipif(
    not (shutil.which(FIREFOX) and shutil.which(WEBKIT_DRIVER) and shutil.which("Xvfb")),
    reason="apt-get install firefox-esr webkit2gtk-driver xvfb",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, ready."""
    server = Server(tmp_path_factory.mktemp("server"))
    try:
        server.start()
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def cutting(server: Server) -> Iterator[Cutting]:
    """The line to the server, calm but for single cuts."""
    cutting = Cutting(server.url, seed=1)
    cutting.start()
    yield cutting
    cutting.stop()


@pytest.fixture(scope="module")
def pair(server: Server, cutting: Cutting) -> Iterator[tuple[Engine, Engine]]:
    """Cliente in Firefox, reforma in WebKitGTK."""
    with Firefox() as firefox, WebKit() as webkit:
        firefox.logs_in(cutting.url, server.login("cliente"))
        webkit.logs_in(cutting.url, server.login("reforma"))
        yield firefox, webkit


def arrives(engine: Engine, url: str) -> None:
    """The page is loaded and live; from now on it notes what it complains of."""
    engine.opens(url)
    engine.listens()
    engine.is_live()


def goes_over(engine: Engine, cutting: Cutting, way: str) -> None:
    """The line is cut, and is live again over ``way``, which is all that is left to it."""
    engine.evaluates(wrap(way).strip().removesuffix(";"))
    cutting.cut()
    engine.sees("window.triedWays.length > 0")
    engine.is_live()
    assert set(engine.evaluates("window.triedWays")) == {way}


@pytest.mark.parametrize("way", WAYS)
def test_they_talk_and_a_reload_loses_nothing(
    cutting: Cutting, pair: tuple[Engine, Engine], way: str
) -> None:
    url = f"{cutting.url}/chat/1/websocket/"
    for engine in pair:
        arrives(engine, url)
        goes_over(engine, cutting, way)
    for engine in pair:
        engine.is_live()  # the second cut was theirs too
    said = []
    for n in range(3):
        for engine in pair:
            said.append(f"{way} {n} de {type(engine).__name__}")
            engine.says(said[-1])
            for other in pair:
                other.shows(said[-1])
    for engine in pair:
        assert set(engine.evaluates("window.triedWays")) == {way}
        assert engine.errors() == []
        said.append(f"{way}, antes de recarregar {type(engine).__name__}")
        engine.says(said[-1])
        arrives(engine, url)
    for engine in pair:
        for text in said:
            engine.shows(text)
        engine.sees(f"{PENDING} === 0")
        assert sorted(text for text in engine.evaluates(TEXTS) if text.startswith(way)) == sorted(said)
        assert [text for text in engine.evaluates(TEXTS) if text.startswith(way)][:6] == said[:6]
        places = [int(place) for place in engine.evaluates(PLACES)]
        assert places == list(range(places[0], places[0] + len(places)))
        assert engine.errors() == []


def test_the_traditional_page_comes_back_after_a_restart(
    server: Server, cutting: Cutting, pair: tuple[Engine, Engine]
) -> None:
    for engine in pair:
        arrives(engine, f"{cutting.url}/chat/1/")
        sys.stdout.write(f"{engine.version()}\n")
    server.stop()
    for engine in pair:
        engine.sees(f"!({LIVE})")
        engine.says(f"durante a queda de {type(engine).__name__}")
    server.start()
    for engine in pair:
        engine.is_live()
        for other in pair:
            engine.shows(f"durante a queda de {type(other).__name__}")
        assert engine.errors() == []
