"""``/prosa/io.js`` and ``/prosa/badge.js``: what pages of other authors need of Prosa, each in one file."""

from collections.abc import Sequence
from pathlib import Path

from tornado.web import RequestHandler

IO = (
    "vendor/sockjs.min",
    "js/emitter",
    "js/backoff",
    "js/close_codes",
    "js/client_ids",
    "js/storage",
    "js/transports",
    "js/connection",
    "js/io_rooms",
    "js/io_sends",
    "js/io",
)
"""The files of ``static/``, each after those that it builds on."""
BADGE = ("js/badge",)

MAX_AGE_SECONDS = 300


def bundled(folder: Path, names: Sequence[str]) -> bytes:
    """The files one after the other, as one script."""
    return b"\n;\n".join((folder / f"{name}.js").read_bytes() for name in names)


class Script(RequestHandler):
    """A script under a name that stays: the same for everybody, kept for some minutes, told by its ETag."""

    def initialize(self, script: bytes) -> None:
        """Receive the script, from ``routes.py``."""
        self._script = script

    def get(self) -> None:
        """Answer with the script."""
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}")
        self.finish(self._script)
