"""Everything that is counted and measured, by name: what ``/metrics`` shows to Prometheus.

One process is one worker, and these are the process's, as its log is; tests that put several workers
into one read differences. No label says who, where or what: only words that our own code knows.
``docs/operations.md`` says how they are read.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

disable_created_metrics()  # a moment of birth for every series, which nobody asks for

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds, for what is done within this machine or a rack."""
PATIENT = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, for what people wait for."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)

COMMANDS = Counter(
    "prosa_commands",
    "Inner messages received from browsers over SockJS, by what they ask; none where it is nothing of ours.",
    ["command"],
    registry=REGISTRY,
)
STORED = Counter(
    "prosa_messages_stored",
    "Messages that this worker has stored, each once, by whatever way they came.",
    registry=REGISTRY,
)
DUPLICATES = Counter(
    "prosa_duplicates_suppressed",
    "Messages that were stored already when they came again, and were answered as the first time.",
    registry=REGISTRY,
)
DELIVERED = Counter(
    "prosa_messages_delivered",
    "Messages times the connections that were in their room here when they were told.",
    registry=REGISTRY,
)
REFUSALS = Counter(
    "prosa_refusals",
    "What was refused, by the code of docs/protocol.md, over the socket or over HTTP.",
    ["way", "code"],
    registry=REGISTRY,
)
UPLOADS = Counter(
    "prosa_uploads",
    "Files that have come whole, by what became of them: kept, or the code of what was wrong with them.",
    ["outcome"],
    registry=REGISTRY,
)
SEND_TO_ACK = Histogram(
    "prosa_send_to_ack_seconds",
    "From a send of a person, over the socket or by a form, being begun to its ack being handed over.",
    buckets=PATIENT,
    registry=REGISTRY,
)
SEND_TO_DELIVER = Histogram(
    "prosa_send_to_deliver_seconds",
    "From the moment that a message bears to its being handed to this worker's connections in the room, once"
    " a room. Left out: imported messages, and those that were missed and read. The clocks may be two"
    " machines': less than nothing is nothing.",
    buckets=PATIENT,
    registry=REGISTRY,
)
BATCH = Histogram(
    "prosa_batch_messages",
    "Messages in one insert command; what is tried again is counted again.",
    buckets=SIZES,
    registry=REGISTRY,
)
RECOVERIES = Counter(
    "prosa_recoveries",
    "Joins that said how far they had got: recovered, or the newest page because too_much was missed,"
    " some of it is kept no longer (removed), or they spoke of another_log.",
    ["outcome"],
    registry=REGISTRY,
)
HOLES = Counter(
    "prosa_holes_repaired",
    "Stretches of a room that were missing and were read from the store; a notice or the watch found them.",
    ["found_by"],
    registry=REGISTRY,
)
IDENTITY = Counter(
    "prosa_identity_lookups",
    "Session keys that the site was asked about: somebody, nobody, or unknown because it could not say.",
    ["outcome"],
    registry=REGISTRY,
)
LOOP_LAG = Histogram(
    "prosa_loop_lag_seconds",
    "How much later than it was due a timer of the event loop was served.",
    buckets=FAST,
    registry=REGISTRY,
)
REDIS = Histogram(
    "prosa_redis_seconds",
    "From writing a batch of notices, or a ping, to Redis having answered all of it.",
    buckets=FAST,
    registry=REGISTRY,
)
REDIS_CONNECTIONS = Gauge(
    "prosa_redis_connections",
    "Connections to Redis that answer (out, in: one each, and to each node of a cluster),"
    " or wait for a turn in a crowded room (turns).",
    ["way"],
    registry=REGISTRY,
)
TURNS = Counter(
    "prosa_turns",
    "Turns in crowded rooms: given by another worker, taken because none came in time, or off without Redis.",
    ["outcome"],
    registry=REGISTRY,
)
MONGO = Histogram(
    "prosa_mongo_seconds",
    "Commands that MongoDB answered, as the driver measures them.",
    ["command"],
    buckets=FAST,
    registry=REGISTRY,
)
MONGO_FAILURES = Counter(
    "prosa_mongo_failures",
    "Commands that MongoDB refused or did not answer.",
    ["command"],
    registry=REGISTRY,
)
MONGO_POOL = Gauge(
    "prosa_mongo_pool_connections",
    "Connections of the driver's pools: open, and of these in_use.",
    ["state"],
    registry=REGISTRY,
)
MONGO_WAITING = Gauge(
    "prosa_mongo_pool_waiting",
    "Commands that wait for a connection of a pool.",
    registry=REGISTRY,
)

for counter, words in (
    (RECOVERIES, ("recovered", "too_much", "another_log")),
    (HOLES, ("notice", "watch")),
    (IDENTITY, ("somebody", "nobody", "unknown")),
    (TURNS, ("given", "taken", "off")),
    (UPLOADS, ("kept", "unsupported_type", "too_large", "malformed")),
):
    for word in words:
        counter.labels(word)  # there from the start: Prometheus sees no increase in a series that is new
for way in ("socket", "http"):
    for code in ("internal", "retry", "unavailable"):
        REFUSALS.labels(way, code)


class Lines(Protocol):
    """The browsers' connections of one worker, as it knows them when it is asked."""

    @property
    def closes(self) -> Mapping[tuple[int, str], int]:
        """How many have been closed so far, by close code and reason."""

    def open_by_transport(self) -> Mapping[str, int]:
        """How many are open, for every transport."""

    def queued_bytes(self) -> int:
        """What waits for all of their readers."""


class _Now(Collector):
    """What is read from the connections themselves, and kept nowhere else."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def collect(self) -> Iterator[Metric]:
        """Everything as it is at this moment."""
        connections = GaugeMetricFamily(
            "prosa_connections", "Open SockJS sessions, by transport.", labels=["transport"]
        )
        for transport, count in self._lines.open_by_transport().items():
            connections.add_metric([transport], count)
        yield connections
        yield GaugeMetricFamily(
            "prosa_queue_bytes",
            "Bytes that wait for the readers of all connections.",
            value=self._lines.queued_bytes(),
        )
        closes = CounterMetricFamily(
            "prosa_closes", "Sessions closed, by close code and reason.", labels=["code", "reason"]
        )
        for (code, reason), count in self._lines.closes.items():
            closes.add_metric([str(code), reason], count)
        yield closes


def text(lines: Lines) -> bytes:
    """All numbers of this process, and of the connections of one worker, as Prometheus reads them."""
    return generate_latest(REGISTRY) + generate_latest(_Now(lines))
