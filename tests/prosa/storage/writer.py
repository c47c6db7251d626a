"""A worker that does nothing but write: told where, it says on stdout what was acknowledged.

``python -m tests.prosa.storage.writer URI DATABASE NAME AUTHORS``: so many authors speak in room ``7``
without end, and every line is ``<client_id> <seq>``.
"""

import asyncio
import sys

from prosa.storage.database import Database
from prosa.storage.messages import Messages
from tests.prosa.storage.drafts import ALONE, a_draft


async def write(uri: str, name: str, writer: str, authors: int) -> None:
    messages = Messages(await Database.open(uri, name), turn=ALONE)

    async def speak(author: str) -> None:
        count = 0
        while True:
            count += 1
            stored = await messages.append(a_draft(f"{author}-{count}", author=author))
            sys.stdout.write(f"{stored.entry.client_id} {stored.entry.seq}\n")
            sys.stdout.flush()

    await asyncio.gather(*(speak(f"{writer}{number}") for number in range(authors)))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
