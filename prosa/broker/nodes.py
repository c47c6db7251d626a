"""Which Redis a channel belongs to: the only one there is, or that node of a cluster which has its slot.

It is found out at the start, and again whenever a node refuses a slot or is silent, until all slots are
answered for. A node does not know that what it says is old: so each time another one is asked.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable
from random import Random

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import RedisError

from prosa.broker.link import BACKOFF_SECONDS
from prosa.broker.node import Node
from prosa.broker.server import Address, Server
from prosa.broker.slots import Slots, slots

log = logging.getLogger(__name__)

ASK_SECONDS = 1.0
"""How soon a silent node is noticed, and how often at least it is then asked who has its slots."""


class Nodes:
    """Every Redis that a worker speaks to, and the channels that it wants of them.

    ``reconnected`` is called after each connecting to any of them, and after channels have moved.
    """

    def __init__(
        self,
        url: str,
        *,
        heard: Callable[[bytes, bytes], None],
        reconnected: Callable[[], None],
        chance: Random,
        clock: Callable[[], float],
    ) -> None:
        self._server = Server.of(url)
        self._heard = heard
        self._reconnected = reconnected
        self._chance = chance
        self._clock = clock
        self._home = self._node(self._server, is_sharded=False)
        self._nodes: dict[Address, Node] = {}
        self._owners = [self._home] * REDIS_CLUSTER_HASH_SLOTS
        self._owning = {self._home}
        self._wanted: dict[int, set[bytes]] = {}
        self._refused: set[int] = set()
        self._is_refused = asyncio.Event()
        self._have_moved = False
        self._is_known_down = False
        self._turns = itertools.count()
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def are_up(self) -> bool:
        """Whether every slot is known to be somebody's, and all of those have answered lately.

        What is nobody's is at home, which is connected to only where there is no cluster.
        """
        return all(node.is_up for node in self._owning)

    @property
    def dropped(self) -> int:
        """How many notices nobody was told of."""
        return sum(node.outgoing.dropped for node in (self._home, *self._nodes.values()))

    def owner(self, key: bytes) -> Node:
        """Who has this channel or key, as far as is known."""
        return self._owners[key_slot(key)] if self._nodes else self._home

    def want(self, channel: bytes) -> None:
        """It is subscribed to, whoever has it now or later."""
        self._wanted.setdefault(key_slot(channel), set()).add(channel)
        self.owner(channel).incoming.want(channel)

    def unwant(self, channel: bytes) -> None:
        """It is no longer subscribed to."""
        slot = key_slot(channel)
        others = self._wanted.pop(slot, set()) - {channel}
        if others:
            self._wanted[slot] = others
        self.owner(channel).incoming.unwant(channel)

    async def run(self) -> None:
        """Be connected to whoever has a slot. Returns once the Redis is found to be of no cluster."""
        asked = 0
        while True:
            if self.are_up and not self._refused:
                asked = 0
                self._tell_moved()
                await self._refusal(ASK_SECONDS)
                continue
            asking = self._somebody()
            try:
                found = await slots(asking.make)
            except (RedisError, OSError) as error:
                self._log_down(asking, error)
            else:
                self._is_known_down = False
                if found is not None:
                    self._settle(found)
                elif not self._nodes:
                    self._home.start(self._heard, self._reconnected)
                    return
            asked += 1
            longest = min(ASK_SECONDS, BACKOFF_SECONDS * 2.0 ** min(asked, 10))
            await asyncio.sleep(longest * self._chance.uniform(0.5, 1.0))

    async def close(self) -> None:
        """What waits has been written, if it is taken within a second; then nothing runs any more."""
        nodes = (self._home, *self._nodes.values())
        await asyncio.gather(*(node.close() for node in nodes), *self._leaving)

    def _node(self, server: Server, *, is_sharded: bool) -> Node:
        return Node(server, is_sharded=is_sharded, moved=self._doubt, chance=self._chance, clock=self._clock)

    def _doubt(self, slot: int) -> None:
        """Somebody has refused what belongs to this slot."""
        self._refused.add(slot)
        self._is_refused.set()

    async def _refusal(self, seconds: float) -> None:
        """Something has been refused, or ``seconds`` have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_refused.wait()
        self._is_refused.clear()

    def _somebody(self) -> Node:
        """One to ask: one after the other of those who answer, or of all."""
        known = [node for node in self._nodes.values() if node.is_up] or [self._home, *self._nodes.values()]
        return known[next(self._turns) % len(known)]

    def _settle(self, found: Slots) -> None:
        """Everything is with whoever has it by this map; what was refused is asked for again.

        What it does not mention stays where it is: a node that has just come back may know of nobody.
        Whoever has nothing any more is taken leave of.
        """
        owners = self._owners.copy()
        for first, last, address in found:
            owners[first : last + 1] = [self._met(address)] * (last - first + 1)
        for slot, channels in self._wanted.items():
            if owners[slot] is not self._owners[slot] or slot in self._refused:
                self._have_moved = True
                for channel in channels:
                    self._owners[slot].incoming.forget(channel)
                    owners[slot].incoming.want(channel)
        self._refused.clear()
        self._owners, self._owning = owners, set(owners)
        for address, node in tuple(self._nodes.items()):
            if node not in self._owning:
                log.info("redis_node_left node=%s", node.name)
                leaving = asyncio.get_running_loop().create_task(self._nodes.pop(address).close())
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)

    def _met(self, address: Address) -> Node:
        """The node there, connected to from now on."""
        if address not in self._nodes:
            node = self._nodes[address] = self._node(self._server.at(address), is_sharded=True)
            node.start(self._heard, self._reconnected)
        return self._nodes[address]

    def _tell_moved(self) -> None:
        """All is settled: what was said while channels moved may have been missed."""
        if self._have_moved:
            self._have_moved = False
            self._reconnected()

    def _log_down(self, node: Node, error: Exception) -> None:
        """Once for each outage."""
        if not self._is_known_down:
            log.warning("redis_down way=slots node=%s error=%s %s", node.name, type(error).__name__, error)
        self._is_known_down = True
