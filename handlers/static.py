"""``/prosa/static/``: files that a browser keeps for good, because their names tell their content.

``js/room.js`` is asked for as ``js/room.0123456789abcdef.js``. nginx serves the same names in
production (``deploy/nginx.conf``), and takes the hash out of them just so.
"""

import re
from typing import Any

from tornado.web import StaticFileHandler

HASH_CHARS = 16
HASHED = re.compile(rf"(.+)\.([0-9a-f]{{{HASH_CHARS}}})(\.[a-z0-9]+)")
YEAR_SECONDS = 31_536_000
HOUR_SECONDS = 3_600


def hashed(path: str, version: str) -> str:
    """``path`` with its version before its ending; as it is where there is no version."""
    name, dot, ending = path.rpartition(".")
    return f"{name}.{version[:HASH_CHARS]}{dot}{ending}" if version and name else path


class Static(StaticFileHandler):
    """A file by its hashed name, or by its own name for a while."""

    @classmethod
    def make_static_url(cls, settings: dict[str, Any], path: str, include_version: bool = True) -> str:
        """The URL under which a browser may keep the file for good."""
        version = cls.get_version(settings, path) if include_version else None
        return str(settings["static_url_prefix"]) + hashed(path, version or "")

    def parse_url_path(self, url_path: str) -> str:
        """The path below ``static/``, without the hash."""
        found = HASHED.fullmatch(url_path)
        self._asked_version = found[2] if found else None
        return super().parse_url_path(found[1] + found[3] if found else url_path)

    def get_cache_time(self, *_: object) -> int:
        """Said in ``set_extra_headers``."""
        return 0

    def set_extra_headers(self, path: str) -> None:
        """For good under the hash of what is sent; a name of another version's is not kept at all."""
        version = self.get_version(self.settings, path) or ""
        if self._asked_version is None:
            caching = f"public, max-age={HOUR_SECONDS}"
        elif version.startswith(self._asked_version):
            caching = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            caching = "no-store"
        self.set_header("Cache-Control", caching)
