"""What a file is called, whatever somebody has called it: safe to show, to write in a header, to save."""

import re
import unicodedata

NAME_MAX = 100
"""Code points, ending included."""
NAME_BYTES = 240
"""Of UTF-8: most file systems take 255."""

ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "application/msword": (".doc",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "text/plain": (".txt",),
}
"""How the names of a type end; the first is given to a name that ends otherwise."""

ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
"""Not ``.5``, as in ``Tabela 2.5``."""
FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
"""In names of files somewhere: Windows, a shell, a path."""
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the point."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, what turns the direction of writing around, what has no width, what is no character."""
MARKS_MAX = 2
"""Marks on one letter: enough for any language's names, too few to paint over other lines."""
UNNAMED = "arquivo"


def safe_name(name: str, kind: str) -> str:
    """``name`` for a file of the type ``kind``: one line, no path, nothing unseen, an ending of that type.

    Of a name such as ``foto.png.html`` the ending that contradicts is taken away.
    """
    stem = plain(name)
    endings = ENDINGS[kind]
    while (found := ENDING.search(stem)) and found[0].lower() not in endings:
        stem = stem[: found.start()].rstrip(" .")
        if not _looks_like_an_ending(stem):
            break
    found = ENDING.search(stem)
    ending = found[0] if found and found[0].lower() in endings else endings[0]
    stem = stem.removesuffix(ending).strip(" .") or UNNAMED
    if RESERVED.match(stem):
        stem = f"_{stem}"
    return _cut(stem, ending)


def plain(name: str) -> str:
    """The last part of a path, in NFC, without what is not seen or not allowed in a name somewhere."""
    last = re.split(r"[\\/]", name[-4 * NAME_BYTES :])[-1]
    seen = "".join(" " if char.isspace() else char for char in last if char.isspace() or _is_seen(char))
    text = FORBIDDEN.sub("_", _few_marks(unicodedata.normalize("NFC", seen)))
    return " ".join(text.split()).strip(" .")


def has_ending(name: str, kind: str) -> bool:
    """Whether a name ends as the names of this type do."""
    return plain(name).lower().endswith(ENDINGS[kind])


def _looks_like_an_ending(stem: str) -> bool:
    """Whether another ending of a file is left, so that ``foto.png.html`` stays ``foto.png``."""
    found = ENDING.search(stem)
    return found is not None and any(found[0].lower() in endings for endings in ENDINGS.values())


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in UNSEEN


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MARKS_MAX:
            kept.append(char)
    return "".join(kept)


def _cut(stem: str, ending: str) -> str:
    stem = stem[: NAME_MAX - len(ending)]
    room = NAME_BYTES - len(ending)
    return stem.encode()[:room].decode(errors="ignore").strip(" .") + ending
