"""The templates in one language: escaped, strict about missing names, able to say texts and moments."""

import json
import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from handlers.faces import face_of, hue, initials
from handlers.languages.language import Language
from handlers.languages.moments import Moments
from handlers.texts import is_emoji, isolated, pieces

LINK = re.compile(r"(https://|/(?![/\\]))[!-~\x80-\U0010ffff]*")
"""A browser passes over tabs and line ends in an address: ``/<tab>/evil.example`` is another site's."""


def environment(folder: Path, language: Language, moments: Moments) -> jinja2.Environment:
    """The templates of ``folder``; ``_('…')`` and ``ngettext(one, many, n)`` speak ``language``."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    said: Any = templates
    said.install_gettext_callables(
        language.translations.gettext, language.translations.ngettext, newstyle=True
    )
    templates.globals["ngettext"] = _counting(language)
    templates.globals["json_script"] = json_script
    templates.globals["language"] = language
    templates.globals["face_of"] = face_of
    templates.tests.update(emoji=is_emoji, link=is_link)
    templates.filters.update(
        ago=moments.ago,
        brief=moments.brief,
        day_name=moments.day_name,
        full=moments.full,
        hour=moments.hour,
        hue=hue,
        initials=initials,
        isolated=isolated,
        number=language.number,
        pieces=pieces,
        size=language.size,
    )
    return templates


def _counting(language: Language) -> Any:
    """Jinja's own, with the number as this language writes it."""

    def ngettext(one: str, many: str, num: int, /, **values: object) -> str:
        said = Markup(language.translations.ngettext(one, many, num))  # noqa: S704 - ours; what is filled in is escaped
        return said % {"num": language.number(num), **values}

    return ngettext


def is_link(value: object) -> bool:
    """Whether the deal card shows ``value`` as a link: over https, or within the site."""
    return isinstance(value, str) and LINK.fullmatch(value) is not None


def json_script(value: object) -> Markup:
    """``value`` as JSON that cannot end the ``<script>`` it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704
