"""Frames that bring no message are read as well, and cost as much."""

import asyncio
from collections.abc import Callable

import pytest

from handlers.sockjs.framing import TURN_FRAMES
from handlers.sockjs.load import BURST_BYTES, FRAME_BYTES
from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.test_reading import MASK, frame, raw_line, recorded
from tests.waiting import until

pytestmark = pytest.mark.gen_test(timeout=60)
Start = Callable[..., Place]

PING = b"\x89\x80" + MASK
NOTHING = b"\x81\x80" + MASK
FRAGMENT = b"\x01\x80" + MASK
MORE = b"\x00\x80" + MASK
MANY = 6 * BURST_BYTES // FRAME_BYTES
"""So many that the limit is met though they be read slowly: meanwhile some are forgotten."""
BLANKS = "[" + " " * 60_000 + "]"


async def flooded(place: Place, flood: bytes, path: str = "") -> None:
    """A line is opened, and brings this; it is ended for that, and told so."""
    line = await raw_line(place, path)
    await until(lambda: place.sockjs.router.open_sessions)
    line.write(flood)
    await until(lambda: place.sockjs.router.closes[4429, "abuse"], seconds=40)
    assert not place.sockjs.router.open_sessions
    line.close()


@pytest.mark.parametrize("flood", [PING * MANY, NOTHING * MANY, FRAGMENT + MORE * MANY])
async def test_a_flood_of_frames_without_a_message_ends_its_line(place: Start, flood: bytes) -> None:
    await flooded(place(), flood)


async def test_so_do_frames_that_are_long_and_hold_nothing(place: Start) -> None:
    await flooded(place(), frame(BLANKS) * (2 * BURST_BYTES // len(BLANKS)), "/000/blanks")


async def test_others_have_their_turn_between_frames_that_have_all_come(place: Start) -> None:
    one = place()
    line = await raw_line(one)
    line.write(frame("here"))
    await recorded(one, 1)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    frames = 100 * TURN_FRAMES
    line.write(PING * frames + frame("there"))
    await line.drain()
    before = turns
    await recorded(one, 2)
    assert turns - before >= 50
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    line.close()
