"""What is said now at each place of the logs, as a search finds it: a cache of the log, apart from it.

In a collection of its own: a text index on ``messages`` makes an insert take half as long again, or twice as
long (``docs/decisions/0010-search.md``), and this is written after the fact. A room's *mark* says up to which
entry of its log that has been done; what is above it is read from the log. Nothing rests on it: whoever
searches reads what was found from the log, and shows that.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from prosa.models.ids import ChatId
from prosa.models.searches import Place, Question
from prosa.storage.database import Collection, Database, Document
from prosa.storage.log import MongoLog
from prosa.storage.postings import conditions, keys, older, sayings, text_document
from prosa.storage.translation import unavailable
from prosa.storage.writes import write

ENTRIES_AT_ONCE = 200
"""Entries of the log that are indexed in one go: as a page, 8 ms of the worker's time."""
ROOMS_AT_ONCE = 200
SEARCH_MS = 2_000
"""How long the store may work at one question."""
DUPLICATE_KEY = 11000

Marks = Mapping[ChatId, Document]


class Texts:
    """Every method may raise ``UnavailableError``."""

    def __init__(self, database: Database) -> None:
        # What a cache loses with its server is found in the log again: no need to wait for a majority.
        lightly: Any = {"read_concern": ReadConcern("local"), "write_concern": WriteConcern(w=1)}
        self._texts = database.texts.with_options(**lightly)
        self._marks = database.marks.with_options(**lightly)
        self._durable_texts = database.texts
        self._durable_marks = database.marks
        self._messages = database.messages
        self._log = MongoLog(database.messages)

    async def follow(self, chat_ids: Sequence[ChatId], *, limit: int = ENTRIES_AT_ONCE) -> list[ChatId]:
        """Index up to ``limit`` entries of these rooms that are not here; the rooms in which more is left.

        Two commands where nothing is to be done, and at most eight.
        """
        with unavailable():
            tops = await self._log.tops(chat_ids)
            marks: Marks = await self._marks_of(chat_ids)
            behind = [room for room, top in tops.items() if room not in marks or marks[room]["seq"] < top]
            now = behind[:ROOMS_AT_ONCE]
            if not now:
                return []
            marks = await self._begun(now, marks)
            entries = await self._above(now, marks, limit)
            reached = {ChatId(entry["chat_id"]): int(entry["seq"]) for entry in entries}
            await self._index(entries)
            await self._move(reached, marks)
        return [room for room in behind if reached.get(room, 0) < tops[room]]

    async def find(
        self, question: Question, chat_ids: Sequence[ChatId], *, before: Place | None, limit: int
    ) -> list[Place]:
        """The newest places of these rooms where the answer is, of those before ``before``; one command.

        In one room newest is by ``seq`` alone.
        """
        if question.is_empty or not chat_ids:
            return []
        is_one_room = len(chat_ids) == 1
        wanted: Document = {
            "$text": {"$search": keys(question, chat_ids)},
            "chat_id": {"$in": list(chat_ids)},
            "$and": conditions(question),
        }
        if before is not None:
            wanted["$and"].append({"seq": {"$lt": before.seq}} if is_one_room else older(before))
        with unavailable():
            found = await self._texts.find(
                wanted,
                {"_id": False, "chat_id": True, "seq": True, "sent_at": True},
                sort=[("seq", -1)] if is_one_room else [("sent_at", -1), ("chat_id", 1), ("seq", -1)],
                limit=limit,
                batch_size=limit + 1,
                max_time_ms=SEARCH_MS,
            ).to_list()
        return [Place(text["sent_at"], ChatId(text["chat_id"]), text["seq"]) for text in found]

    async def forget(self, chat_id: ChatId, seqs: Document | None = None) -> None:
        """Nothing of the room is here any more, or nothing of its places ``seqs``, as a query names them.

        For words that are not to be kept. Whoever was indexing the room just now finds that its mark has
        another epoch, and forgets what they wrote. What the log still holds is indexed anew.
        """
        begun: Document = {"epoch": _new_epoch(), **({} if seqs else {"seq": 0})}
        gone: Document = {"chat_id": chat_id, **({"seq": seqs} if seqs else {})}
        with unavailable():
            await self._durable_marks.update_one({"_id": chat_id}, {"$set": begun})
            while found := await self._durable_texts.find(
                gone, {"_id": True}, hint="place", limit=ENTRIES_AT_ONCE, batch_size=ENTRIES_AT_ONCE + 1
            ).to_list():
                await self._durable_texts.delete_many({"_id": {"$in": [text["_id"] for text in found]}})

    async def _marks_of(self, chat_ids: Sequence[ChatId]) -> dict[ChatId, Document]:
        found = await self._marks.find(
            {"_id": {"$in": list(chat_ids)}}, batch_size=len(chat_ids) + 1
        ).to_list()
        return {ChatId(mark["_id"]): mark for mark in found}

    async def _begun(self, chat_ids: Sequence[ChatId], marks: Marks) -> Marks:
        """Every room has its mark."""
        new = [room for room in chat_ids if room not in marks]
        if not new:
            return marks
        begun: list[Document] = [
            {"q": {"_id": room}, "u": {"$setOnInsert": {"seq": 0, "epoch": _new_epoch()}}, "upsert": True}
            for room in new
        ]
        await _write(self._marks, begun)
        return await self._marks_of(chat_ids)

    async def _above(self, chat_ids: Sequence[ChatId], marks: Marks, limit: int) -> list[Document]:
        """What a majority holds above the marks, by room and ``seq``."""
        above = [{"chat_id": room, "seq": {"$gt": marks[room]["seq"]}} for room in chat_ids]
        return await self._messages.find(
            above[0] if len(above) == 1 else {"$or": above},
            sort=[("chat_id", 1), ("seq", 1)], limit=limit, batch_size=limit + 1,
        ).to_list()  # fmt: skip

    async def _index(self, entries: Sequence[Document]) -> None:
        """Only what is newer than what is there is written: an old text that comes late changes nothing."""
        originals = await self._edited_elsewhere(entries)
        changes: list[Document] = [
            {
                "q": {"chat_id": chat_id, "seq": seq, "text_seq": {"$lt": saying.text_seq}},
                "u": {"$set": text_document(chat_id, saying)},
                "upsert": saying.sent_at is not None,
            }
            for (chat_id, seq), saying in sayings(entries, originals).items()
        ]
        if changes:
            await _write(self._texts, changes)

    async def _edited_elsewhere(self, entries: Sequence[Document]) -> list[Document]:
        """Of messages that are edited by these entries and are not among them, those with a file."""
        places = {(entry["chat_id"], entry["seq"]) for entry in entries}
        targets = {(entry["chat_id"], entry["target"]) for entry in entries if entry["kind"] == "edit"}
        wanted = [{"chat_id": room, "seq": seq} for room, seq in targets - places]
        if not wanted:
            return []
        found = self._messages.find({"$or": wanted}, hint="order", batch_size=len(wanted) + 1)
        return [entry async for entry in found if entry.get("attachment")]

    async def _move(self, reached: Mapping[ChatId, int], marks: Marks) -> None:
        """After the texts: a mark promises what is there. What was forgotten meanwhile is so once more."""
        moves: list[Document] = [
            {"q": {"_id": room, "epoch": marks[room]["epoch"]}, "u": {"$max": {"seq": seq}}}
            for room, seq in reached.items()
        ]
        if moves and await _write(self._marks, moves) < len(moves):
            for room, mark in (await self._marks_of(list(reached))).items():
                if mark["epoch"] != marks[room]["epoch"]:
                    await self.forget(room)


async def _write(collection: Collection, changes: list[Document]) -> int:
    """How many were there to be changed. What somebody else has written meanwhile stands."""
    try:
        answer = await write(collection, "update", updates=changes, ordered=False)
    except BulkWriteError as error:
        answer = dict(error.details or {})
        if answer["writeConcernErrors"] or any(one["code"] != DUPLICATE_KEY for one in answer["writeErrors"]):
            raise
    return int(answer["n"]) - len(answer.get("upserted", []))


def _new_epoch() -> str:
    return secrets.token_hex(8)
