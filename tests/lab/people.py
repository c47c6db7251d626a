"""People over a raw WebSocket who note everything as those of ``people.js`` do.

``python -m tests.lab.people PLAN``: a JSON file ``{url, people}`` of ``crowd.Guest``s, and the same commands
on stdin. It knows nothing of Prosa but the page of its protocol. Whoever has two ``lines`` says everything
through both at once, each to a worker of its own; whoever has a form is of ``form.py``.
"""

import asyncio
import contextlib
import functools
import itertools
import json
import random
import sys
import time
import uuid
from typing import Any, TextIO

from tests.lab.form import Visitor
from tests.lab.line import AGAIN_SECONDS, Data, Line, LostError, RefusedError

PAGE = 100
STEP_SECONDS = 0.05
"""Within which all of those in step write."""
LOOKS = 6
"""So often a second line looks for another worker than the first one's, before it takes the same."""


class Person:
    """Somebody in a room, their notes and their screen, which shows what the first line hears."""

    def __init__(self, url: str, about: Data, notes: TextIO) -> None:
        self.name: str = about["name"]
        self._room: str = about["room"]
        self._has_screen: bool = about["screen"]
        self._length: int = about["length"]
        self._every_seconds: float = about["everyMs"] / 1000
        self._is_in_step: bool = about["inStep"]
        self._notes = notes
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
                ended=functools.partial(self._closes, number),
            )
            for number in range(about["lines"])
        ]
        self._looks = 0

    def _note(self, kind: str, **more: Any) -> None:
        self._notes.write(json.dumps({"kind": kind, "at": round(time.time() * 1000), **more}) + "\n")
        if (
            kind != "shown" or self._is_finishing
        ):  # a screen has promised nobody what a crash may take from it
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
            await asyncio.sleep(self._until_next(began))
        print(f"idle {self.name}", flush=True)  # noqa: T201 - to whoever runs this
        await asyncio.gather(*running)

    def _until_next(self, began: float) -> float:
        if self._is_in_step:
            return self._every_seconds - time.time() % self._every_seconds + random.uniform(0, STEP_SECONDS)
        return max(0.0, self._every_seconds - (time.monotonic() - began))

    def finishes(self) -> None:
        """Nothing new is written, and who waits for the last to be shown reads of it at once."""
        self._is_finishing = True
        self._notes.flush()

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

    def _closes(self, number: int, code: int | None, reason: str, is_announced: bool) -> None:
        if self._is_ending:
            return
        is_joined = self._lines[number].is_open.is_set()
        if number == 0:
            self._held = []
        self._note(
            "close",
            code=code,
            reason=reason,
            announced=is_announced or code == 4000,
            joined=is_joined,
        )

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
        people = [
            (Visitor if about["transport"] == "form" else Person)(
                plan["url"],
                about,
                files.enter_context(open(about["file"], "a")),  # noqa: ASYNC230, PTH123
            )
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
