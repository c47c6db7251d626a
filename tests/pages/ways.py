"""Which SockJS transport a page takes, seen and forced from outside: the product has no option for it."""

from playwright.sync_api import BrowserContext, Page

from tests.pages.room import is_live
from tests.server import Server

# The page's SockJS is wrapped as soon as its script sets it.
WRAP = """
(function (forced) {
  var real = window.SockJS || null;
  window.triedWays = [];
  function SockJS(url, protocols, options) {
    if (forced) {
      options.transports = [forced];
    }
    window.triedWays = window.triedWays.concat(options.transports);
    return new real(url, protocols, options);
  }
  Object.defineProperty(window, 'SockJS', {
    get: function () { return real && SockJS; },
    set: function (library) { real = library; }
  });
}(FORCED));
"""


def wrap(forced: str | None) -> str:
    """The script that makes a page note the transports that it tries, and try no other than ``forced``."""
    return WRAP.replace("FORCED", f"'{forced}'" if forced else "null")


def watch_ways(context: BrowserContext, *, forced: str | None = None) -> None:
    """Pages opened from now on note the transports that they try, and can try no other than ``forced``."""
    context.add_init_script(wrap(forced))


def tried_ways(page: Page) -> list[str]:
    """The transports that were tried since this page was loaded, in their order."""
    ways: list[str] = page.evaluate("window.triedWays")
    return ways


def arrive(context: BrowserContext, server: Server, username: str, path: str) -> Page:
    """A page of this browser, where that person is in the room of ``path``."""
    context.add_cookies([{"name": "sessionid", "value": server.login(username), "url": server.url}])
    page = context.new_page()
    page.goto(server.url + path)
    is_live(page)
    return page
