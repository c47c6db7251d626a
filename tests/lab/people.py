"""People over a raw WebSocket who note everything as those of ``people.js`` do.

``python -m tests.lab.people PLAN``: a JSON file ``{url, people}`` of ``crowd.Guest``s, and the same commands
on stdin. It knows nothing of Prosa but the page of its protocol. Whoever has two ``lines`` says everything
through both at once, each to a worker of its own.
"""

import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TextIO

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

ANSWER_SECONDS = 8.0
AGAIN_SECONDS = 0.15
BACKOFF_MAX_SECONDS = 2.0
PAGE = 100
LATER = ("retry", "unavailable", "rate_limited")
LOOKS = 6
"""So often a second line looks for another worker than the first one's, before it takes the same."""

Data = dict[str, Any]


class LostError(Exception):
    """The connection ended before the answer came."""


class RefusedError(Exception):
    """The answer is an ``error``."""

    def __init__(self, data: Data) -> None:
        super().__init__(data["code"])
        self.code = data["code"]
        self.seconds = data.get("retry_after_ms", AGAIN_SECONDS * 1000) / 1000


class Line:
    """One connection that comes back. ``entered`` is called when it is welcome, ``heard`` with each entry."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        entered: Callable[[], Awaitable[None]],
        heard: Callable[[Data], None],
        ended: Callable[[int | None, bool], None],
    ) -> None:
        self.worker: object = None
        self.is_open = asyncio.Event()
        self._request = HTTPRequest(
            f"{url.replace('http:', 'ws:')}/ws/chat/websocket",
            headers={"Cookie": f"sessionid={key}"},
            connect_timeout=5,
        )
        self._entered = entered
        self._heard = heard
        self._ended = ended
        self._socket: WebSocketClientConnection | None = None
        self._asked: dict[int, asyncio.Future[Data]] = {}
        self._acks = itertools.count(1)
        self._restart_seconds: float | None = None

    async def run(self) -> None:
        """Connect again and again, for ever."""
        tries = 0
        while True:
            self._restart_seconds = None
            with contextlib.suppress(OSError, HTTPClientError, WebSocketClosedError):
                self._socket = await websocket_connect(self._request)
                tries = await self._listen(self._socket, tries)
            if self._restart_seconds is not None:
                await asyncio.sleep(self._restart_seconds)
            else:
                tries += 1
                await asyncio.sleep(random.uniform(0, min(0.25 * 2**tries, BACKOFF_MAX_SECONDS)))

    async def _listen(self, socket: WebSocketClientConnection, tries: int) -> int:
        entering: asyncio.Task[None] | None = None
        try:
            while (text := await socket.read_message()) is not None:
                message = json.loads(text)
                if message["event"] == "welcome":
                    self.worker = message["data"]["worker"]
                    entering = asyncio.create_task(self._enter())
                self._take(message)
        finally:
            self._ended(socket.close_code, self._restart_seconds is not None)
            tries = 0 if self.is_open.is_set() else tries
            self.worker = None
            self.is_open.clear()
            self._socket = None
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(LostError())
                    asked.exception()  # whoever waits has it; if nobody does any more, that is no fault
            self._asked.clear()
            socket.close()
            if entering is not None:
                entering.cancel()
                await asyncio.gather(entering, return_exceptions=True)
        return tries

    async def _enter(self) -> None:
        with contextlib.suppress(LostError):
            await self._entered()
            self.is_open.set()

    def _take(self, message: Data) -> None:
        asked = self._asked.pop(message.get("ack", 0), None)
        if asked is not None and not asked.done():
            if message["event"] == "error":
                asked.set_exception(RefusedError(message["data"]))
            else:
                asked.set_result(message["data"])
        elif message["event"] == "new_message":
            self._heard(message["data"])
        elif message["event"] == "server_restart":
            self._restart_seconds = message["data"]["retry_after_ms"] / 1000

    def drop(self) -> None:
        """This connection is no use."""
        if self._socket is not None:
            self._socket.close()

    async def asks(self, event: str, **data: Any) -> Data:
        """The answer. Raises ``RefusedError``, and ``LostError`` where it does not come."""
        if self._socket is None:
            raise LostError
        ack = next(self._acks)
        asked = self._asked[ack] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.write_message(json.dumps({"event": event, "ack": ack, "data": data}))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asked
        except WebSocketClosedError:
            raise LostError from None
        except TimeoutError:
            self.drop()
            raise LostError from None

    async def insists(self, event: str, **data: Any) -> Data:
        """The answer, asked for until there is one. Raises ``RefusedError`` where it stays refused."""
        while True:
            await self.is_open.wait()
            try:
                return await self.asks(event, **data)
            except LostError:
                await asyncio.sleep(AGAIN_SECONDS)
            except RefusedError as refused:
                if refused.code not in LATER:
                    raise
                await asyncio.sleep(refused.seconds)


class Person:
    """Somebody in a room, their notes and their screen, which shows what the first line hears."""

    def __init__(self, url: str, about: Data, notes: TextIO, started: float) -> None:
        self.name: str = about["name"]
        self._room: str = about["room"]
        self._has_screen: bool = about["screen"]
        self._length: int = about["length"]
        self._every_seconds: float = about["everyMs"] / 1000
        self._notes = notes
        self._started = started
        self._top: int | None = None
        self._epoch: object = None
        self._held: list[Data] | None = []
        self._is_finishing = False
        self._is_ending = False
        self._lines = [
            Line(
                url,
                about["key"],
                entered=self._enters if number == 0 else self._looks_for_another_worker,
                heard=self._hears if number == 0 else lambda _: None,
                ended=self._closes if number == 0 else lambda _code, _announced: None,
            )
            for number in range(about["lines"])
        ]
        self._looks = 0

    def _note(self, kind: str, **more: Any) -> None:
        at = round((time.time() - self._started) * 1000)
        self._notes.write(json.dumps({"kind": kind, "at": at, **more}) + "\n")
        if kind != "shown":  # what a crash may take from a screen, the screen has not promised to anybody
            self._notes.flush()

    async def lives(self) -> None:
        """Write and read, until told to finish; then until everything is answered."""
        running = [asyncio.create_task(line.run(), name=f"line of {self.name}") for line in self._lines]
        for count in itertools.count(1):
            await self._lines[0].is_open.wait()
            if self._is_finishing:
                break
            began = time.monotonic()
            await self._says(f"{self.name} {count}".ljust(self._length, "…"))
            await asyncio.sleep(max(0.0, self._every_seconds - (time.monotonic() - began)))
        print(f"idle {self.name}", flush=True)  # noqa: T201 - to whoever runs this
        await asyncio.gather(*running)

    def finishes(self) -> None:
        """Nothing new is written."""
        self._is_finishing = True

    def ends(self) -> None:
        """What breaks off now is no fault."""
        self._is_ending = True

    async def _says(self, text: str) -> None:
        client_id = str(uuid.uuid4())
        self._note("will", id=client_id, text=text)
        await asyncio.gather(*(self._says_through(line, client_id, text) for line in self._lines))

    async def _says_through(self, line: Line, client_id: str, text: str) -> None:
        try:
            stored = await line.insists(
                "send_message", chat_id=self._room, conteudo=text, client_id=client_id
            )
        except RefusedError as refused:
            self._note("failed", id=client_id, code=refused.code)
        else:
            self._note("ack", id=client_id, seq=stored["seq"], worker=line.worker)

    async def _looks_for_another_worker(self) -> None:
        mine, others = self._lines[1], self._lines[0].worker
        if mine.worker == others and self._looks < LOOKS:
            self._looks += 1
            mine.drop()
            raise LostError
        self._looks = 0

    def _closes(self, code: int | None, is_announced: bool) -> None:
        if self._is_ending:
            return
        is_joined = self._held is None
        self._held = []
        self._note("close", code=code, announced=is_announced or code == 4000, joined=is_joined)

    async def _enters(self) -> None:
        if self._has_screen:
            await self._joins()
        else:
            self._held = None
            self._note("in")

    async def _joins(self) -> None:
        known = {} if self._top is None else {"last_seq": self._top, "epoch": self._epoch}
        joined = await self._asks_again("join_chat", chat_id=self._room, **known)
        self._epoch = joined["epoch"]
        found = joined["messages"]
        if self._top is None:
            self._top = int(joined["top_seq"])
            self._note("from", seq=self._top)
        elif not joined["recovered"]:
            while found and found[0]["seq"] > self._top + 1:
                page = await self._asks_again(
                    "history", chat_id=self._room, before_seq=found[0]["seq"], limit=PAGE
                )
                found = page["messages"] + found
        held, self._held = self._held or [], None
        for entry in found:
            if entry["seq"] > self._top:
                self._shows(entry)
        for entry in held:
            self._shows(entry)

    async def _asks_again(self, event: str, **data: Any) -> Data:
        while True:
            try:
                return await self._lines[0].asks(event, **data)
            except RefusedError:
                await asyncio.sleep(AGAIN_SECONDS)

    def _hears(self, entry: Data) -> None:
        if entry["chat_id"] != self._room:
            return
        if self._held is None:
            self._shows(entry)
        else:
            self._held.append(entry)

    def _shows(self, entry: Data) -> None:
        self._note("shown", seq=entry["seq"], id=entry["client_id"])
        self._top = entry["seq"]


async def main(plan: Data) -> None:
    """Everybody lives until stdin says ``end``, or ends."""
    with contextlib.ExitStack() as files:
        started = time.time()
        people = [
            Person(plan["url"], about, files.enter_context(open(about["file"], "a")), started)  # noqa: ASYNC230, PTH123
            for about in plan["people"]
        ]
        living = [asyncio.create_task(person.lives(), name=person.name) for person in people]
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
        )
        while (command := (await commands.readline()).decode().strip()) not in ("", "end"):
            if command == "finish":
                for person in people:
                    person.finishes()
        for person in people:
            person.ends()
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:  # noqa: PTH123
        plan = json.load(file)
    asyncio.run(main(plan))
