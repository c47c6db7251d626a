"""Two people talk in Chromium and in Firefox for ``PROSA_TALK_MINUTES`` while everything goes wrong."""

import itertools
import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from tests.browsers.chromium import CHROMIUM, Chromium
from tests.browsers.engines import FIREFOX, Engine, Firefox
from tests.cutting import Cutting
from tests.pages.scripted import LIVE
from tests.pages.site import has_room
from tests.server import Server

MINUTES = float(os.environ.get("PROSA_TALK_MINUTES", "5"))
ROOM = "conversa"
PATH = f"/chat/{ROOM}/websocket/"
PENDING = "document.querySelectorAll('[data-part=pending] li').length"
BOX = "document.querySelector('[data-part=text-box]')"
REASON = "O serviço está parado."

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and shutil.which(FIREFOX)), reason="apt-get install chromium firefox-esr"
)


class Talk:
    """Ana in Chromium, Rui in Firefox, and the line between them and the server."""

    def __init__(self, server: Server, cutting: Cutting, ana: Chromium, rui: Firefox) -> None:
        self.server, self.cutting, self.ana, self.rui = server, cutting, ana, rui
        self.people: dict[str, Engine] = {"cliente": ana, "reforma": rui}
        self.said: list[str] = []
        self.numbers = itertools.count(1)

    def arrives(self, engine: Engine) -> None:
        """The page is loaded anew, after it was asked what it complains of."""
        assert engine.errors() == []
        engine.opens(self.cutting.url + PATH)
        engine.listens()
        engine.is_live()

    def says(self, engine: Engine) -> str:
        """Something new is said; it may be on its way for long."""
        text = f"{next(self.numbers)} de {type(engine).__name__}"
        self.said.append(text)
        engine.says(text)
        return text

    def agree(self) -> None:
        """Both are live, nothing waits, and what was said last is shown to both, once."""
        for engine in self.people.values():
            engine.is_live()
        for engine in self.people.values():
            engine.sees(f"{PENDING} === 0")
            for text in self.said[-6:]:
                engine.shows(text)

    def a_word_each(self) -> None:
        """They talk."""
        for engine in self.people.values():
            self.says(engine)

    def a_cut(self) -> None:
        """The line breaks while they talk."""
        self.says(self.ana)
        self.cutting.cut()
        self.a_word_each()

    def a_storm(self) -> None:
        """The line breaks again and again."""
        self.cutting.is_storm = True
        before = self.cutting.cuts
        while self.cutting.cuts < before + 3:
            self.a_word_each()
            self.ana.sees("true")
            time.sleep(1)  # they take their time between two words: more would be refused
        self.cutting.is_storm = False

    def a_reload(self) -> None:
        """Somebody reloads while what they said is on its way."""
        for engine in self.people.values():
            self.says(engine)
            self.arrives(engine)

    def a_sleep(self) -> None:
        """Ana's tab is put to sleep while Rui talks."""
        self.ana.sleeps(is_asleep=True)
        for _ in range(3):
            self.rui.shows(self.says(self.rui))
        self.cutting.cut()
        self.ana.sleeps(is_asleep=False)

    def a_login(self) -> None:
        """A login ends; what is written meanwhile is sent after a login in another tab."""
        for username, engine in self.people.items():
            engine.evaluates("document.cookie = 'sessionid=; path=/; max-age=0'")
            self.cutting.cut()
            engine.sees("!document.querySelector('[data-part=notice-link]').hidden")
            engine.sees(f"!({LIVE})")
            self.says(engine)
            self.types(engine, "Ainda na caixa")
            engine.sees(f"{PENDING} > 0")
            engine.logs_in_beside(self.cutting.url, self.server.login(username))
            engine.is_live()
            assert engine.evaluates(f"{BOX}.value") == "Ainda na caixa"
            self.types(engine, "")

    def a_closing(self) -> None:
        """The site closes the room while somebody types, and opens it again."""
        for engine in self.people.values():
            self.types(engine, "Uma frase pela met")
            has_room(self.server, ROOM, can_write=False, reason=REASON)
            engine.sees(f"{BOX}.readOnly && document.querySelector('[data-part=send]').disabled")
            assert (
                engine.evaluates("document.querySelector('[data-part=closed-reason]').textContent") == REASON
            )
            assert engine.evaluates(f"{BOX}.value") == "Uma frase pela met"
            has_room(self.server, ROOM)
            engine.sees(f"!{BOX}.readOnly")
            engine.evaluates("document.querySelector('[data-part=text-box]').focus()")
            assert engine.evaluates(f"{BOX}.value") == "Uma frase pela met"
            self.says(engine)

    @staticmethod
    def types(engine: Engine, text: str) -> None:
        """``text`` stands in the box."""
        engine.evaluates(
            f"(function () {{ var box = {BOX}; var event = document.createEvent('Event');"
            f" box.value = {json.dumps(text)};"
            " event.initEvent('input', true, true); box.dispatchEvent(event); }())"
        )

    def log(self) -> list[tuple[int, str]]:
        """Everything that is stored: its place, and what it says."""
        key, before, found = self.server.login("cliente"), "", []
        while True:
            request = urllib.request.Request(  # noqa: S310 - http, ours
                f"{self.server.url}/chat/{ROOM}/historico/?limit=100{before}",
                headers={"Cookie": f"sessionid={key}", "Accept": "application/json"},
            )
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            page = json.loads(opener.open(request, timeout=10).read())
            found[:0] = [(entry["seq"], entry["conteudo"]) for entry in page["messages"]]
            if not page["more"]:
                return found
            before = f"&before={found[0][0]}"


@pytest.fixture
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Both are in the room, live."""
    server = Server(
        tmp_path_factory.mktemp("server"), PROSA_SENDS="60 per 10 seconds", PROSA_CONNECTS="1000 per second"
    )
    try:
        server.start()
        server.has_rooms()
        has_room(server, ROOM)
        cutting = Cutting(server.url, seed=7)
        cutting.start()
        with Chromium() as ana, Firefox() as rui:
            talk = Talk(server, cutting, ana, rui)
            for username, engine in talk.people.items():
                engine.logs_in(cutting.url, server.login(username))
                talk.arrives(engine)
            yield talk
        cutting.stop()
    finally:
        server.stop()


def test_they_talk_through_cuts_reloads_sleep_logins_and_a_closing_and_nothing_is_lost_or_doubled(
    talk: Talk,
) -> None:
    end = time.monotonic() + MINUTES * 60
    mishaps = [talk.a_cut, talk.a_reload, talk.a_sleep, talk.a_login, talk.a_closing, talk.a_storm]
    for rounds in itertools.count(1):  # noqa: B007 - printed
        for mishap in mishaps:
            talk.a_word_each()
            mishap()
            talk.agree()
        if time.monotonic() > end:
            break
    log = talk.log()
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    assert sorted(text for _, text in log) == sorted(talk.said)
    for name in ("Chromium", "Firefox"):
        own = [text for _, text in log if text.endswith(name)]
        assert own == [text for text in talk.said if text.endswith(name)]
    for engine in talk.people.values():
        assert engine.errors() == []
    sys.stdout.write(
        f"{len(log)} messages, {rounds} rounds of {len(mishaps)} mishaps, {talk.cutting.cuts} cuts\n"
    )
