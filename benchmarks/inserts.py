"""One journaled majority insert a message, through Prosa's driver: what there would be without its store.

``python -m benchmarks.inserts URI SECONDS OUTSTANDING``: a round for each line of standard input, and its
inserts a second in answer. ``0 1`` is a round of one insert.
"""

import asyncio
import itertools
import sys
import time

import motor.motor_asyncio
from pymongo import WriteConcern

from benchmarks.servers.shape import entry

TEXT = "Bom dia! Amanhã às oito estamos na obra com o azulejo e o rejunte."


async def main(uri: str, seconds: float, outstanding: int) -> None:
    """Rounds, until standard input ends."""
    client: motor.motor_asyncio.AsyncIOMotorClient = motor.motor_asyncio.AsyncIOMotorClient(uri)
    messages = client["peers"].get_collection("inserts", write_concern=WriteConcern("majority", j=True))
    await messages.create_index([("chat_id", 1), ("seq", 1)], unique=True)
    numbers = itertools.count(time.time_ns())

    async def one_after_the_other(until: float) -> int:
        done = 0
        while not done or time.monotonic() < until:
            number = next(numbers)
            await messages.insert_one({**entry(f"r{number % 500}", TEXT, str(number), number), "_id": number})
            done += 1
        return done

    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        began = time.monotonic()
        done = sum(await asyncio.gather(*(one_after_the_other(began + seconds) for _ in range(outstanding))))
        print(done / (time.monotonic() - began), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
