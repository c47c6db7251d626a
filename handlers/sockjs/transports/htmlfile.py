"""``/htmlfile``: an endless page of scripts, for the Internet Explorer of old. Off unless switched on."""

import json

from sockjs.tornado.transports import htmlfile as library

from handlers.sockjs.transports.callback import Callback
from handlers.sockjs.transports.streaming import Streaming

CSP = "default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'self'"
"""Nothing but the scripts that it is made of, in a page of our own."""


class HtmlFile(Streaming, Callback, library.HtmlFileTransport):
    """Each frame is one script that calls the page's function."""

    name = "htmlfile"

    def get(self, session_id: str) -> None:
        """Open the page and let the session write to it."""
        self._auto_finish = False  # Tornado's: the response outlives this method
        self.preflight()
        self.handle_session_cookie()
        self.disable_cache()
        if not self.takes_callback():
            return
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Security-Policy", CSP)
        self.write(library.HTMLFILE_HEAD % self.callback)
        self.flush()
        if not self._attach_session(session_id):
            self._end()
        elif self.session is not None:
            self.session.flush()

    @staticmethod
    def framed(pack: str) -> str:
        """One script; no ``<`` in it ends it early."""
        quoted = json.dumps(pack).replace("<", "\\u003c")
        return f"<script>\np({quoted});\n</script>\r\n"
