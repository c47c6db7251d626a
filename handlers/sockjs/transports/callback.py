"""The name of a function in the page, as two transports of old browsers are given it."""

import re

from tornado.web import RequestHandler

CALLBACK_MAX = 128
CALLBACK = re.compile(rf"[A-Za-z0-9_.-]{{1,{CALLBACK_MAX}}}", re.ASCII)
"""The SockJS protocol's own set. What is in here is written into a script of our origin."""


class Callback(RequestHandler):
    """Mixed into a transport whose answers call that function."""

    callback = ""

    def takes_callback(self) -> bool:
        """``callback`` is known, or the request has been answered with what is wrong with it."""
        given = self.get_query_argument("c", "", strip=False)
        if CALLBACK.fullmatch(given):
            self.callback = given
            return True
        self.set_status(500)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish('invalid "callback" parameter' if given else '"callback" parameter required')
        return False
