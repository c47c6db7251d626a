"""One language: its texts, its numbers and sizes, and what it tells the scripts of all that.

Days and hours are in ``moments.py``; which language somebody gets, in ``choice.py``.
"""

import math

from babel import Locale
from babel.numbers import format_decimal
from babel.support import Translations

from handlers.languages.catalogues import ScriptTexts

KILO = 1024
"""A limit of 10 MiB is "10 MB", as a file manager says it."""

FORMS_OF = range(200)


class Language:
    """What is said in one language. ``code`` as HTML spells it: ``pt-BR``."""

    def __init__(self, code: str, translations: Translations, script_texts: ScriptTexts) -> None:
        self.code = code
        self.locale = Locale.parse(code, sep="-")
        self.script_texts = script_texts
        self.translations = translations

    def text(self, msgid: str, **values: object) -> str:
        """``msgid`` in this language, with its ``%(name)s`` filled; a percent sign is written ``%%``."""
        return str(self.translations.gettext(msgid) % values)

    def texts(self, one: str, many: str, num: int, **values: object) -> str:
        """The one or the other, as this language counts; ``%(num)s`` is the number as it is written."""
        said = self.translations.ngettext(one, many, num)
        return str(said % {"num": self.number(num), **values})

    def number(self, number: float) -> str:
        """1.234,5 or 1,234.5."""
        return format_decimal(number, locale=self.locale)

    def size(self, size_bytes: int) -> str:
        """A file's size, as people say it: 820 bytes, 12 kB, 1,5 MB."""
        if size_bytes < KILO:
            return self.texts("%(num)s byte", "%(num)s bytes", size_bytes)
        kilos = _rounded(size_bytes / KILO)
        if kilos < KILO:
            return self.text("%(size)s kB", size=self.number(kilos))
        return self.text("%(size)s MB", size=self.number(_rounded(size_bytes / KILO / KILO * 10) / 10))

    @property
    def numbers(self) -> dict[str, str]:
        """The signs with which a script writes a number."""
        symbols = self.locale.number_symbols["latn"]
        return {"decimal": symbols["decimal"], "group": symbols["group"]}

    @property
    def singular(self) -> list[int]:
        """The numbers that take the first form: what the scripts know of counting."""
        return [
            n for n in FORMS_OF if self.translations.ngettext("%(num)s byte", "%(num)s bytes", n) == self._one
        ]

    @property
    def _one(self) -> str:
        return str(self.translations.ngettext("%(num)s byte", "%(num)s bytes", 1))


def _rounded(number: float) -> int:
    """As JavaScript rounds: a half goes up."""
    return math.floor(number + 0.5)
