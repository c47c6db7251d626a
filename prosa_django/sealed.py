"""A site's session engine with its writing hand tied and its silences made audible.

Django's engines write while they read: ``file`` deletes an expired session and makes a new one,
``cached_db`` fills the cache (and could bring back a session that is being logged out).
And ``cache`` and ``file`` take an unreachable store for an empty one.
"""

import os
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.cache.backends.base import InvalidCacheKey
from django.core.exceptions import SuspiciousOperation


@lru_cache(maxsize=4)
def sealed(engine: type[Any]) -> type[Any]:
    """``engine``, a ``SessionStore`` class, as one that only reads."""
    parts = (_SealedRows, _Sealed) if hasattr(engine, "_get_session_from_db") else (_Sealed,)
    names = {"__qualname__": engine.__qualname__, "__module__": engine.__module__}
    return type(engine.__name__, (*parts, engine), names)  # the class's name salts the signature of its data


class _ReadOnlyCache:
    """A cache that keeps what it is told not, and remembers that it could not be asked."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache
        self.outage: Exception | None = None

    def get(self, key: str) -> Any:
        try:
            return self._cache.get(key)
        except InvalidCacheKey:  # memcached's, of what a stranger has made up: no session has such a key
            raise
        except Exception as error:
            self.outage = error
            raise

    def set(self, *_: Any) -> None:
        """Keep nothing."""


class _Sealed:
    """Mixed in before an engine."""

    _cache: Any

    def __init__(self, session_key: str) -> None:
        super().__init__(session_key)  # type: ignore[call-arg]
        if hasattr(self, "_cache"):
            self._cache = _ReadOnlyCache(self._cache)

    def row_expires_at(self) -> float | None:
        """Unix seconds when the session's row ends; ``None`` where the engine keeps no rows."""
        return None

    def raise_outage(self) -> None:
        """Raise what kept the store from being read, if an empty session came of that."""
        cache = getattr(self, "_cache", None)
        if isinstance(cache, _ReadOnlyCache) and cache.outage:
            raise cache.outage
        if hasattr(self, "_key_to_file"):
            _raise_unreadable(self)

    def save(self, must_create: bool = False) -> None:
        """Write nothing."""

    def create(self) -> None:
        """Make nothing."""

    def delete(self, session_key: str | None = None) -> None:
        """Delete nothing."""

    def flush(self) -> None:
        """End nothing."""

    def cycle_key(self) -> None:
        """Move nothing."""


class _SealedRows:
    """Mixed in before ``_Sealed`` for the engines with a table: ``db``, ``cached_db``, and their heirs."""

    _row: Any = None

    def _get_session_from_db(self) -> Any:
        self._row = super()._get_session_from_db()  # type: ignore[misc]
        return self._row

    def row_expires_at(self) -> float | None:
        """Unix seconds, from the row: a second query only where a cache had answered before.

        Not ``get_expiry_date()``: of an ordinary session that is now + ``SESSION_COOKIE_AGE``.
        """
        row = self._row or self._get_session_from_db()
        ends: datetime | None = row.expire_date if row else None
        return ends.timestamp() if ends else None

    def raise_outage(self) -> None:
        """The rows have answered, whatever the cache in front of them says."""


def _raise_unreadable(store: Any) -> None:
    """Raise ``OSError`` unless the session's file is readable, or missing in a folder that exists."""
    try:
        with open(store._key_to_file(), encoding="ascii"):  # noqa: PTH123, SLF001 - Django's str
            return
    except (FileNotFoundError, SuspiciousOperation):
        os.stat(store.storage_path)  # noqa: PTH116 - a str of Django's
