"""A text as a search sees it: its words without case and accents, and their stems in Portuguese.

People leave accents out when they type, and the stemmer needs them: "reclamacoes" and "reclamação" have no
stem in common. So accents are taken off first, and the endings that mean something in Portuguese get theirs
back.

What is stored under these words is in ``prosa/storage/texts.py``: whoever changes them has it indexed anew
(``docs/operations.md``, "Search").
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from Stemmer import Stemmer

WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
WORD_MAX = 40
"""Characters of a word that count: longer ones are keys and addresses."""
WORDS_MAX = 2_000
"""Words of a text that count. Nobody types as many; an imported text may have them."""

ENDINGS = (
    ("acoes", "ação"),
    ("ucoes", "ução"),
    ("icoes", "ição"),
    ("acao", "ação"),
    ("ucao", "ução"),
    ("icao", "ição"),
    ("oes", "ão"),
    ("aes", "ão"),
    ("aos", "ão"),
    ("ao", "ão"),
    ("aveis", "ável"),
    ("iveis", "ível"),
    ("avel", "ável"),
    ("ivel", "ível"),
    ("ancias", "ância"),
    ("encias", "ência"),
    ("ancia", "ância"),
    ("encia", "ência"),
    ("ais", "al"),
    ("eis", "el"),
    ("ois", "ol"),
    ("ens", "em"),
    ("ns", "m"),
)
"""Plurals become singulars, and endings that the stemmer knows by their accents have them."""
STEM_MIN = 3
"""Letters of a word that is looked at for its ending."""
SHORTEST = {"ais": 2, "eis": 2, "ois": 2, "ens": 2}
"""Letters that must be left before some of them: "mais" is no plural."""

_portuguese = Stemmer("portuguese", 0)


def fold(word: str) -> str:
    """A word without case, accents and whatever is neither letter nor digit; may be empty."""
    if word.isascii():
        return word.lower()[:WORD_MAX]
    apart = unicodedata.normalize("NFKD", word[: 4 * WORD_MAX].casefold())
    return "".join(character for character in apart if character.isalnum())[:WORD_MAX]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each word begins and ends, and the word, folded."""
    for count, found in enumerate(WORD.finditer(text)):
        if count >= WORDS_MAX:
            return
        word = fold(found[0])
        if word:
            yield found.start(), found.end(), word


def words_of(text: str) -> list[str]:
    """The words, folded, in their order."""
    return [word for _, _, word in spans(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What a folded word has in common with its other forms: "orcamentos" with "orcamento"."""
    if len(word) >= STEM_MIN and word.isascii() and word.isalpha():
        for ending, accented in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= SHORTEST.get(ending, 1):
                word = word[: -len(ending)] + accented
                break
        word = _portuguese.stemWord(word)
    return fold(word) or word
