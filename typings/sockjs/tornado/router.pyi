from typing import Any

from tornado.ioloop import PeriodicCallback

from .stats import StatsCollector

class _Container:
    _items: dict[str, Any]
    def add(self, session: Any) -> None: ...

class SockJSRouter:
    stats: StatsCollector
    settings: dict[str, Any]
    _sessions: _Container
    _sessions_cleanup: PeriodicCallback
    _transport_urls: list[Any]
    def __init__(self, connection: Any, prefix: str = ..., user_settings: dict[str, Any] = ...) -> None: ...
    @property
    def urls(self) -> list[Any]: ...
    def create_session(self, session_id: str, register: bool = ...) -> Any: ...
    def get_session(self, session_id: str) -> Any: ...
