"""What every request meets first, on whichever transport: whether it is let in, and whose it is."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sockjs.tornado.basehandler import BaseHandler
from tornado.web import RequestHandler

from handlers.sockjs.connection import Opening
from handlers.sockjs.origins import Verdict, judge

if TYPE_CHECKING:
    from handlers.sockjs.server import Router

SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
YEAR_SECONDS = 31_536_000


class Gate(RequestHandler):
    """Mixed into every handler that opens or uses a session, WebSockets included."""

    server: Router
    name: str
    verdict = Verdict.NATIVE
    is_raw = False

    def set_default_headers(self) -> None:
        """No browser guesses that an answer is something else than it says."""
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        """Refuse, before anything is made of it, what has no business here."""
        self.ui.clear()  # no templates here; it leads back to this handler, which would outlive its end
        config = self.server.config
        if self.server.is_draining:
            self.set_header("Connection", "close")
        if config.check_origins:
            self.verdict = judge(self.request, config.allowed_origins)
        else:
            self.verdict = Verdict.OURS
        if self.verdict is Verdict.REFUSED:
            self.refuse(403)
        elif not self._has_session_id():
            self.refuse(404)
        elif self.server.is_draining and self.is_new():
            self.refuse(503)
        elif len(self.request.body) > config.frame_bytes:
            self.refuse(413)
        else:
            super().prepare()

    def is_new(self) -> bool:
        """Whether this request would open a session."""
        return True

    def refuse(self, status: int) -> None:
        """Answer with ``status`` and nothing more."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish()

    def _has_session_id(self) -> bool:
        """The id is looked for in the path as it came: a route sees it with its escapes undone."""
        if "session_id" not in self.path_kwargs:
            return True
        return SESSION_ID.fullmatch(self.request.path.rsplit("/", 2)[-2]) is not None

    @property
    def cookie(self) -> str | None:
        """The site's session cookie, if the page behind this request may use it."""
        name = self.server.config.cookie_name
        may_use = self.verdict is Verdict.OURS or (self.verdict is Verdict.NATIVE and self.is_raw)
        return self.get_cookie(name) or None if name and may_use else None

    def get_conn_info(self) -> Opening:
        """What the application may know of this request."""
        headers = self.request.headers
        return Opening(
            transport=self.name,
            cookie=self.cookie,
            query=self.query(),
            origin=headers.get("Origin"),
            address=self.request.remote_ip or "",
            user_agent=headers.get("User-Agent", ""),
            accept_language=",".join(headers.get_list("Accept-Language")),
            language=self.get_cookie(self.server.config.language_cookie) or "",
        )

    def query(self) -> dict[str, str]:
        """The first value of everything in the URL's query."""
        found = self.request.query_arguments.items()
        return {name: values[0].decode(errors="replace") for name, values in found if values}

    def credential(self) -> bytes:
        """A digest of what this request presents; two of one person are equal, two strangers' are not."""
        query = self.query()
        shown = [self.cookie or "", query.get("session_key", ""), query.get("token", "")]
        return sha256("\0".join(shown).encode(errors="surrogatepass")).digest()


class Answers(BaseHandler):
    """Mixed into every handler that answers over plain HTTP: who may read it, and who may keep it."""

    server: Router
    access_methods = "OPTIONS, POST"
    logged = False
    """The library's: whether the connection has been counted. Two of its handlers do not say so."""

    def disable_cache(self) -> None:
        """Nobody keeps this, and nobody rewrites or compresses it on the way."""
        self.set_header("Cache-Control", "no-store, no-cache, no-transform, must-revalidate, max-age=0")

    def enable_cache(self) -> None:
        """Everybody may keep this for a year."""
        self.set_header("Cache-Control", f"max-age={YEAR_SECONDS}, public")
        expires = datetime.now(UTC) + timedelta(seconds=YEAR_SECONDS)
        self.set_header("Expires", expires)
        self.set_header("Access-Control-Max-Age", str(YEAR_SECONDS))

    def preflight(self) -> None:
        """Tell the browser whether the page may read this; "anybody" never comes with credentials."""
        origin = self.request.headers.get("Origin")
        self.set_header("Vary", "Origin")
        if origin is not None and self.may_read():
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
        elif self.is_public():
            self.set_header("Access-Control-Allow-Origin", "*")
        asked = self.request.headers.get("Access-Control-Request-Headers")
        if asked:
            self.set_header("Access-Control-Allow-Headers", asked)

    def may_read(self) -> bool:
        """The page behind the request is ours or listed: the gate has refused every other one."""
        return True

    def is_public(self) -> bool:
        """Every page may read this, without credentials."""
        return not self.server.config.check_origins

    def verify_origin(self) -> bool:
        """The gate has let it through."""
        return True

    def finish(self, chunk: str | bytes | dict[str, object] | None = None) -> asyncio.Future[None]:
        """As Tornado's, whose future the library drops: it is done when everything is written."""
        self._log_disconnect()
        return RequestHandler.finish(self, chunk)
