"""A server, a browser, and people who have logged in."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server import PASSWORD, Server

CHROMIUM = os.environ.get("PROSA_TEST_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

TOKEN_SECRET = "a-key-for-people-of-at-least-32-bytes"

expect.set_options(timeout=15_000)

People = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, ready, untouched by other files; its log is printed where a test fails to reach it."""
    keys = json.dumps({"k": ["HS256", TOKEN_SECRET]})
    server = Server(tmp_path_factory.mktemp("server"), PROSA_TOKEN_KEYS=keys)
    try:
        server.start()
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, headless."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing: apt-get install chromium fonts-noto-color-emoji")
        pytest.skip("chromium is missing: apt-get install chromium fonts-noto-color-emoji")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers that share nothing, each with its own cookies; closed after the test."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**{"locale": "pt-BR", **options})  # type: ignore[arg-type]
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the pages complained of; a test fails with them, at its end."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def people(server: Server, contexts: Callable[..., BrowserContext], faults: list[str]) -> People:
    """``people("cliente", "/chat/1/websocket/")``: a browser where that person sees that page."""

    def arrive(username: str, path: str, **options: object) -> Page:
        context = contexts(**options)
        context.add_cookies([{"name": "sessionid", "value": server.login(username), "url": server.url}])
        page = context.new_page()
        watch_faults(faults, page, username)
        page.goto(server.url + path)
        return page

    return arrive


def watch_faults(faults: list[str], page: Page, username: str) -> None:
    """What ``page`` complains of from now on is among the faults."""
    page.on("pageerror", lambda error: faults.append(f"{username}: {error}"))
    page.on("console", lambda message: _note(faults, username, message.text))


def _note(faults: list[str], username: str, text: str) -> None:
    if "Content Security Policy" in text or "Content-Security-Policy" in text:
        faults.append(f"{username}: {text}")


def log_in(page: Page, username: str) -> None:
    """The login form in front of ``page`` is filled and sent."""
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/entrar/" not in url)


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: ``PROSA_SHOTS``, or a folder that pytest keeps for a while."""
    folder = Path(os.environ.get("PROSA_SHOTS", str(tmp_path)))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
