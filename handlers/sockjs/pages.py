"""What is served below the prefix besides the transports: the greeting, ``/info``, the iframe page."""

import base64
import hashlib
import secrets

from sockjs.tornado import static as library

from handlers.sockjs.gate import Answers
from handlers.sockjs.origins import Verdict, judge

SCRIPT = """
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  """
PAGE = """<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="{url}"></script>
  <script>{script}</script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>"""
"""The SockJS protocol prescribes this page to the letter, its inline script included."""

SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


class Greeting(Answers, library.GreetingsHandler):
    """The one line that says that SockJS is here."""


class Info(Answers, library.InfoHandler):
    """What this server can do. No secret: any page may read it, though none with its cookie."""

    def get(self) -> None:
        """Answer with the capabilities and 32 bits of good chance for browsers that have none."""
        self.preflight()
        self.disable_cache()
        config = self.server.config
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(
            {
                "websocket": config.websocket,
                "cookie_needed": config.cookie_needed,
                "origins": ["*:*"],
                "entropy": secrets.randbits(32),
            }
        )

    def may_read(self) -> bool:
        """Ours and listed pages may send their cookie along, as sockjs-client does; it is not read."""
        config = self.server.config
        if not config.check_origins:
            return True
        return judge(self.request, config.allowed_origins) in {Verdict.OURS, Verdict.LISTED}

    def is_public(self) -> bool:
        """Anybody may ask."""
        return True


class IFrame(Answers, library.IFrameHandler):
    """The page of the iframe transports, which only pages of our own may frame.

    Framed by a foreign page it would speak with our origin, and so with the person's cookie, for
    that page: a policy of its own lets it run our sockjs-client and its one prescribed line, no more.
    """

    def get(self) -> None:
        """Answer with the page, or with 304 to whoever has it already."""
        config = self.server.config
        page = PAGE.format(url=config.client_url, script=SCRIPT).encode()
        etag = f'"{hashlib.sha256(page).hexdigest()}"'
        framing = "; frame-ancestors 'self'" if config.check_origins else ""
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self' 'sha256-{SCRIPT_HASH}'; connect-src 'self'{framing}",
        )
        self.set_header("X-Content-Type-Options", "nosniff")
        self.enable_cache()
        self.set_header("Etag", etag)
        if etag in self.request.headers.get("If-None-Match", ""):
            self.set_status(304)
            self.finish()
            return
        self.finish(page)
