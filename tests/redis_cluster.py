"""A real Redis cluster that a test may take apart: three masters, and replicas of the first if asked for."""

import time
from contextlib import ExitStack
from typing import Any, Self

from redis.connection import Connection
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from tests.ports import free_port
from tests.redis_server import RedisServer

MASTERS = 3
START_SECONDS = 30.0
NODE_TIMEOUT_MS = 1_000
"""So soon the others agree that a master is gone, and a replica of it takes over."""


def ask(node: RedisServer, *words: object) -> Any:
    """The whole of a Redis's answer to a command."""
    connection = Connection(port=node.port, protocol=2, decode_responses=True)
    try:
        connection.send_command(*words)
        return connection.read_response()
    finally:
        connection.disconnect()


class RedisCluster:
    """Masters with a third of the slots each, as long as a ``with`` block."""

    def __init__(self, replicas: int = 0) -> None:
        self.nodes: list[RedisServer] = []
        self._buses = [free_port() for _ in range(MASTERS + replicas)]
        self._moved: dict[int, RedisServer] = {}
        self._stack = ExitStack()

    @property
    def masters(self) -> list[RedisServer]:
        """Those who had the slots at first, in their order."""
        return self.nodes[:MASTERS]

    def owner(self, channel: str) -> RedisServer:
        """The master that had this channel of the tests' workers at first."""
        return self.nodes[slot_of(channel) * MASTERS // REDIS_CLUSTER_HASH_SLOTS]

    def move(self, channel: str, to: RedisServer, *, is_told_to_all: bool = True) -> None:
        """Another master has the channel's slot, given by ``redis-cli --cluster reshard``'s own commands.

        The two of them know it at once, and the others too where it ``is_told_to_all``.
        """
        slot = slot_of(channel)
        before = self._moved.get(slot, self.owner(channel))
        self._moved[slot] = to
        name = ask(to, "CLUSTER", "MYID")
        ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", ask(before, "CLUSTER", "MYID"))
        ask(before, "CLUSTER", "SETSLOT", slot, "MIGRATING", name)
        others = [node for node in self.masters if is_told_to_all and node not in {to, before}]
        for node in (to, before, *others):
            ask(node, "CLUSTER", "SETSLOT", slot, "NODE", name)

    def __enter__(self) -> Self:
        with self._stack:
            for bus in self._buses:
                arguments = ("--cluster-enabled", "yes", "--cluster-port", str(bus))
                timeout = ("--cluster-node-timeout", str(NODE_TIMEOUT_MS))
                self.nodes.append(self._stack.enter_context(RedisServer(*arguments, *timeout)))
            self._join()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _join(self) -> None:
        share = REDIS_CLUSTER_HASH_SLOTS / MASTERS
        for number, (node, bus) in enumerate(zip(self.nodes, self._buses, strict=True)):
            if number < MASTERS:
                first, end = -int(-number * share // 1), -int(-(number + 1) * share // 1)
                ask(node, "CLUSTER", "ADDSLOTSRANGE", first, end - 1)
                ask(node, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            ask(self.nodes[0], "CLUSTER", "MEET", "127.0.0.1", node.port, bus)
        self._until("cluster_state:ok", f"cluster_known_nodes:{len(self.nodes)}", f"cluster_size:{MASTERS}")
        for replica in self.nodes[MASTERS:]:
            ask(replica, "CLUSTER", "REPLICATE", ask(self.nodes[0], "CLUSTER", "MYID"))

    def _until(self, *claims: str) -> None:
        """Every node says so."""
        deadline = time.monotonic() + START_SECONDS
        while not all(claim in ask(node, "CLUSTER", "INFO") for node in self.nodes for claim in claims):
            assert time.monotonic() < deadline, "the nodes do not find each other"
            time.sleep(0.02)


def slot_of(channel: str) -> int:
    """The slot of a channel of the tests' workers."""
    return key_slot(f"test:{channel}".encode())
