"""All that Prosa speaks, made once when a worker starts: ``app.py`` hands it to whatever meets a person."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from handlers.languages.catalogues import compiled, path_of, read, script_texts
from handlers.languages.choice import choose
from handlers.languages.language import Language
from handlers.languages.moments import Moments
from handlers.languages.templates import environment, json_script
from handlers.languages.zones import offsets

SOURCE = "pt-BR"
"""The language of the source texts: its scripts need no catalogue."""
NAMES = {"pt-BR": "Português", "en": "English"}
"""Each language by its own name, which is the same in all of them."""

KEPT_SECONDS = 3600


class Spoken(Language):
    """A language with its templates, and with what its scripts are told."""

    templates: jinja2.Environment

    def __init__(self, code: str, folder: Path, zone: tzinfo, now: Callable[[], float]) -> None:
        locale = code.replace("-", "_")
        catalogue = read(path_of(folder, locale), locale)
        super().__init__(code, compiled(catalogue), {} if code == SOURCE else script_texts(catalogue))
        self.moments = Moments(self, zone, now)
        self._zone, self._now = zone, now
        self._told: tuple[float, Markup] = (0.0, Markup())

    def for_scripts(self) -> Markup:
        """What ``languages.js`` and ``moments.js`` read from the page, as JSON for a ``<script>``."""
        hour = self._now() // KEPT_SECONDS
        if self._told[0] != hour:
            self._told = hour, json_script(self.shape())
        return self._told[1]

    def shape(self) -> dict[str, Any]:
        """The same, as it is before it is written."""
        return {
            "code": self.code,
            "dates": self.moments.names(),
            "numbers": self.numbers,
            "singular": self.singular,
            "texts": self.script_texts,
            "zone": offsets(self._zone, datetime.fromtimestamp(self._now(), UTC)),
        }


class Languages:
    """Every language by its code, from ``locale`` and ``templates`` below ``root``.

    ``default`` is for whoever asks for none that is known.
    """

    def __init__(
        self,
        root: Path,
        *,
        zone: tzinfo,
        default: str = SOURCE,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._by_code = {code: Spoken(code, root / "locale", zone, now) for code in NAMES}
        self.default = self._by_code[default]
        for spoken in self._by_code.values():
            spoken.templates = environment(root / "templates", spoken, spoken.moments)
            spoken.templates.globals["languages"] = NAMES
            spoken.templates.globals["language_for_scripts"] = spoken.for_scripts

    def known(self, code: str) -> bool:
        """Whether it can be chosen."""
        return code in self._by_code

    def chosen(self, *, remembered: str, header: str) -> Spoken:
        """The language of whoever brings this cookie and this ``Accept-Language``."""
        return self._by_code[choose(self._by_code, self.default.code, remembered=remembered, header=header)]
