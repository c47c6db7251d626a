"""One try to store some messages, and what each way it can end means for every one of them.

``BulkWriteError`` with nothing but duplicate keys says exactly what is stored. Everything else the
driver raises says nothing: the outcome is unknown, and is *settled* by reading the log for the keys.
A refusal alone is never an acknowledgement; the majority read after it is.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from pymongo.errors import BulkWriteError, PyMongoError

from prosa.models.ids import ChatId
from prosa.models.turns import Turn
from prosa.storage.database import Document
from prosa.storage.log import Log
from prosa.storage.waiting import BATCH_BYTES, Line, Waiting

DUPLICATE_KEY = 11000
PAUSE_SECONDS = 0.05
"""Between tries while the store cannot even be read."""

LANE_BATCH = 500

TakeTurn = Callable[[ChatId], AbstractAsyncContextManager[Turn]]
"""How a worker waits for its turn in a crowded room; it may be let in at any time."""

Taken = tuple[Line, list[Waiting]]
Item = tuple[Line, Waiting, Document]


class Attempts:
    """Returns when each message handed in is answered, or back at the head of its line."""

    def __init__(
        self,
        store: Log,
        *,
        turn: TakeTurn,
        crowded: Callable[[ChatId], None],
        clock: Callable[[], float],
        new_id: Callable[[], object],
    ) -> None:
        self._store = store
        self._turn = turn
        self._crowded = crowded
        self._clock = clock
        self._new_id = new_id

    async def calm(self, batch: list[Taken]) -> None:
        """All of them in one command, and what a refusal holds up in two side by side.

        Two from the start, one for rooms with one message and one for those with a short run, stored about
        a quarter less in a second (measured): a command costs three servers more than a few messages do.
        """
        if not await self._load_tops(batch):
            return
        items = self._items(batch)
        if len(items) == len(batch):
            await self._unordered(items)
            return
        rest = await self._ordered_once(items)
        lengths = Counter(line.chat_id for line, _, _ in rest)
        singles = [item for item in rest if lengths[item[0].chat_id] == 1]
        runs = [item for item in rest if lengths[item[0].chat_id] > 1]
        await asyncio.gather(self._unordered(singles), self._ordered(runs))

    async def lane(self, line: Line, taken: list[Waiting]) -> None:
        """A run of one room that has its own command, and takes turns with other workers in a crowd.

        What has queued by the time its turn has come is taken along: it is added to ``taken``.
        """
        if not line.is_crowded(self._clock()):
            await self._run(line, taken)
            return
        async with self._turn(line.chat_id) as turn:
            if turn.top is not None:
                line.reached(turn.top)
            taken += line.take(LANE_BATCH - len(taken), BATCH_BYTES - sum(one.size_bytes for one in taken))
            await self._run(line, taken)
            turn.top = line.top

    async def _run(self, line: Line, taken: list[Waiting]) -> None:
        if await self._load_tops([(line, taken)]):
            await self._ordered(self._items([(line, taken)]))

    async def _load_tops(self, batch: list[Taken]) -> bool:
        unknown = {line.chat_id for line, _ in batch if line.top is None}
        if not unknown:
            return True
        try:
            tops = await self._store.tops(unknown)
        except PyMongoError:
            await asyncio.sleep(PAUSE_SECONDS)
            for line, taken in batch:
                line.put_back(taken)
            return False
        for line, _ in batch:
            line.reached(tops.get(line.chat_id, 0))
        return True

    def _items(self, batch: Iterable[Taken]) -> list[Item]:
        return [
            (line, message, document)
            for line, taken in batch
            for message, document in zip(taken, line.numbered(taken, self._new_id), strict=True)
        ]

    async def _unordered(self, items: list[Item]) -> None:
        """A refusal in one room does not touch another. No room is in it twice."""
        if not items:
            return
        try:
            await self._store.insert([document for _, _, document in items], ordered=False)
        except BulkWriteError as error:
            refusals = _refusals(error)
            if refusals is None:
                await self._settle(items)
                return
            _stored(item for index, item in enumerate(items) if index not in refusals)
            known = [item for index, item in enumerate(items) if refusals.get(index) == "once"]
            for index, refusal in refusals.items():
                if refusal == "order":
                    line, message, _ = items[index]
                    self._lost(line)
                    line.put_back([message])
            await self._acknowledge(known)
        except PyMongoError:
            await self._settle(items)
        else:
            _stored(items)

    async def _ordered(self, items: list[Item]) -> None:
        """Stops at the first refusal, so that it leaves no hole; the rest is sent again without it."""
        while items:
            items = await self._ordered_once(items)

    async def _ordered_once(self, items: list[Item]) -> list[Item]:
        """What of ``items`` is to be sent again at once, after a refusal before it."""
        try:
            await self._store.insert([document for _, _, document in items], ordered=True)
        except BulkWriteError as error:
            refusals = _refusals(error)
            if refusals:
                index, refusal = next(iter(refusals.items()))
                _stored(items[:index])
                return await self._without(items[index], items[index + 1 :], refusal)
            await self._settle(items)
        except PyMongoError:
            await self._settle(items)
        else:
            _stored(items)
        return []

    async def _without(self, refused: Item, rest: list[Item], refusal: str) -> list[Item]:
        """What of ``rest`` can be sent again at once after ``refused`` was."""
        line, message, _ = refused
        later = [item for item in rest if item[0] is line]
        others = [item for item in rest if item[0] is not line]
        if refusal == "once" and await self._acknowledge([refused], later):
            return self._items([(line, [item[1] for item in later])] if later else []) + others
        if refusal == "order":
            self._lost(line)
            line.put_back([message, *(item[1] for item in later)])
        return others

    def _lost(self, line: Line) -> None:
        if line.lost(self._clock()):
            self._crowded(line.chat_id)

    async def _acknowledge(self, known: list[Item], later: Iterable[Item] = ()) -> bool:
        """Messages whose key is taken have their first answer again; false if one cannot be read yet.

        What cannot be read yet goes back to the head, with ``later`` behind it.
        """
        if not known:
            return True
        try:
            found = await self._store.find(message.key for _, message, _ in known)
        except PyMongoError:
            found = {}
            await asyncio.sleep(PAUSE_SECONDS)
        for line, message, _ in known:
            original = found.get(message.key)
            if original is None:
                line.top = None
                line.put_back([message, *(item[1] for item in later)])
            else:
                line.reached(original["seq"])
                message.stored(original)
        return len(found) == len(known)

    async def _settle(self, items: list[Item]) -> None:
        """The outcome is unknown: what is in the log is acknowledged, the rest is tried again."""
        try:
            found = await self._store.find(message.key for _, message, _ in items)
        except PyMongoError:
            found = {}
            await asyncio.sleep(PAUSE_SECONDS)
        missing: dict[Line, list[Waiting]] = {}
        for line, message, _ in items:
            line.top = None
            original = found.get(message.key)
            if original is None:
                missing.setdefault(line, []).append(message)
            else:
                message.stored(original)
        for line, messages in missing.items():
            line.put_back(messages)


def _stored(items: Iterable[Item]) -> None:
    for line, message, document in items:
        line.reached(document["seq"])
        line.losses = 0
        message.stored(document)


def _refusals(error: BulkWriteError) -> dict[int, str] | None:
    """Which documents were refused, by which index; ``None`` where the outcome is unknown.

    ``details`` carries whole documents: it is not for the log.
    """
    details: Mapping[str, Any] = error.details or {}
    failures = details.get("writeErrors", [])
    if details.get("writeConcernErrors") or not failures:
        return None
    if any(failure["code"] != DUPLICATE_KEY for failure in failures):
        return None
    return {failure["index"]: "order" if "seq" in failure["keyPattern"] else "once" for failure in failures}
