"""A hot room is told a few milliseconds' worth at a time, a quiet one at once, and nobody out of order."""

import asyncio

import pytest

from prosa.chat.connections import Connection
from prosa.chat.crowd import FEW, Crowd
from prosa.chat.events import Event
from prosa.chat.seats import Seat
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.unframed import never

MANY = FEW + 1


class Listener:
    """A connection in the room from its start, and each time that it was told something."""

    def __init__(self, seats: dict[Connection, Seat], *, is_joining: bool = False) -> None:
        self.told: list[list[int]] = []
        self.ended: list[int] = []
        connection = Connection(
            Person(user_id=UserId("a"), name="Ana"),
            credential=Credential("session", "k"),
            deliver=lambda event: self.told.append(
                [int(text.rpartition(":")[2][:-1]) for text in event.texts]
            ),
            pass_on=never,
            written_size=len,
            end=lambda code, _: self.ended.append(code),
        )
        self.seat = seats[connection] = Seat(connection)
        if not is_joining:
            self.seat.release(0)


def entry(seq: int) -> tuple[int, Event]:
    return seq, Event("new_message", seq)


async def quiet() -> None:
    """Until every timer that stands has ended."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_later(0.05, done.set_result, None)
    await done


@pytest.mark.gen_test
async def test_a_quiet_room_is_told_at_once() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    Crowd(seats).hear(*entry(1))
    assert [each.told for each in everybody] == [[[1]]] * MANY


@pytest.mark.gen_test
async def test_what_follows_at_once_is_told_together_once_to_everybody() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    crowd = Crowd(seats)
    for seq in range(1, 21):
        crowd.hear(*entry(seq))
    await quiet()
    assert [each.told for each in everybody] == [[[1], list(range(2, 21))]] * MANY
    crowd.hear(*entry(21))
    assert everybody[0].told[-1] == [21], "it is quiet again"


@pytest.mark.gen_test
async def test_a_room_of_few_never_waits() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(FEW)]
    crowd = Crowd(seats)
    for seq in range(1, 4):
        crowd.hear(*entry(seq))
    assert everybody[0].told == [[1], [2], [3]]


@pytest.mark.gen_test
async def test_anything_else_is_told_after_the_entries_before_it() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    crowd = Crowd(seats)
    for seq in range(1, 4):
        crowd.hear(*entry(seq))
    crowd.flush()
    assert everybody[0].told == [[1], [2, 3]]
    await quiet()
    assert everybody[0].told == [[1], [2, 3]], "and no entry twice"


@pytest.mark.gen_test
async def test_who_comes_while_it_is_hot_gets_what_the_store_did_not_show_them() -> None:
    seats: dict[Connection, Seat] = {}
    for _ in range(MANY):
        Listener(seats)
    crowd = Crowd(seats)
    crowd.hear(*entry(1))
    crowd.hear(*entry(2))
    late = Listener(seats, is_joining=True)
    crowd.hear(*entry(3))
    crowd.hear(*entry(4))
    late.seat.release(3)
    await quiet()
    joining = Listener(seats, is_joining=True)
    crowd.hear(*entry(5))
    crowd.hear(*entry(6))
    await quiet()
    joining.seat.release(4)
    assert [seq for told in late.told for seq in told] == [4, 5, 6]
    assert [seq for told in joining.told for seq in told] == [5, 6]
    assert not late.ended + joining.ended
