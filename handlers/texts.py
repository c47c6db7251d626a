"""How the words of a message are shown: what in them is a link, and whether they are a few emoji; and names.

``static/js/texts.js`` follows the same rules; ``tests/texts.json`` holds the two together.
"""

import re
import unicodedata
from typing import NamedTuple

BEGINNING = re.compile(
    r"(https?://|www\.)"
    r"""[^\x00-\x20"<>\\^`{|}\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f"""
    r"\u205f-\u206f\u3000\ufeff\ufff0-\uffff]+",
    re.IGNORECASE,
)
"""Whatever may be in an address; neither blanks nor signs that are not seen."""

WORD = re.compile(r"[A-Za-z0-9_]")
NAME = re.compile(r"[A-Za-z0-9_.@/-]")
END = ".,;:!?'\"*~…“”‘’«»"
PAIRS = {")": "(", "]": "["}
AUTHORITY = re.compile(r"([^:@\[\]()]+)(:[0-9]{1,5})?")
HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*", re.IGNORECASE | re.ASCII)
PORTUGUESE = re.compile(r"[a-z0-9.àáâãéêíóôõúüçÀÁÂÃÉÊÍÓÔÕÚÜÇ-]+", re.IGNORECASE | re.ASCII)
"""The names that may be registered under .br."""

EMOJI = re.compile(
    r"\s*(?:(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    r"|(?:[\U0001f000-\U0001f1e5\U0001f200-\U0001fbff\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2600-\u27bf"
    r"\u2b1b\u2b1c\u2b50\u2b55]\ufe0f?|[\xa9\xae\u2000-\u32ff]\ufe0f)"
    r"[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
    r"(?:\u200d(?:[\U0001f000-\U0001fbff]|[\u2000-\u32ff])\ufe0f?[\U0001f3fb-\U0001f3ff]?)*)\s*){1,3}"
)

CONTROLS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LEFTWARD = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


class Piece(NamedTuple):
    """A stretch of a text; ``href`` is empty where it leads nowhere."""

    text: str
    href: str = ""


def is_emoji(text: str) -> bool:
    """Whether ``text`` is one to three emoji and nothing else: they are shown large."""
    return EMOJI.fullmatch(text) is not None


def isolated(name: str) -> str:
    """``name`` so that whatever stands around it keeps its order: for where it is no element of its own."""
    plain = CONTROLS.sub("", name)
    return f"\u2068{plain}\u2069" if LEFTWARD.search(plain) else plain


def pieces(text: str) -> list[Piece]:
    """``text`` in its order, what is an address over http or https apart.

    Without the punctuation after it, nor a bracket that it does not open. An address that names somebody
    before an ``@`` is no link: it looks like another host's.
    """
    found: list[Piece] = []
    start = position = 0
    while match := BEGINNING.search(text, position):
        position = match.start() + 1
        before = text[match.start() - 1 : match.start()]
        is_bare = match[1].lower() == "www."
        if (NAME if is_bare else WORD).match(before):
            continue
        written = _trimmed(match[0])
        link = _link(written, is_bare=is_bare)
        if link is not None:
            if match.start() > start:
                found.append(Piece(text[start : match.start()]))
            found.append(link)
            start = position = match.start() + len(written)
    if start < len(text) or not text:
        found.append(Piece(text[start:]))
    return found


def _trimmed(written: str) -> str:
    extra = {closing: written.count(closing) - written.count(opening) for closing, opening in PAIRS.items()}
    end = len(written)
    while end:
        last = written[end - 1]
        if extra.get(last, 0) > 0:
            extra[last] -= 1
        elif last not in END:
            break
        end -= 1
    return written[:end]


def _link(written: str, *, is_bare: bool) -> Piece | None:
    scheme = "https://" if is_bare else written[: written.index("//") + 2]
    rest = written if is_bare else written[len(scheme) :]
    parts = AUTHORITY.fullmatch(re.split("[/?#]", rest, maxsplit=1)[0])
    if parts is None or (is_bare and parts[1].count(".") < 2):  # noqa: PLR2004 - www, a name and its ending
        return None
    host = honest(parts[1])
    if host is None:
        return None
    address = host + rest[len(parts[1]) :]
    return Piece(address if is_bare else scheme + address, scheme + address)


def honest(host: str) -> str | None:
    """The host as it is shown: as it is asked for, where it could be taken for another one.

    ``None`` for what can be no host.
    """
    if PORTUGUESE.fullmatch(host):
        return host if HOST.fullmatch(re.sub(r"[^\x00-\x7f]", "x", host)) else None
    name = unicodedata.normalize("NFKC", host.lower()).lower().replace("\u3002", ".")
    asked = ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in name.split(".")
    )
    return asked if HOST.fullmatch(asked) else None
