"""What stands for somebody without a photo: two letters on a colour, the same on pages and in scripts.

``static/js/faces.js`` does the same for what is drawn later; ``tests/faces.json`` holds the two together.
"""

import re
from typing import Any

HUES = 8
"""The colours ``--hue-0`` to ``--hue-7`` of ``theme.css``."""

BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
UNSEEN = re.compile(r"[!-/:-@\[-`{-\xbf\u02b0-\u036f\u0483-\u0489\u061c\u200b-\u206f\ufe00-\ufe0f\ufeff]")
"""Punctuation, marks and controls: no sign is made of them. Written out, as a script must."""


def initials(name: str) -> str:
    """The first letters of the first and the last word, or the first two of the only one, in capitals."""
    words = [letters for word in BLANK.split(name) if (letters := UNSEEN.sub("", word))]
    if not words:
        return ""
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()


def hue(name: str) -> int:
    """A colour for ``name``: by its UTF-16 units, which is what a script has."""
    units = name.encode("utf-16-le", "surrogatepass")
    value = 0
    for low, high in zip(units[::2], units[1::2], strict=True):
        value = (value * 33 + low + high * 256) % 65_521
    return value % HUES


def face_of(room: dict[str, Any], user_id: str) -> str:
    """Whose sign a room has: the other person's where there is one, otherwise its own."""
    members = room["members"]
    others = [] if isinstance(members, int) else [one for one in members if one["user_id"] != user_id]
    return str(others[0]["name"] if len(others) == 1 else room["title"])
