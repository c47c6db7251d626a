"""What the driver tells of itself, as numbers: how long MongoDB takes, and how full the pools are.

Called on the driver's threads, of which there are many.
"""

from pymongo import monitoring

from prosa import metrics

MICROSECOND = 1e-6

OPEN = metrics.MONGO_POOL.labels("open")
IN_USE = metrics.MONGO_POOL.labels("in_use")


class Commands(monitoring.CommandListener):
    """Every command is measured, and every one that fails is counted."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Its failures are shown from now on: Prometheus sees no increase in a series that is new."""
        metrics.MONGO_FAILURES.labels(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """It took so long."""
        metrics.MONGO.labels(event.command_name).observe(event.duration_micros * MICROSECOND)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It was refused, or never answered."""
        metrics.MONGO_FAILURES.labels(event.command_name).inc()


class Pools(monitoring.ConnectionPoolListener):
    """What is open, in use and waited for, over the pools of all members of the set."""

    def pool_created(self, _: object) -> None:
        """Nothing is open yet."""

    def pool_ready(self, _: object) -> None:
        """Nothing is open yet."""

    def pool_cleared(self, _: object) -> None:
        """Each connection is told of when it is closed."""

    def pool_closed(self, _: object) -> None:
        """Each connection is told of when it is closed."""

    def connection_created(self, _: object) -> None:
        """One more is being opened; where that fails it is said to be closed."""
        OPEN.inc()

    def connection_ready(self, _: object) -> None:
        """It is open already in our eyes."""

    def connection_closed(self, _: object) -> None:
        """One less."""
        OPEN.dec()

    def connection_check_out_started(self, _: object) -> None:
        """A command wants a connection."""
        metrics.MONGO_WAITING.inc()

    def connection_check_out_failed(self, _: object) -> None:
        """It did not get one."""
        metrics.MONGO_WAITING.dec()

    def connection_checked_out(self, _: object) -> None:
        """It has one."""
        metrics.MONGO_WAITING.dec()
        IN_USE.inc()

    def connection_checked_in(self, _: object) -> None:
        """It has given it back."""
        IN_USE.dec()
