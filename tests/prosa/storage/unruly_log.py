"""A store that fails in the ways a mongod cannot be told to, and notices a hole as it is made.

The only pretended store of all tests: ``insert`` may succeed, succeed and lose the answer, fail, fail and
succeed later, or stop half way, as a seeded generator says. Its rules are those of the two unique indexes.
"""

import asyncio
import random
from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence

from pymongo.errors import AutoReconnect, BulkWriteError, NetworkTimeout

from prosa.models.ids import ChatId
from prosa.storage.database import Document
from prosa.storage.log import Key

LATE_SECONDS = 0.2
NAMES = {"once": ("chat_id", "author_id", "client_id"), "order": ("chat_id", "seq")}


class UnrulyLog:
    """One log that several committers write, each of which believes to be alone with it."""

    def __init__(self, seed: int, *, trouble: float) -> None:
        self.by_key: dict[Key, Document] = {}
        self.by_place: dict[tuple[ChatId, int], Document] = {}
        self.holes: list[tuple[ChatId, int]] = []
        self.inserts = 0
        self._trouble = trouble
        self._random = random.Random(seed)

    async def insert(self, documents: Sequence[Document], *, ordered: bool) -> None:
        self.inserts += 1
        await self._latency()
        kind = (
            self._random.choice(["lost", "late", "refused", "half", "unsafe"])
            if self._is_trouble()
            else "fine"
        )
        if kind == "refused":
            raise NetworkTimeout("never sent")
        if kind == "late":
            seconds = self._random.uniform(0, LATE_SECONDS)
            asyncio.get_running_loop().call_later(seconds, lambda: self._apply(documents, ordered=ordered))
            raise NetworkTimeout("sent, and executed later")
        if kind == "half":
            self._apply(documents[: self._random.randrange(len(documents) + 1)], ordered=ordered)
            raise AutoReconnect("died in the middle")
        failures = self._apply(documents, ordered=ordered)
        await self._latency()
        if kind == "lost":
            raise AutoReconnect("done, but the answer was lost")
        if kind == "unsafe":
            raise BulkWriteError({"writeErrors": failures, "writeConcernErrors": [{"code": 64}]})
        if failures:
            raise BulkWriteError({"writeErrors": failures, "writeConcernErrors": []})

    async def find(self, keys: Iterable[Key]) -> dict[Key, Document]:
        wanted = list(keys)
        await self._latency()
        if self._is_trouble():
            raise AutoReconnect("not read")
        return {key: self.by_key[key] for key in wanted if key in self.by_key}

    async def tops(self, chat_ids: Several[ChatId]) -> dict[ChatId, int]:
        await self._latency()
        if self._is_trouble():
            raise AutoReconnect("not read")
        found = {chat_id: self.log_of(chat_id) for chat_id in chat_ids}
        await self._latency()
        return {chat_id: log[-1]["seq"] for chat_id, log in found.items() if log}

    def log_of(self, chat_id: ChatId) -> list[Document]:
        log: list[Document] = []
        while (chat_id, len(log) + 1) in self.by_place:
            log.append(self.by_place[chat_id, len(log) + 1])
        return log

    def _apply(self, documents: Sequence[Document], *, ordered: bool) -> list[Document]:
        failures: list[Document] = []
        for index, document in enumerate(documents):
            key = Key(document["chat_id"], document["author_id"], document["client_id"])
            place = (document["chat_id"], document["seq"])
            broken = "once" if key in self.by_key else "order" if place in self.by_place else None
            if broken is not None:
                failures.append(
                    {"index": index, "code": 11000, "keyPattern": dict.fromkeys(NAMES[broken], 1)}
                )
                if ordered:
                    break
                continue
            if place[1] > 1 and (place[0], place[1] - 1) not in self.by_place:
                self.holes.append(place)
            self.by_key[key] = self.by_place[place] = document
        return failures

    def _is_trouble(self) -> bool:
        return self._random.random() < self._trouble

    async def _latency(self) -> None:
        await asyncio.sleep(self._random.expovariate(1000))
