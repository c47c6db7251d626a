"""Questions of many people to the store, asked together: while one is on its way the others queue."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from prosa.models.errors import UnavailableError
from prosa.storage.translation import RETRY_AFTER_MS, unavailable

AT_ONCE = 200
WAITING = 10_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Ask = Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]
"""Answers many keys at once; what it knows nothing of, it leaves out."""


class Together(Generic[K, V]):
    """An answer was read after the question was put: nothing older is ever given, and nothing is kept."""

    def __init__(self, ask: Ask[K, V]) -> None:
        self._ask = ask
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """What is known of ``key``. Raises ``UnavailableError``, and what ``ask`` raises besides."""
        future = self._waiting.get(key)
        if future is None:
            if len(self._waiting) >= WAITING:
                raise UnavailableError(retry_after_ms=RETRY_AFTER_MS)
            loop = asyncio.get_running_loop()
            future = self._waiting[key] = loop.create_future()
            if self._task is None:
                self._task = loop.create_task(self._ask_for_all(), name="asked together")
        return await asyncio.shield(future)

    async def close(self) -> None:
        """What is being asked is answered first: the driver bounds how long that takes."""
        if self._task is not None:
            await self._task

    async def _ask_for_all(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[:AT_ONCE]
                futures = {key: self._waiting.pop(key) for key in keys}
                try:
                    with unavailable():
                        found = await self._ask(keys)
                except Exception as error:  # noqa: BLE001 - each of those who asked is told, and nobody waits on
                    for future in futures.values():
                        future.set_exception(error)
                        future.exception()
                else:
                    for key, future in futures.items():
                        future.set_result(found.get(key))
        finally:
            self._task = None
