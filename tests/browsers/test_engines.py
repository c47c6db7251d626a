"""Firefox and WebKitGTK talk with each other, over each transport, through a reload and a restart."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browsers.engines import FIREFOX, WEBKIT_DRIVER, Engine, Firefox, WebKit
from tests.pages.scripted import LIVE, TEXTS
from tests.server import Server

WAYS = ("websocket", "xhr-streaming", "eventsource", "xhr-polling")
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
def pair(server: Server) -> Iterator[tuple[Engine, Engine]]:
    """Cliente in Firefox, reforma in WebKitGTK."""
    with Firefox() as firefox, WebKit() as webkit:
        firefox.logs_in(server.url, server.login("cliente"))
        webkit.logs_in(server.url, server.login("reforma"))
        yield firefox, webkit


def arrives(engine: Engine, url: str, way: str) -> None:
    """The room is live over ``way``, which the browser is made to remember as the one that worked."""
    lists = ("websocket", "xhr-streaming", "xhr-polling")
    for first in lists:
        remembered = json.dumps(f'{{"name": "{way}", "at": ') + " + Date.now() + '}'"
        engine.evaluates(f"localStorage.setItem('prosa:transport:{first}', {remembered})")
    engine.opens(url)
    engine.listens()
    engine.is_live()


def way_of(engine: Engine) -> set[str]:
    """The receiving requests that the page has made."""
    names = engine.evaluates(
        "performance.getEntriesByType('resource').map(function (one) { return one.name; })"
    )
    asked = {name.split("?")[0].rsplit("/", 1)[-1] for name in names if "/ws/chat/" in name}
    return asked & {"xhr", "xhr_streaming", "eventsource"}


@pytest.mark.parametrize("way", WAYS)
def test_they_talk_and_a_reload_loses_nothing(server: Server, pair: tuple[Engine, Engine], way: str) -> None:
    for engine in pair:
        arrives(engine, f"{server.url}/chat/1/websocket/", way)
    said = []
    for n in range(3):
        for engine in pair:
            said.append(f"{way} {n} de {type(engine).__name__}")
            engine.says(said[-1])
            for other in pair:
                other.shows(said[-1])
    for engine in pair:
        said.append(f"{way}, antes de recarregar {type(engine).__name__}")
        engine.says(said[-1])
        assert engine.errors() == []
        engine.opens(f"{server.url}/chat/1/websocket/")
        engine.listens()
        engine.is_live()
    for engine in pair:
        for text in said:
            engine.shows(text)
        engine.sees(f"{PENDING} === 0")
        assert [text for text in engine.evaluates(TEXTS) if text.startswith(way)][:6] == said[:6]
        assert way_of(engine) <= {way.replace("-", "_").replace("xhr_polling", "xhr")}
        assert engine.errors() == []


def test_the_traditional_page_polls_and_comes_back_after_a_restart(
    server: Server, pair: tuple[Engine, Engine], tmp_path: Path
) -> None:
    for engine in pair:
        engine.opens(f"{server.url}/chat/1/")
        engine.listens()
        engine.is_live()
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
        assert "eventsource" not in way_of(engine)
        assert engine.errors() == []
