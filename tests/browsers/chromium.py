"""Chromium as an engine among the others, whose tab can be put to sleep."""

import os
import shutil
from typing import Any, Self

from playwright.sync_api import sync_playwright

from tests.browsers.engines import Engine

CHROMIUM = os.environ.get("PROSA_TEST_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]


class Chromium(Engine):
    """Chromium, headless; use as a context manager."""

    def __enter__(self) -> Self:
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        self._context = self._browser.new_context(locale="pt-BR")
        self._page = self._context.new_page()
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()

    def opens(self, url: str) -> None:
        self._page.goto(url)

    def evaluates(self, script: str) -> Any:
        return self._page.evaluate(f"() => ({script})")

    def logs_in_beside(self, url: str, key: str) -> None:
        first, self._page = self._page, self._context.new_page()
        self.logs_in(url, key)
        self._page.close()
        self._page = first

    def sleeps(self, *, is_asleep: bool) -> None:
        """The tab is frozen, as one that nobody has looked at for long; or it is woken."""
        session = self._context.new_cdp_session(self._page)
        session.send("Page.setWebLifecycleState", {"state": "frozen" if is_asleep else "active"})
        session.detach()
