"""Files that a browser keeps for good, because their names tell their content.

Below ``/prosa/static/`` ``images/prosa.svg`` is asked for as ``images/prosa.0123456789abcdef.svg``. nginx
serves the same names in production (``deploy/nginx.conf``), and takes the hash out of them just so. What is
below ``/prosa/joined/`` is made of such files at the start (``bundles.py``), and comes from here alone.
"""

import re
from http import HTTPStatus
from typing import Any

import msgspec
from tornado.web import HTTPError, RequestHandler, StaticFileHandler

JOINED = "/prosa/joined/"
STATIC = "/prosa/static/"

HASH_CHARS = 16
HASHED = re.compile(rf"(.+)\.([0-9a-f]{{{HASH_CHARS}}})(\.[a-z0-9]+)")
YEAR_SECONDS = 31_536_000
HOUR_SECONDS = 3_600
MINUTES_SECONDS = 300

GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0+)?\s*(,|$))")


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A script or a sheet that was joined from several, as it is sent."""

    name: str
    """With its ending, such as ``room.js``."""
    body: bytes
    gzipped: bytes
    version: str
    """Tells the content: the hexadecimal SHA-512 of the body."""

    @property
    def url(self) -> str:
        """Where a browser may keep it for good."""
        return JOINED + hashed(self.name, self.version)


def hashed(path: str, version: str) -> str:
    """``path`` with its version before its ending; as it is where there is no version."""
    name, dot, ending = path.rpartition(".")
    return f"{name}.{version[:HASH_CHARS]}{dot}{ending}" if version and name else path


def caching(version: str, asked_version: str | None, seconds: int) -> str:
    """For good under the hash of what is sent, for ``seconds`` under none, not at all under another's."""
    if asked_version is None:
        return f"public, max-age={seconds}"
    return f"public, max-age={YEAR_SECONDS}, immutable" if version.startswith(asked_version) else "no-store"


class Static(StaticFileHandler):
    """A file by its hashed name, or by its own name for a while."""

    @classmethod
    def make_static_url(cls, settings: dict[str, Any], path: str, include_version: bool = True) -> str:
        """The URL under which a browser may keep the file for good."""
        version = cls.get_version(settings, path) if include_version else None
        return str(settings["static_url_prefix"]) + hashed(path, version or "")

    def parse_url_path(self, url_path: str) -> str:
        """The path below ``static/``, without the hash. Raises a 404 for what can be no file's."""
        if "\0" in url_path:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        found = HASHED.fullmatch(url_path)
        self._asked_version = found[2] if found else None
        return super().parse_url_path(found[1] + found[3] if found else url_path)

    def get_cache_time(self, *_: object) -> int:
        """Said in ``set_extra_headers``."""
        return 0

    def set_extra_headers(self, path: str) -> None:
        """For good under the hash of what is sent; a name of another version's is not kept at all."""
        version = self.get_version(self.settings, path) or ""
        self.set_header("Cache-Control", caching(version, self._asked_version, HOUR_SECONDS))


class Joined(RequestHandler):
    """A script or a sheet: for good by its hashed name, by a name that stays for some minutes."""

    def initialize(self, bundle: Bundle) -> None:
        """Receive the file, from ``routes.py``."""
        self._bundle = bundle

    def get(self, asked_version: str | None = None) -> None:
        """Answer with the file, packed if the browser can unpack it; another one's hash gets ours, unkept."""
        kind = "text/css" if self._bundle.name.endswith(".css") else "text/javascript"
        self.set_header("Content-Type", f"{kind}; charset=UTF-8")
        self.set_header("Cache-Control", caching(self._bundle.version, asked_version, MINUTES_SECONDS))
        self.set_header("Vary", "Accept-Encoding")
        if GZIP.search(self.request.headers.get("Accept-Encoding", "")):
            self.set_header("Content-Encoding", "gzip")
            self.finish(self._bundle.gzipped)
        else:
            self.finish(self._bundle.body)
