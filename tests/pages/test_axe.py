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


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(stage: Stage, name: str) -> None:
    page = STATES[name](stage)
    if "sem-scripts" in name or name == "nao-enviada":
        pytest.skip("axe is a script; the same page is looked at with scripts")
    page.evaluate(AXE)
    for theme, size in (("light", DESK), ("dark", PHONE)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert complaints(page) == [], (theme, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


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
