"""A message crosses between every two ways of taking part, the oldest and the barest among them."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.lynx import as_person, browse, find
from tests.pages.phantom import Phantom
from tests.pages.room import ROOM_1, is_whole, message, say
from tests.pages.ways import arrive, tried_ways, watch_ways
from tests.server import Server

WAYS = ("websocket", "xhr-streaming", "eventsource", "xhr-polling")


def test_everybody_sees_what_everybody_says(
    server: Server, contexts: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    pages: dict[str, Page] = {}
    for n, way in enumerate(WAYS):
        context = contexts()
        watch_ways(context, forced=way)
        pages[way] = arrive(context, server, ("cliente", "reforma")[n % 2], ROOM_1)
        assert set(tried_ways(pages[way])) == {way}
    login = f"{server.url}/entrar/?next=/chat/1/"
    with Phantom(tmp_path, forced="xhr-polling") as phantom:
        phantom.logs_in(server.url, server.login("reforma"))
        phantom.opens(f"{server.url}/chat/1/")
        phantom.is_live()
        for way, page in pages.items():
            say(page, f"por {way}")
        phantom.says("por phantom")
        said = [*(f"por {way}" for way in WAYS), "por phantom"]
        for text in said:
            phantom.shows(text)
        keys = (*find("Enviar"), "Up Arrow", "por lynx", "Down Arrow", "^J")
        seen = browse(tmp_path, login, *as_person("cliente"), *keys)
        for text in (*said, "por lynx"):
            assert text in seen
            phantom.shows(text)
            for page in pages.values():
                expect(message(page, text)).to_have_count(1)
        for page in pages.values():
            is_whole(page)
        assert phantom.errors() == []
