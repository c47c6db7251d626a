"""What a text becomes before anything looks at it: the same for socket, form and the site's API."""

import re
import unicodedata

from prosa.models.attachments import Attachment
from prosa.models.errors import EmptyError, TooLongError

_SPECIAL = re.compile("[^\x01-\u02ff]|\r")
"""What a text without any of is trimmed, and else left alone: up to U+02FF every character is its own normal
form. Nearly every message is so, and to look for heaps of marks in it took ten times as long."""

_UNWANTED = re.compile("[\x00\ud800-\udfff]")
_MARKS = "".join(char for char in map(chr, range(0x300, 0x20000)) if unicodedata.combining(char))
_HEAP = re.compile(f"[{_MARKS}]{{32,}}")
"""More marks than any letter has. Python puts them in their order one swap at a time: of a message full of
them the loop would hear nothing for seconds."""


def normalise(conteudo: str) -> str:
    """The one form of a text: LF line ends, NFC, no NUL, no lone surrogate, trimmed. Idempotent."""
    if _SPECIAL.search(conteudo) is None:
        return conteudo.strip()
    plain = _UNWANTED.sub("", conteudo.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _HEAP.sub(_in_order, plain)).strip()


def _in_order(heap: re.Match[str]) -> str:
    """The marks as every normal form has them (Unicode, 3.11, D108): those of one class as they stand."""
    return "".join(sorted(heap[0], key=unicodedata.combining))


def check(text: str, *, limit: int, may_be_empty: bool = False) -> None:
    """Raise ``EmptyError``, or ``TooLongError`` over ``limit`` code points, for a normalised ``text``."""
    if not text and not may_be_empty:
        raise EmptyError
    if len(text) > limit:
        raise TooLongError(limit=limit)


def preview(conteudo: str, *, limit: int = 50) -> str:
    """At most ``limit`` code points of a text, on one line, for lists and notifications."""
    line = " ".join(conteudo.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def summary(conteudo: str, attachment: Attachment | None) -> str:
    """What a message says, in a list or a notification: its text, or else what its file is."""
    if conteudo or attachment is None:
        return conteudo
    return "Foto" if attachment.type.startswith("image/") else f"Documento: {attachment.name}"
