"""The background work of one worker: every task has an owner, a name and an end."""

import asyncio
import logging
from collections.abc import Coroutine

log = logging.getLogger(__name__)

SHARE = 19
REST_MAX_SECONDS = 5.0
"""What can wait leaves the store to what people wait for: it takes one part of the time in twenty."""


class Tasks:
    """Owns what runs beside the commands: hole filling, checks, notices of presence."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run ``work`` until it ends or the worker closes; a failure is logged, never lost."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task_failed name=%s", task.get_name(), exc_info=task.exception())

    async def finished(self, name: str, seconds: float) -> None:
        """Every task of this name has ended by itself, or ``seconds`` have passed."""
        running = [task for task in self._running if task.get_name() == name]
        if running:
            await asyncio.wait(running, timeout=seconds)

    async def close(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def rest(worked_seconds: float) -> None:
    """Let others have the store for a while, after so long a piece of work that nobody waits for."""
    await asyncio.sleep(min(worked_seconds * SHARE, REST_MAX_SECONDS))
