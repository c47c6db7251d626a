"""Firefox and WebKitGTK, each with a profile of its own, driven by what their vendors ship."""

import os
import subprocess
import tempfile
from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

from marionette_driver.marionette import Marionette
from selenium.webdriver import WebKitGTK as WebKitDriver
from selenium.webdriver import WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service

from handlers.languages.choice import COOKIE
from tests.pages.scripted import Scripted
from tests.ports import free_port

FIREFOX = "/usr/bin/firefox-esr"
WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver"
COMPLAINTS = "prosaComplaints"


class Engine(Scripted):
    """One window. A page that complains is heard from the moment it is live on."""

    @abstractmethod
    def opens(self, url: str) -> None:
        """The page has been loaded."""

    def listens(self) -> None:
        """Whatever the page complains of from now on is among its errors."""
        self.evaluates(
            f"(function () {{ window.{COMPLAINTS} = window.{COMPLAINTS} || [];"
            " ['error', 'unhandledrejection', 'securitypolicyviolation'].forEach(function (kind) {"
            " window.addEventListener(kind, function (event) {"
            f" window.{COMPLAINTS}.push(kind + ' ' + (event.message || event.reason || event.blockedURI));"
            " }); }); }())"
        )

    def errors(self) -> list[str]:
        """What this page has complained of."""
        found: list[str] = self.evaluates(f"window.{COMPLAINTS} || []")
        return found

    def version(self) -> str:
        """How the engine names itself."""
        return str(self.evaluates("navigator.userAgent"))

    @abstractmethod
    def logs_in_beside(self, url: str, key: str) -> None:
        """The same in another tab, which is closed again."""

    def logs_in(self, url: str, key: str) -> None:
        """The browser has this session of the site at ``url``, in Portuguese, whatever the machine speaks."""
        self.opens(f"{url}/entrar/")
        self.evaluates(f"document.cookie = 'sessionid={key}; path=/'")
        self.evaluates(f"document.cookie = '{COOKIE}=pt-BR; path=/'")


class Firefox(Engine):
    """Firefox ESR, headless; use as a context manager."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="prosa-firefox-")
        self._browser = Marionette(
            bin=FIREFOX,
            headless=True,
            port=free_port(),
            gecko_log=str(Path(self._folder.name) / "firefox.log"),
            workspace=self._folder.name,
            prefs={
                "datareporting.policy.dataSubmissionEnabled": False,
                "app.update.disabledForTesting": True,
            },
        )
        self._browser.start_session()
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.quit(in_app=True)
        self._browser.cleanup()
        self._folder.cleanup()

    def opens(self, url: str) -> None:
        self._browser.navigate(url)

    def evaluates(self, script: str) -> Any:
        return self._browser.execute_script(f"return ({script});", sandbox=None)

    def logs_in_beside(self, url: str, key: str) -> None:
        first = self._browser.current_window_handle
        self._browser.switch_to_window(self._browser.open(type="tab")["handle"])
        self.logs_in(url, key)
        self._browser.close()
        self._browser.switch_to_window(first)


class WebKit(Engine):
    """WebKitGTK's MiniBrowser on a display of its own; use as a context manager."""

    def __enter__(self) -> Self:
        read, write = os.pipe()
        self._display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as number:
            display = f":{number.readline().strip()}"
        options = WebKitGTKOptions()
        options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")))
        options.add_argument("--automation")
        service = Service(WEBKIT_DRIVER, port=free_port(), env={**os.environ, "DISPLAY": display})
        try:
            self._browser = WebKitDriver(options=options, service=service)
        except BaseException:
            self._end_display()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.quit()
        self._end_display()

    def _end_display(self) -> None:
        self._display.terminate()
        self._display.wait()

    def opens(self, url: str) -> None:
        self._browser.get(url)

    def evaluates(self, script: str) -> Any:
        return self._browser.execute_script(f"return ({script});")

    def logs_in_beside(self, url: str, key: str) -> None:
        first = self._browser.current_window_handle
        self._browser.switch_to.new_window("tab")
        self.logs_in(url, key)
        self._browser.close()
        self._browser.switch_to.window(first)
