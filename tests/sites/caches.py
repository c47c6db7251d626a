"""Caches that behave as caches sometimes do."""

from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.memcached import BaseMemcachedCache


class AwayCache(BaseCache):
    """A cache server that cannot be reached."""

    def __init__(self, _: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        raise ConnectionError(key and "refused")

    def set(self, key: str, value: Any, timeout: Any = None, version: int | None = None) -> None:
        raise ConnectionError(key and "refused")


class PickyCache(LocMemCache):
    """A cache that refuses a key that memcached could not keep."""

    validate_key = BaseMemcachedCache.validate_key
