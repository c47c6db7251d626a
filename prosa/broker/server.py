"""Where a Redis is and how it is connected to, as ``PROSA_REDIS_URL`` says."""

from typing import Any, Self

from redis.asyncio.connection import ConnectionPool, parse_url

from prosa.broker.link import ANSWER_SECONDS

Address = tuple[str, int]


class Server:
    """A Redis that may be connected to."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    @classmethod
    def of(cls, url: str) -> Self:
        """The one of this address: ``redis://``, ``rediss://`` or ``unix://``, otherwise ``ValueError``."""
        return cls(dict(parse_url(url)))

    @property
    def name(self) -> str:
        """What it is called in the log; no password is in it."""
        if "path" in self._options:
            return str(self._options["path"])
        return f"{self._options.get('host', 'localhost')}:{self._options.get('port', 6379)}"

    def at(self, address: Address) -> Self:
        """Another one of its cluster: with the same user, password and certificates."""
        options = dict(self._options)
        if "path" in options:
            del options["path"], options["connection_class"]
        return type(self)({**options, "host": address[0], "port": address[1]})

    def pool(self, **options: Any) -> ConnectionPool:
        """Connections to it; what its address says goes before ``options``."""
        return ConnectionPool(
            **{"socket_connect_timeout": ANSWER_SECONDS, "protocol": 2, **options, **self._options}
        )
