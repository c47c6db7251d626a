"""What somebody looks for, read from what they typed; what is in a text of it, and what was found."""

import re
from datetime import datetime
from typing import NamedTuple

import msgspec

from prosa.models.entries import Entry
from prosa.models.ids import ChatId
from prosa.models.words import spans, stem, words_of

QUERY_MAX = 200
"""Characters of what was typed that count, and with ``TERMS_MAX`` words: nobody looks for more."""
TERMS_MAX = 16
PREFIX_MIN = 3
"""Letters of a word that is still being typed from which it finds others that begin with it."""

QUOTED = re.compile('["“”„«»]')
SMALL_WORDS = frozenset(
    ("a", "o", "as", "os", "e", "de", "do", "da", "dos", "das", "em", "no", "na", "nos", "nas", "um", "uma",
     "com", "por", "para", "que", "se", "ao", "aos")
)  # fmt: skip
"""They say nothing of what is looked for, unless they are all there is, or quoted."""

BEFORE = 40
EXCERPT_MAX = 160
"""Characters of a text that are shown around what was found in it, and of these before it."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a text must have to be found: every stem, every phrase, and the word that is still being typed.

    A phrase is folded words with a space between; ``prefix`` is one folded word, and a text has it also where
    it has its stem. All of it is letters and digits: nothing that was typed is a pattern or a command.
    """

    stems: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not (self.stems or self.phrases or self.prefix)

    def is_answered_by(self, text: str) -> bool:
        """Whether ``text`` has it all."""
        words = words_of(text)
        stems = {stem(word) for word in words}
        line = f" {' '.join(words)} "
        return (
            not self.is_empty
            and stems.issuperset(self.stems)
            and all(f" {phrase} " in line for phrase in self.phrases)
            and (not self.prefix or stem(self.prefix) in stems or f" {self.prefix}" in line)
        )

    def is_hit_by(self, word: str) -> bool:
        """Whether a folded word is one of those that were looked for."""
        base = stem(word)
        if self.prefix and (word.startswith(self.prefix) or base == stem(self.prefix)):
            return True
        return base in self.stems


def question_of(typed: str) -> Question:
    """What was meant: words, all of them in any order; phrases in quotes; the last word may be unfinished."""
    typed = typed[:QUERY_MAX]
    parts = QUOTED.split(typed)
    if len(parts) % 2 == 0:  # a quote that does not end quotes nothing
        parts[-2:] = [" ".join(parts[-2:])]
    quoted = [words_of(part)[:TERMS_MAX] for part in parts[1::2]]
    plain = words_of(" ".join(parts[::2]))[:TERMS_MAX]
    meant = [word for word in plain if word not in SMALL_WORDS] or ([] if any(quoted) else plain)
    prefix = ""
    if meant and meant[-1] == plain[-1] and len(meant[-1]) >= PREFIX_MIN and typed[-1:].isalnum():
        prefix = meant.pop()
    stems = dict.fromkeys(stem(word) for word in [*meant, *(word for phrase in quoted for word in phrase)])
    phrases = dict.fromkeys(" ".join(phrase) for phrase in quoted if phrase)
    return Question(stems=tuple(stems), phrases=tuple(phrases), prefix=prefix)


def found_by(conteudo: str, file_name: str | None) -> str:
    """What a message is found by: its text, and the name of its file."""
    return "\n".join(part for part in (conteudo, file_name) if part)


class Part(msgspec.Struct, frozen=True):
    """A stretch of an excerpt; ``hit``: it is what was looked for."""

    text: str
    hit: bool


def excerpt(question: Question, text: str) -> tuple[Part, ...]:
    """What stands around the first hit in ``text``, on one line, in stretches that are hits and are not."""
    line = " ".join(text.split())
    hits = [(start, end) for start, end, word in spans(line) if question.is_hit_by(word)]
    begin = _word_before(line, hits[0][0] - BEFORE) if hits else 0
    end = min(len(line), begin + EXCERPT_MAX)
    parts, at = [Part("…", hit=False)] if begin else [], begin
    for start, stop in hits:
        if stop <= end:
            parts += [Part(line[at:start], hit=False), Part(line[start:stop], hit=True)]
            at = stop
    parts.append(Part(line[at:end] + ("…" if end < len(line) else ""), hit=False))
    return tuple(part for part in parts if part.text)


def _word_before(line: str, place: int) -> int:
    return 0 if place <= 0 else line.rfind(" ", 0, place) + 1 or place


class Place(NamedTuple):
    """Where a text is: from here a search goes on to what is older."""

    sent_at: datetime
    chat_id: ChatId
    seq: int


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was found, as it stands in the log now."""

    entry: Entry
    title: str
    excerpt: tuple[Part, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found, newest first.

    ``next``: where the page after it begins, if there is one. ``whole``: nothing is still being indexed.
    """

    hits: tuple[Hit, ...]
    next: Place | None
    whole: bool
