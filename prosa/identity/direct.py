"""The site's own session engine, user model and keys, in this process.

For a site that shares our virtual environment, chosen by ``DJANGO_SETTINGS_MODULE``. How a session
is read is in ``prosa_django``, as it is where the site is asked; how Django is started, in ``site.py``.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from prosa.identity import site
from prosa.models.errors import IdentityUnknownError
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person

_logger = logging.getLogger(__name__)

_CHUNK = 25
"""Credentials one thread reads in one go: 20-40 ms, so that a large batch leaves room for a new arrival."""
_WAITING_MAX = 2_000


class Direct:
    """Tells whose a credential is, by reading what the site itself reads. Never writes.

    Each of the ``threads`` holds one connection to the site's database, opened and closed by the
    site's own rule. With Django's default, ``CONN_MAX_AGE = 0``, every lookup connects anew: measured,
    9.6 ms in place of 1.6 on PostgreSQL, 1.3 in place of 0.8 on SQLite. Give the process that runs Prosa
    ``CONN_MAX_AGE = 60`` with ``CONN_HEALTH_CHECKS = True`` (the site's own processes may differ);
    count ``threads`` connections a worker into the database's limit. Behind a pooler the default is fine.

    Starts Django (0.2 s and more with the site's size), so build it before there is anybody to keep
    waiting. Raises ``site.SiteError`` where that fails.
    """

    def __init__(self, *, threads: int = 2, timeout_seconds: float = 5.0) -> None:
        site.start()
        from django.conf import settings  # noqa: PLC0415 - only where there is a site
        from django.shortcuts import resolve_url  # noqa: PLC0415

        from prosa_django.people import people_of  # noqa: PLC0415

        self.cookie_name: str = settings.SESSION_COOKIE_NAME
        """The site's ``SESSION_COOKIE_NAME``."""
        login = str(settings.LOGIN_URL)
        self.login_url: str = login if login.startswith(("/", "http")) else resolve_url(login)
        """The site's ``LOGIN_URL``, resolved where it is the name of a view."""
        self._people_of = people_of
        self._timeout_seconds = timeout_seconds
        self._pool = ThreadPoolExecutor(threads, "prosa-identity")
        self._threads = threads
        self._free: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._waiting = 0

    async def identify(self, credentials: Sequence[Credential]) -> list[Person | IdentityUnknownError | None]:
        """For each credential, in order, its person or ``None`` for nobody.

        An account on which the site's code fails has the error in its place. Raises ``IdentityUnknownError``
        for all of them where the site's database or cache fails, or takes longer than ``timeout_seconds``:
        keep whom you have, refuse whom you have not.
        """
        distinct = list(dict.fromkeys(credentials))
        chunks = [distinct[at : at + _CHUNK] for at in range(0, len(distinct), _CHUNK)]
        found: dict[Credential, Person | IdentityUnknownError | None] = {}
        for chunk, people in zip(chunks, await asyncio.gather(*map(self._read, chunks)), strict=True):
            found.update(zip(chunk, people, strict=True))
        return [found[one] for one in credentials]

    async def _read(self, credentials: list[Credential]) -> list[Person | IdentityUnknownError | None]:
        if self._waiting >= _WAITING_MAX:
            raise IdentityUnknownError(detail="overloaded")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._timeout_seconds):
                free = self._free_threads()
                await free.acquire()
                return [_answer(one) for one in await asyncio.wrap_future(self._start(credentials, free))]
        except IdentityUnknownError:
            raise
        except Exception as error:  # the site's own code may raise anything, and none of it means nobody
            raise _unknown(error) from error
        finally:
            self._waiting -= 1

    def _free_threads(self) -> asyncio.Semaphore:
        """One count for each loop that asks: a semaphore belongs to the loop that first waited on it."""
        loop = asyncio.get_running_loop()
        if self._free is None or self._free[0] is not loop:
            self._free = loop, asyncio.Semaphore(self._threads)
        return self._free[1]

    def _start(self, credentials: list[Credential], free: asyncio.Semaphore) -> Future[list[Any]]:
        """Hand ``credentials`` to a free thread; it counts as free again only when it has really finished.

        So nothing queues behind a thread that hangs in a dead connection: callers time out instead.
        """
        loop = asyncio.get_running_loop()
        try:
            job = self._pool.submit(self._people_of, [(one.kind, one.secret) for one in credentials])
        except RuntimeError:  # closed
            free.release()
            raise

        def release(_: Future[list[Any]]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended before the thread
                loop.call_soon_threadsafe(free.release)

        job.add_done_callback(release)
        return job

    def close(self) -> None:
        """Nothing new is read; a lookup under way ends by itself, unheard."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _answer(found: Any) -> Person | IdentityUnknownError | None:
    """What ``prosa_django`` has found, in our own terms."""
    if found is None:
        return None
    if isinstance(found, Exception):
        return _unknown(found)
    return Person(user_id=UserId(found.user_id), name=found.name, expires_at=found.expires_at)


def _unknown(error: Exception) -> IdentityUnknownError:
    name = type(error).__name__
    _logger.warning("The site cannot be asked who is who: %s", name)
    return IdentityUnknownError(detail=name)
