"""Is this message in the log already? Asked before every send, so asked for many at a time."""

import asyncio

from prosa.models.errors import UnavailableError
from prosa.storage.database import Document
from prosa.storage.log import Key, Log
from prosa.storage.translation import RETRY_AFTER_MS, unavailable

AT_ONCE = 200
WAITING = 10_000


class Lookups:
    """While one question is on its way the others queue, and go together in the next one."""

    def __init__(self, store: Log) -> None:
        self._store = store
        self._waiting: dict[Key, asyncio.Future[Document | None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def find(self, key: Key) -> Document | None:
        """The stored message of this key, as a majority holds it. Raises ``UnavailableError``."""
        future = self._waiting.get(key)
        if future is None:
            if len(self._waiting) >= WAITING:
                raise UnavailableError(retry_after_ms=RETRY_AFTER_MS)
            loop = asyncio.get_running_loop()
            future = self._waiting[key] = loop.create_future()
            if self._task is None:
                self._task = loop.create_task(self._ask())
        return await asyncio.shield(future)

    async def close(self) -> None:
        """What is being asked is answered first: the driver bounds how long that takes."""
        if self._task is not None:
            await self._task

    async def _ask(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[:AT_ONCE]
                futures = {key: self._waiting.pop(key) for key in keys}
                try:
                    with unavailable():
                        found = await self._store.find(keys)
                except UnavailableError as error:
                    for future in futures.values():
                        future.set_exception(error)
                        future.exception()
                else:
                    for key, future in futures.items():
                        future.set_result(found.get(key))
        finally:
            self._task = None
