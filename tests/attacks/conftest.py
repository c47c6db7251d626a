"""What is attacked: the whole service as the journeys have it, and the SockJS server alone."""

from tests.handlers.sockjs.conftest import place
from tests.journeys.conftest import identity, start

__all__ = ["identity", "place", "start"]
