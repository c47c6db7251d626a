"""The catalogues in ``locale/``, made from the code: ``python -m tests.catalogues`` (``make texts``).

Portuguese is filled in by itself, since the source texts are Portuguese; English is for whoever wrote the
text. No line numbers and no dates stand in the files, and they are sorted: two people who add texts rarely
collide.
"""

import ast
import json
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from handlers.languages.catalogues import SCRIPT, path_of, read
from handlers.languages.spoken import NAMES, Languages

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale"
LOCALES = ("pt_BR", "en")
SOURCE = "pt_BR"

PYTHON = {"msgid": 1, "text": 1, "texts": 2}
"""How many of the first arguments are the text. Babel takes a parameter of such a name for a call, too."""
TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}
SCRIPTS = {"prosa.text": None, "prosa.texts": (1, 2)}

DATED = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Generated-By',
    b'"Report-Msgid',
)
"""Header lines that change by themselves, or say nothing."""

Key = str | tuple[str, str]


@cache
def found() -> dict[Key, bool]:
    """Every text in the code, and whether a script says it."""
    texts: dict[Key, bool] = {}
    for key, is_script in _extracted():
        texts[key] = texts.get(key, False) or is_script
    return texts


def _extracted() -> Iterator[tuple[Key, bool]]:
    for path in sorted([*ROOT.glob("handlers/**/*.py"), *ROOT.glob("prosa/**/*.py")]):
        yield from ((key, False) for key in _of_module(path.read_text()))
    for path in sorted(ROOT.glob("templates/**/*.html")):
        yield from _of_file(path, "jinja2.ext:babel_extract", TEMPLATES, trimmed="true", silent="false")
    for path in sorted(ROOT.glob("static/js/*.js")):
        yield from _of_file(path, "javascript", SCRIPTS)


def _of_module(source: str) -> Iterator[Key]:
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        said = [each.value for each in call.args[: PYTHON.get(name, 0)] if isinstance(each, ast.Constant)]
        if said and len(said) == PYTHON[name]:
            yield said[0] if len(said) == 1 else (said[0], said[1])


def _of_file(path: Path, method: str, keywords: dict[str, Any], **options: str) -> Iterator[tuple[Key, bool]]:
    with path.open("rb") as lines:
        for _, key, _, _ in extract(method, lines, keywords, options=options):
            yield (key if isinstance(key, str) else (key[0], key[1])), path.suffix == ".js"


def catalogue(locale: str) -> Catalog:
    """The catalogue of ``locale`` as it is."""
    return read(path_of(FOLDER, locale), locale)


def renewed(locale: str) -> bytes:
    """The catalogue as it should be: what is in the code, with the translations that there are."""
    old = catalogue(locale)
    new = Catalog(
        locale,
        domain=old.domain,
        fuzzy=False,
        header_comment=old.header_comment,
        charset="utf-8",
        project="Prosa",
        version="1",
    )
    new._num_plurals, new._plural_expr = old.num_plurals, old.plural_expr
    for key, is_script in found().items():
        known = old.get(key)
        new.add(key, _said(key, known, locale), auto_comments=[SCRIPT] if is_script else [])
    file = BytesIO()
    write_po(file, new, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = [line for line in file.getvalue().splitlines(keepends=True) if not line.startswith(DATED)]
    return b"".join(lines)


def _said(key: Key, known: Message | None, locale: str) -> Any:
    if locale == SOURCE:
        return key
    if known is not None and isinstance(known.id, str) == isinstance(key, str):
        return known.string
    return "" if isinstance(key, str) else ("", "")


def missing(locale: str) -> list[Key]:
    """What has no translation."""
    return [message.id for message in catalogue(locale) if message.id and not all(_strings(message))]


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def told() -> str:
    """What a page of each language is told for its scripts, as JSON by its code."""
    languages = Languages(ROOT, zone=ZoneInfo("America/Sao_Paulo"))
    shapes = {code: languages.chosen(remembered=code, header="").shape() for code in NAMES}
    return json.dumps(shapes)


def main() -> int:
    """Write the catalogues; 1 where a translation is missing. ``told``: say what scripts are told."""
    if sys.argv[1:] == ["told"]:
        sys.stdout.write(told())
        return 0
    for locale in LOCALES:
        path_of(FOLDER, locale).write_bytes(renewed(locale))
    gaps = missing("en")
    for key in gaps:
        sys.stdout.write(f"locale/en: no translation of {key!r}\n")
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
