"""axe finds nothing on any page in any state, light or dark, and every page as it is drawn is valid HTML."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.stage import Stage, furnish
from tests.pages.states import STATES
from tests.server import ROOT, Server, log_in, new_browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCRIPTLESS = ("sala-sem-scripts", "nao-enviada")
"""axe is a script; the same markup is looked at in other states."""

SMALL = """
[...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
  .filter(one => one.getClientRects().length && !one.closest('.visually-hidden'))
  .filter(one => !one.matches('p a, .message__link, .skip-link, .composer__file-input'))
  .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([_, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([html, box]) => html + ' ' + Math.round(box.width) + 'x' + Math.round(box.height))
"""
"""What a finger would miss; a link within a sentence may be as high as its line (WCAG 2.5.8)."""

FOCUSED = """
(() => {
  const one = document.activeElement;
  if (one === document.body) { return null; }
  const shown = getComputedStyle(one), around = getComputedStyle(one.closest('.composer__line') || one);
  const ring = shown.outlineStyle !== 'none' || around.boxShadow !== 'none';
  return { part: one.dataset.part || one.textContent.trim(), ring: ring };
})()
"""

CUT = """
[...document.querySelectorAll('body *')]
  .filter(one => [...one.childNodes].some(child => child.nodeType === 3 && /\\S/.test(child.data)))
  .filter(one => !one.matches('.visually-hidden, .message__author, .message__mark, .person__name'))
  .filter(one => !one.matches('textarea, option'))
  .filter(one => getComputedStyle(one).overflowY !== 'visible' && one.clientHeight > 1)
  .filter(one => one.scrollHeight > one.clientHeight + 3)
  .map(one => one.outerHTML.slice(0, 120) + ' ' + one.scrollHeight + ' in ' + one.clientHeight)
"""
"""Letters that are higher than their place."""
DOUBLE = {"fontSizes": {"standard": 32, "fixed": 26}}

PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def furnished(server: Server) -> Server:
    """The demo, with the rooms that the states are about."""
    furnish(server)
    return server


@pytest.fixture
def stage(furnished: Server, chromium: Browser) -> Iterator[Stage]:
    """Where a state is brought about."""
    stage = Stage(furnished, chromium)
    yield stage
    stage.clear()


def complaints(page: Page) -> list[str]:
    """What axe has against the page as it is now, each with the element."""
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", [name for name in STATES if name not in SCRIPTLESS])
def test_axe_finds_nothing_and_a_finger_everything(stage: Stage, name: str) -> None:
    page = STATES[name](stage)
    page.evaluate(AXE)
    for theme, size in (("light", DESK), ("dark", PHONE)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert complaints(page) == [], (theme, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(SMALL) == [], size


@pytest.mark.parametrize(
    "name", ["sala", "sala-menu", "sala-arquivos", "sala-detalhes", "lista-busca", "nao-enviada"]
)
def test_who_has_letters_twice_as_large_set_in_the_browser_reads_everything(stage: Stage, name: str) -> None:
    page = STATES[name](stage)
    page.context.new_cdp_session(page).send("Page.setFontSizes", DOUBLE)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(CUT) == [], size


def test_the_keyboard_alone_goes_through_a_room_in_the_order_of_the_eye_and_is_seen(stage: Stage) -> None:
    page = stage.live("1", viewport=DESK)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place is None or (place in reached and place["part"] == reached[0]["part"]):
            break
        reached.append(place)
    assert all(place["ring"] for place in reached), reached
    parts = [place["part"] for place in reached]
    order = ["rooms-link", "row-link", "search-open", "scroller", "attach", "text-box", "enter-key", "mute"]
    assert [part for part in dict.fromkeys(parts) if part in order] == order


PAGES = {
    "lista": ("/chat/", "cliente"),
    "lista-vazia": ("/chat/", "equipe"),
    "sala": ("/chat/1/websocket/", "cliente"),
    "sala-fechada": ("/chat/2/", "cliente"),
    "sala-em-grupo": ("/chat/grupo/websocket/", "cliente"),
    "sala-hostil": ("/chat/hostil/websocket/", "cliente"),
    "historico": ("/chat/longa/historico/?before=60", "cliente"),
    "busca": ("/chat/buscar/?q=piso", "cliente"),
    "erro": ("/chat/nenhuma/", "cliente"),
}


def test_every_page_is_valid_html(furnished: Server, tmp_path: Path) -> None:
    for name, (path, username) in PAGES.items():
        _, browser = new_browser()
        log_in(browser, furnished.url, username)
        try:
            page = browser.open(furnished.url + path, timeout=10).read()
        except HTTPError as refused:
            page = refused.read()
        (tmp_path / f"{name}.html").write_bytes(page)
    validate = ROOT / "node_modules" / ".bin" / "html-validate"
    ran = subprocess.run(
        [validate, "--config", ROOT / ".htmlvalidate.json", "--formatter", "text", *tmp_path.glob("*.html")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr
