"""What one connection has received and nobody has answered yet: in its order, and bounded."""

import asyncio

ROOM_MAX = 100
ROOM_BYTES = 65_536
"""While so many commands wait for their answer, or weigh so much, nothing more is read."""

INBOX_MAX = 1_000
INBOX_BYTES = 327_680
"""What comes all the same, in one large frame or in several requests at once. More is no person."""


class Inbox:
    """Texts are put in by the transport and taken out by one task. After ``end`` there is always room.

    Nearly all are empty nearly always: a deque and an ``Event`` would take 1.8 KiB of each connection.
    """

    __slots__ = ("_arrived", "_is_over", "_room", "_size_bytes", "_texts")

    def __init__(self) -> None:
        self._texts: list[str | None] = []
        self._size_bytes = 0
        self._arrived: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._is_over = False

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def is_full(self) -> bool:
        """Whoever puts in more is to be cut off."""
        return len(self._texts) >= INBOX_MAX or self._size_bytes >= INBOX_BYTES

    @property
    def room(self) -> asyncio.Future[None] | None:
        """What comes when enough has been taken out; ``None``: there is room now."""
        if self._room is None and not self._has_room():
            self._room = asyncio.get_running_loop().create_future()
        return self._room

    def put(self, text: str) -> None:
        """``text`` is the last."""
        self._texts.append(text)
        self._size_bytes += len(text)
        self._wake()

    def end(self) -> None:
        """After what is there now comes nothing more."""
        self._is_over = True
        self._texts.append(None)
        self._wake()
        self._make_room()

    def clear(self) -> None:
        """Nothing waits any more."""
        self._texts.clear()
        self._size_bytes = 0
        self._make_room()

    async def next(self) -> str | None:
        """The first text, once there is one; ``None``: it was the last."""
        while not self._texts:
            self._arrived = asyncio.get_running_loop().create_future()
            try:
                await self._arrived
            finally:
                self._arrived = None
        text = self._texts.pop(0)
        self._size_bytes -= len(text or "")
        self._make_room()
        return text

    def _wake(self) -> None:
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    def _has_room(self) -> bool:
        return self._is_over or (len(self._texts) < ROOM_MAX and self._size_bytes < ROOM_BYTES)

    def _make_room(self) -> None:
        if self._room is not None and self._has_room():
            self._room.set_result(None)
            self._room = None
