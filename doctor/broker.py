"""Redis as the workers need it: what one says, another one hears. It keeps nothing for us."""

import time
from contextlib import closing
from itertools import count
from urllib.parse import urlsplit

import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import NoPermissionError, RedisError

from doctor.findings import Finding, Findings, fail, first_line, ok, warn

PATIENCE_SECONDS = 2.0
BUFFER_BYTES = 8_388_608
"""Redis's own soft limit for a subscriber: with less, a worker that is busy for a moment is cut off."""


def check(url: str, database: str, workers: int) -> Findings:
    """``database`` names the workers' channels; ``workers``: how many have to hear of each other."""
    if not url:
        yield _without(workers)
        return
    try:
        client = _client(url)
    except ValueError:
        yield fail("broker", "PROSA_REDIS_URL cannot be understood", "write it as redis://host:6379.")
        return
    with closing(client):
        try:
            client.ping()
        except (RedisError, OSError) as error:
            yield fail(
                "broker",
                f"Redis at {_place(url)} does not answer: {first_line(error)}",
                "start Redis, or set the host and password of PROSA_REDIS_URL right.",
            )
            return
        yield from _heard_all(client, url, f"prosa:{database}:doctor")
        yield _buffer(client)
        yield _kind(client)


def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, protocol=2
    )


def _without(workers: int) -> Finding:
    if workers > 1:
        return fail(
            "broker",
            f"there are {workers} workers and no PROSA_REDIS_URL: they hear of each other late",
            "name a Redis in PROSA_REDIS_URL.",
        )
    return ok("broker", "no PROSA_REDIS_URL, and one worker needs none")


def _heard_all(client: "redis.Redis", url: str, channel: str) -> Findings:
    """What is published is heard over another connection: in a cluster, by way of each of its nodes."""
    try:
        slots = client.execute_command("CLUSTER", "SLOTS")
    except (RedisError, OSError):
        yield _heard(client, channel, "")
        return
    if sum(last + 1 - first for first, last, *_ in slots) < REDIS_CLUSTER_HASH_SLOTS:
        yield fail("broker", "some slots of the cluster are nobody's", "see redis-cli --cluster check.")
    some = {_node(url, host, port): (first, last) for first, last, (host, port, *_), *_ in slots}
    for place, (first, last) in some.items():
        names = (f"{channel}:{n}" for n in count())
        own = next(name for name in names if first <= key_slot(name.encode()) <= last)
        with closing(_client(place)) as node:
            yield _heard(node, own, f" by way of {_place(place)}")


def _node(url: str, host: bytes | None, port: int) -> str:
    """The address of a node of the cluster that is at ``url``, with its password."""
    parts = urlsplit(url)
    login = "".join(parts.netloc.rpartition("@")[:2])
    name = (host or b"").decode() or parts.hostname or "localhost"
    is_socket = parts.scheme == "unix"
    return parts._replace(
        scheme="redis" if is_socket else parts.scheme,
        netloc=f"{login}[{name}]:{port}" if ":" in name else f"{login}{name}:{port}",
        path="" if is_socket else parts.path,
    ).geturl()


def _heard(client: "redis.Redis", channel: str, way: str) -> Finding:
    """``way`` names the node of a cluster that is asked; it is empty where there is only one Redis."""
    mend = (
        "let PROSA_REDIS_URL's user publish and subscribe to the channels prosa:* (ACL SETUSER … &prosa:*)"
        + ("; a cluster is to be of Redis 7, each node reached from here." if way else ".")
    )
    try:
        with closing(client.pubsub()) as listener:
            subscribe, publish = (
                (listener.ssubscribe, client.spublish) if way else (listener.subscribe, client.publish)
            )
            subscribe(channel)
            listener.get_message(timeout=PATIENCE_SECONDS)  # that it is subscribed
            began = time.monotonic()
            publish(channel, b"doctor")
            said = listener.get_message(timeout=PATIENCE_SECONDS)
            took_ms = (time.monotonic() - began) * 1000
    except (RedisError, OSError) as error:
        return fail("broker", f"publishing is refused{way}: {first_line(error)}", mend)
    if said is None or not said["type"].endswith("message"):
        return fail("broker", f"what was published{way} was not heard by another connection", mend)
    return ok("broker", f"what is published{way} is heard by another connection in {took_ms:.1f} ms")


def _buffer(client: "redis.Redis") -> Finding:
    """A subscriber that is behind by this much is cut off by Redis."""
    try:
        said = str(client.config_get("client-output-buffer-limit")["client-output-buffer-limit"])
    except (RedisError, OSError, KeyError):
        return ok("broker", "client-output-buffer-limit: this user may not ask")
    hard, soft, seconds = (int(word) for word in said.partition("pubsub ")[2].split()[:3])
    found = f"a worker may be {hard} bytes behind, or {soft} for {seconds} s (0: no limit)"
    if any(0 < limit < BUFFER_BYTES for limit in (hard, soft)):
        return warn(
            "broker",
            found,
            "CONFIG SET client-output-buffer-limit 'pubsub 32mb 8mb 60': less cuts off a busy worker.",
        )
    return ok("broker", found)


def _kind(client: "redis.Redis") -> Finding:
    try:
        said = client.info("cluster")
        is_cluster = bool(said["cluster_enabled"])
        version = client.info("server")["redis_version"]
        if is_cluster:
            client.execute_command("CLUSTER", "SLOTS")
    except (RedisError, OSError, KeyError) as error:
        if isinstance(error, NoPermissionError) and "cluster|slots" in str(error):
            return warn(
                "broker",
                "a cluster in which every node hears every notice, for its map may not be asked for",
                "let PROSA_REDIS_URL's user do so (ACL SETUSER … +cluster|slots).",
            )
        return ok("broker", "its kind: this user may not ask")
    kind = "a cluster" if is_cluster else "one server"
    return ok("broker", f"Redis {version}, {kind}; it keeps nothing, so eviction does no harm")


def _place(url: str) -> str:
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"
