"""How a text lies in ``texts``, and how a question is put to it. Shapes only: ``texts.py`` reads and writes.

A posting is a word with its room's token in front: two rooms have no posting in common, so that a question
about some rooms looks at nothing that was said in others. The index cuts a text into words by its own rules,
and so no posting is anything but ASCII letters and digits, and none is one of its stop words.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from prosa.models.ids import ChatId
from prosa.models.searches import PREFIX_MIN, Place, Question, found_by
from prosa.models.words import stem, words_of
from prosa.storage.database import Document
from prosa.storage.documents import BLANKED, SEQ_MAX

TOKEN_BYTES = 5


class Saying(NamedTuple):
    """What is said at a place since the entry ``text_seq``; ``sent_at`` where the place itself was read.

    After a deletion ``text_seq`` is above every entry's: no later edit brings a text back.
    """

    text: str
    text_seq: int
    sent_at: datetime | None


def sayings(entries: Sequence[Document], originals: Sequence[Document]) -> dict[tuple[ChatId, int], Saying]:
    """What these entries of the log, ascending, come to at each place. After a deletion that is nothing.

    ``originals``: those of which an edit is among the entries and they are not; an edit leaves the file.
    """
    names = {
        (entry["chat_id"], entry["seq"]): entry["attachment"]["name"]
        for entry in (*originals, *entries)
        if entry.get("attachment")
    }
    said: dict[tuple[ChatId, int], Saying] = {}
    for entry in entries:
        target = entry.get("target")
        place = ChatId(entry["chat_id"]), entry["seq"] if target is None else target
        text = "" if entry["digest"] == BLANKED else found_by(entry["conteudo"], names.get(place))
        saying = Saying(text, entry["seq"], entry["sent_at"])
        if target is not None:
            before = said.get(place)
            sent_at = before and before.sent_at
            is_gone = entry["kind"] == "delete" or (before and before.text_seq == SEQ_MAX)
            saying = Saying("", SEQ_MAX, sent_at) if is_gone else saying._replace(sent_at=sent_at)
        said[place] = saying
    return said


def text_document(chat_id: ChatId, saying: Saying) -> Document:
    """A text's words, as it is found by them; but for its place."""
    words = words_of(saying.text)
    stems = sorted({stem(word) for word in words})
    beginnings = {word[:PREFIX_MIN] for word in words if len(word) >= PREFIX_MIN}
    return {
        "text_seq": saying.text_seq,
        "stems": stems,
        "folded": " ".join(words),
        "words": " ".join(sorted({*postings([chat_id], stems), *postings([chat_id], beginnings)})),
        **({} if saying.sent_at is None else {"sent_at": saying.sent_at}),
    }


def postings(chat_ids: Sequence[ChatId], words: Iterable[str]) -> Iterator[str]:
    """These words in these rooms."""
    plain = [word if word.isascii() else word.encode().hex() for word in words]
    for chat_id in chat_ids:
        token = hashlib.blake2s(chat_id.encode(), digest_size=TOKEN_BYTES).hexdigest()
        yield from (token + word for word in plain)


def keys(question: Question, chat_ids: Sequence[ChatId]) -> str:
    """Postings under which all answers stand, and others: those of its longest word, mostly the fewest."""
    if question.stems:
        words = {max(question.stems, key=len)}
    else:
        words = {stem(question.prefix), question.prefix[:PREFIX_MIN]}
    return " ".join(postings(chat_ids, sorted(words)))


def conditions(question: Question) -> list[Document]:
    """What of the texts under its keys is an answer. A word is letters and digits: nobody's pattern."""
    wanted: list[Document] = []
    if question.stems:
        wanted.append({"stems": {"$all": list(question.stems)}})
    wanted += [{"folded": {"$regex": f"(?:^| ){phrase}(?: |$)"}} for phrase in question.phrases]
    if question.prefix:
        begun = {"folded": {"$regex": f"(?:^| ){question.prefix}"}}
        wanted.append({"$or": [{"stems": stem(question.prefix)}, begun]})
    return wanted


def older(before: Place) -> Document:
    """Of several rooms, what comes after this place where the newest comes first."""
    same_moment = {"sent_at": before.sent_at}
    return {
        "$or": [
            {"sent_at": {"$lt": before.sent_at}},
            {**same_moment, "chat_id": {"$gt": before.chat_id}},
            {**same_moment, "chat_id": before.chat_id, "seq": {"$lt": before.seq}},
        ]
    }
