"""Two people who behave, and go on talking whatever others do to their worker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.browser import Browser
from tests.server import Server

TURNS = 30
"""So much is said at least while an attack lasts."""


class Pair:
    """One says something as soon as the other one has heard the last; nothing is said twice."""

    def __init__(self, cliente: Browser, reforma: Browser) -> None:
        self._people = (cliente, reforma)
        self._is_over = asyncio.Event()
        self.said = 0

    async def talks(self) -> None:
        """Talk until it is over, and at least so long. Raises where anything is refused, lost or cut."""
        while self.said < TURNS or not self._is_over.is_set():
            speaking, hearing = self._people[self.said % 2], self._people[(self.said + 1) % 2]
            text = f"turn {self.said}"
            await speaking.says(text, in_room=1)
            await hearing.hears("new_message", conteudo=text)
            self.said += 1
            await asyncio.sleep(0.02)

    def stops(self) -> None:
        """It is over: the turn that has begun is the last one."""
        self._is_over.set()


@contextlib.asynccontextmanager
async def talking(server: Server, cookies: list[str]) -> AsyncIterator[Pair]:
    """They talk as long as the block lasts, and nothing that happens in it harms them."""
    people = [await Browser.open(server.url, cookie) for cookie in cookies]
    for browser in people:
        await browser.asks("join_chat", chat_id=1)
    pair = Pair(people[0], people[1])
    talk = asyncio.create_task(pair.talks())
    try:
        yield pair
        pair.stops()
        await talk
    finally:
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
        for browser in people:
            await browser.drops()
