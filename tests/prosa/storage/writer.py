"""A worker that does nothing but write: told where, it says on stdout what was acknowledged.

``python -m tests.prosa.storage.writer URI DATABASE NAME AUTHORS [REDIS]``: so many authors speak in room
``7`` without end, and every line is ``<client_id> <seq>``. With a Redis it tells the other writers what it
stored, and takes turns with them.
"""

import asyncio
import random
import sys
import time

from prosa.broker.broker import Broker
from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.broker.redis import RedisBroker
from prosa.models.ids import ChatId
from prosa.storage.database import Database
from prosa.storage.messages import Messages
from tests.prosa.storage.drafts import a_draft

ROOM = ChatId("7")
CROWDED = b"crowded"


def a_broker(redis: str) -> Broker:
    if not redis:
        return MemoryBroker(MemoryBus())
    return RedisBroker(redis, prefix="writers:", chance=random.Random(), clock=time.monotonic)


async def write(uri: str, name: str, writer: str, authors: int, redis: str = "") -> None:
    broker = a_broker(redis)
    messages = Messages(await Database.open(uri, name), turn=broker.turn)

    def heard(_channel: str, notice: bytes) -> None:
        if notice == CROWDED:
            messages.crowd(ROOM)
        else:
            messages.heard(ROOM, int(notice))

    async def speak(author: str) -> None:
        count = 0
        while True:
            count += 1
            stored = await messages.append(a_draft(f"{author}-{count}", author=author, room=ROOM))
            broker.publish(ROOM, b"%d" % stored.entry.seq)
            sys.stdout.write(f"{stored.entry.client_id} {stored.entry.seq}\n")
            sys.stdout.flush()

    messages.listen(lambda _: broker.publish(ROOM, CROWDED))
    broker.listen(heard, lambda: None)
    broker.subscribe(ROOM)
    await asyncio.gather(*(speak(f"{writer}{number}") for number in range(authors)))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), *sys.argv[5:]))
