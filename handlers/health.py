"""``/healthz``: the process answers. ``/readyz``: it can serve. ``/metrics``: what it has done.

nginx leads to none of them: they are asked on this machine.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import tornado.web

from prosa.metrics import CONTENT_TYPE
from prosa.models.errors import UnavailableError


class Healthz(tornado.web.RequestHandler):
    """For supervisor and people: is the loop turning."""

    def get(self) -> None:
        """Answer 200, whatever the store does."""
        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok"})


class Readyz(tornado.web.RequestHandler):
    """For nginx and deploys: is there anything that keeps this worker from serving."""

    def initialize(
        self,
        ping: Callable[[], Awaitable[None]],
        is_draining: Callable[[], bool],
        is_redis_up: Callable[[], bool] | None,
    ) -> None:
        """Receive the questions to the store and the bus, from ``routes.py``."""
        self._ping = ping
        self._is_draining = is_draining
        self._is_redis_up = is_redis_up

    async def get(self) -> None:
        """Answer 200, or 503 with what is missing. Without Redis everything is served, only later."""
        self.set_header("Cache-Control", "no-store")
        if self._is_draining():
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            self.write({"status": "draining"})
            return
        try:
            await self._ping()
        except UnavailableError:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            self.write({"status": "unavailable", "store": "unreachable"})
            return
        answer = {"status": "ok"}
        if self._is_redis_up is not None:
            answer["redis"] = "up" if self._is_redis_up() else "down"
        self.write(answer)


class Metrics(tornado.web.RequestHandler):
    """For Prometheus: the numbers of this worker."""

    def initialize(self, metrics: Callable[[], bytes]) -> None:
        """Receive what brings them together, from ``routes.py``."""
        self._metrics = metrics

    def get(self) -> None:
        """Answer with all of them as they are now, also while draining."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", CONTENT_TYPE)
        self.write(self._metrics())
