"""The scripts and sheets of the pages, each page's in one file, joined once at the start.

In ``static/`` one file is one thing, at length and with its comments; a browser asks for few files without
them. What belongs together, and in which order, is said here alone; ``static.py`` serves it.
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

from handlers.sockjs_client import lean
from handlers.static import STATIC, Bundle, hashed

SOCKJS = ("vendor/sockjs.min",)

LINE = ("emitter", "backoff", "close_codes", "client_ids", "storage", "transports", "connection", "logins")
"""What keeps a line to the server, each file after those that it builds on."""

PAGE = (
    "languages",
    *LINE,
    "moments",
    "texts",
    "names",
    "session_check",
    "status_line",
    "attention",
    "live",
    "hide",
    "chime",
    "faces",
    "attachment_view",
    "room_rows",
    "rooms_feed",
    "lease",
    "unread",
    "notices",
    "alerts",
    "search_results",
    "search",
    "search_parts",
)
"""What every live page has."""

OUTBOX = ("outbox_store", "outbox", "drafts")

ROOM = (
    "room",
    "cursors",
    "typing",
    "typing_line",
    "presence",
    "scroll",
    "viewport",
    "down",
    "message_view",
    "fold",
    "pending_list",
    "message_list",
    "log_window",
    "room_window",
    "upload_chunks",
    "upload",
    "tray",
    "attaching",
    "enter_key",
    "message_menus",
    "composer",
    "changes",
    "deal",
    "toasts",
    "room_parts",
    "room_outbox",
    "room_page",
)

SOCKET_IO = ("io_rooms", "io_sends", "io")

SCRIPTS = {
    "sockjs.js": SOCKJS,
    "rooms.js": tuple(f"js/{name}" for name in (*PAGE, "rooms_page")),
    "room.js": tuple(f"js/{name}" for name in (*PAGE, *OUTBOX, *SOCKET_IO, *ROOM)),
    "io.js": (*SOCKJS, *(f"js/{name}" for name in (*LINE, *SOCKET_IO))),
    "badge.js": ("js/badge",),
}
"""The files of ``static/`` that each script is made of; the last two are for pages of other authors."""

SHEETS = ("reset", "theme", "base", "floor", "layout", "components/*", "utilities")
"""The one sheet of all pages, kept from the first one on; what comes later wins. Components are apart from
each other, and come by their names."""

GZIP_BITS = zlib.MAX_WBITS + 16
"""With the frame of gzip around it, and no time in it."""

OPENING, ENDING = "(function(prosa){'use strict';", "}(window.prosa=window.prosa||{}));"
"""What each of our files begins and ends with once it is shrunk: said once around all of them."""

SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=\S+\s*$")

BEGINNING = 6
"""The first sixth, where little was said before that can be referred to, has other codes than the rest: two
hundred bytes of a page less."""

USE = re.compile(r"([{;]\s*)([\w-]+\s*:[^{};]*var\(--[^{};]*)")
VARIABLE = re.compile(r"var\((--[\w-]+)\)")
DEFINITION = re.compile(r"(--[\w-]+):\s*([^;]+);")
REFERENCE = re.compile(r"""url\(["']?(?!/|data:|https?:)([^"')]+)["']?\)""")


def join_all(folder: Path) -> dict[str, Bundle]:
    """Every script and sheet of the pages, by name, from the files in ``folder``.

    Raises ``OSError`` where one is missing.
    """
    scripts = {name: _scripts(folder, parts) for name, parts in SCRIPTS.items()}
    sheets = [path for pattern in SHEETS for path in sorted((folder / "css").glob(f"{pattern}.css"))]
    theme = dict(DEFINITION.findall((folder / "css" / "theme.css").read_text().partition("@media")[0]))
    texts = {**scripts, "prosa.css": _literal_first(_sheets(folder.resolve(), sheets), theme)}
    return {name: _bundle(name, text.encode()) for name, text in texts.items()}


def _bundle(name: str, body: bytes) -> Bundle:
    return Bundle(
        name=name,
        body=body,
        gzipped=_zipped(body),
        version=_version(body),
    )


def _zipped(body: bytes) -> bytes:
    """As small as zlib can, with all the memory that it may have; the beginning in a block of its own."""
    zipper = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, GZIP_BITS, zlib.DEF_MEM_LEVEL + 1)
    start = len(body) // BEGINNING
    packed = zipper.compress(body[:start]) + zipper.flush(zlib.Z_BLOCK)
    return packed + zipper.compress(body[start:]) + zipper.flush()


def _version(body: bytes) -> str:
    return hashlib.sha512(body).hexdigest()


def _scripts(folder: Path, parts: Sequence[str]) -> str:
    """The scripts one after the other; what is left of the library is as its authors shrank it."""
    texts = {part: (folder / f"{part}.js").read_text() for part in parts}
    libraries = [text for part, text in texts.items() if part.startswith("vendor/")]
    ours = [jsmin(text) for part, text in texts.items() if not part.startswith("vendor/")]
    if all(text.startswith(OPENING) and text.endswith(ENDING) for text in ours):
        ours = [_scope(ours)] if ours else []
    return "\n;\n".join([SOURCE_MAP.sub("", lean(text)) for text in libraries] + ours)


def _scope(texts: Sequence[str]) -> str:
    """Each in a scope of its own, all within one."""
    inner = (text[len(OPENING) : -len(ENDING)] for text in texts)
    return OPENING + "\n".join("(function(){" + text + "}());" for text in inner) + ENDING


def _literal_first(sheet: str, theme: dict[str, str]) -> str:
    """Before each use of a variable stands its light value, for browsers that do not know variables.

    A variable that ``theme.css`` does not have raises ``KeyError``: nothing would be seen of the rule.
    """

    def both(found: re.Match[str]) -> str:
        start, rule = found[1], found[2]
        if rule.startswith("--"):
            return found[0]
        return f"{start}{VARIABLE.sub(lambda name: theme[name[1]], rule)};{rule}"

    return USE.sub(both, sheet)


def _sheets(folder: Path, sheets: Sequence[Path]) -> str:
    """The sheets one after the other; what they refer to is told by its lasting address."""

    def lasting(sheet: Path, reference: str) -> str:
        file = (sheet.parent / reference).resolve()
        return f'url("{STATIC}{hashed(file.relative_to(folder).as_posix(), _version(file.read_bytes()))}")'

    texts = (
        REFERENCE.sub(lambda found, sheet=sheet: lasting(sheet, found[1]), sheet.read_text())  # type: ignore[misc]
        for sheet in sheets
    )
    return cssmin("\n".join(texts))
