"""The translations of every text for people, from ``locale/``, which are read when a worker starts.

The source texts are Portuguese and are their own keys (gettext's msgids). ``make texts`` brings the
catalogues up to date with the code; a test holds them to be complete.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

DOMAIN = "prosa"
SCRIPT = "script"
"""The comment of a text that the scripts use: only those are sent to a browser."""

ScriptTexts = dict[str, str | list[str]]


def path_of(folder: Path, locale: str) -> Path:
    """Where the catalogue of ``locale`` (as gettext spells it: ``pt_BR``) lies."""
    return folder / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(path: Path, locale: str) -> Catalog:
    """A catalogue as it was written."""
    with path.open("rb") as lines:
        return read_po(lines, locale=locale, domain=DOMAIN)


def compiled(catalogue: Catalog) -> Translations:
    """The catalogue, ready for looking up; made in memory, so that no build step can be forgotten."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    return Translations(file, domain=DOMAIN)


def script_texts(catalogue: Catalog) -> ScriptTexts:
    """What the scripts say, by its source text; of a text with a number, by that for one."""
    texts: ScriptTexts = {}
    for message in catalogue:
        if SCRIPT in message.auto_comments:
            key = message.id if isinstance(message.id, str) else message.id[0]
            said = message.string
            texts[key] = said if isinstance(said, str) else list(said or ())
    return texts
