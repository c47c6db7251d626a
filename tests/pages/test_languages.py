"""One room, two people, two languages: each page speaks its own, and a choice is kept."""

import random
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from handlers.languages.moments import Moments
from handlers.languages.spoken import Languages
from tests.catalogues import ROOT
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, message, part, say

SAID = """([now, moments, numbers]) => {
  const said = new prosa.Moments(() => now);
  return {
    moments: moments.map(([at, shown]) => [
      said.hour(at), said.hourOf(shown), said.dayName(shown.slice(0, 10)), said.brief(shown),
      said.full(shown), said.ago(at), said.lastSeen(at)
    ]),
    numbers: numbers.map((number) => [prosa.number(number), prosa.size(number)])
  };
}"""


def test_two_people_talk_each_in_the_words_of_their_browser(people: People) -> None:
    reforma = people("reforma", ROOM_1)
    ana = people("cliente", ROOM_1, locale="en-US", timezone_id="Asia/Tokyo")
    expect(part(ana, "status-text")).to_have_text("Live")
    expect(part(reforma, "status-text")).to_have_text("Ao vivo")
    expect(ana.locator("html")).to_have_attribute("lang", "en")
    say(reforma, "Bom dia")
    heard = message(ana, "Bom dia")
    expect(heard.locator("[data-part=time]")).to_have_text(re.compile(r"^\d{1,2}:\d\d [AP]M$"))
    expect(message(reforma, "Bom dia").locator("[data-part=time]")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(ana.locator("[data-part=messages] [data-part=day-label]").last).to_have_text("Today")
    expect(reforma.locator("[data-part=messages] [data-part=day-label]").last).to_have_text("Hoje")
    expect(message(reforma, "Bom dia").locator("[data-part=tick-word]")).to_have_text(
        re.compile("^ (Entregue|Lida)$")
    )
    ana.fill("[data-part=text-box]", "x" * 2001)
    ana.press("[data-part=text-box]", "Enter")
    expect(part(ana, "problem")).to_have_text(
        "The message is longer than 2,000 characters. Shorten it to send it."
    )


def test_a_page_says_of_a_message_what_the_server_says_of_it(people: People) -> None:
    ana = people("cliente", ROOM_1, locale="en-US")
    say(ana, "Same words")
    expect(message(ana, "Same words")).to_have_count(1)
    parts = ("time", "author", "tick-mark")
    live = [message(ana, "Same words").locator(f"[data-part={name}]").text_content() for name in parts]
    titles = message(ana, "Same words").locator("[data-part=time]").get_attribute("title")
    plain = ana.context.request.get(
        ana.url.replace("/websocket/", "/"), headers={"Accept-Language": "en-US"}
    ).text()
    drawn = plain[plain.index('data-part="messages"') :]
    assert titles is not None
    for said in (*live[:2], titles):
        assert f">{said}<" in drawn or f'title="{said}"' in drawn, said


@pytest.mark.parametrize("locale", ["pt-BR", "en-US"])
def test_scripts_and_server_say_the_same_of_any_moment_number_and_size(people: People, locale: str) -> None:
    chance, now = random.Random(4), 1_795_000_000_000
    page = people("cliente", "/chat/", locale=locale, timezone_id="Pacific/Auckland")
    zone = ZoneInfo("America/Sao_Paulo")
    language = Languages(ROOT, zone=zone, now=lambda: now / 1000).chosen(remembered="", header=locale)
    spans = (60_000, 3_600_000, 86_400_000, 3 * 86_400_000, 400 * 86_400_000)
    moments = [now - chance.randrange(span) for span in spans for _ in range(40)]
    numbers = [chance.randrange(10**exponent) for exponent in range(1, 9) for _ in range(5)]
    said = page.evaluate(SAID, [now, [[at, shown(at, zone)] for at in moments], numbers])
    wanted = [[*said_of(language.moments, at, zone)] for at in moments]
    assert said["moments"] == wanted
    assert said["numbers"] == [[language.number(n), language.size(n)] for n in numbers]


def shown(at: int, zone: ZoneInfo) -> str:
    """A ``data_envio``."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%d/%m/%Y %H:%M}"


def said_of(moments: Moments, at: int, zone: ZoneInfo) -> list[str]:
    """What the server calls a moment, in the order of ``SAID``."""
    when = datetime.fromtimestamp(at / 1000, UTC).isoformat()
    return [
        moments.hour(when),
        moments.hour(when),
        moments.day_name(shown(at, zone)[:10]),
        moments.brief(when),
        moments.full(when),
        moments.ago(when),
        moments.last_seen(when),
    ]


def test_a_language_that_was_chosen_stays_chosen(people: People) -> None:
    ana = people("cliente", "/chat/")
    expect(ana.get_by_role("heading", level=1)).to_have_text("Conversas")
    ana.get_by_role("button", name="English").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("Conversations")
    assert ana.url.endswith("/chat/")
    assert "prosa_lang" not in ana.evaluate("document.cookie")
    ana.goto(ana.url + "1/")
    expect(ana.locator("html")).to_have_attribute("lang", "en")
    expect(part(ana, "status-text")).to_have_text("Live")


def test_the_badge_on_the_sites_pages_is_labelled_in_the_persons_language(people: People) -> None:
    say(people("reforma", ROOM_1), "Vou às duas")
    site = people("cliente", "/", locale="en-US")
    expect(site.locator("[data-prosa-unread]").first).to_have_attribute(
        "title", re.compile(r"unread message")
    )
