"""A hot room is told a few milliseconds' worth at a time, a quiet one at once, and nobody out of order."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.chat.connections import Connection
from prosa.chat.crowd import FEW, Crowd
from prosa.chat.events import Event
from prosa.chat.seats import Seat
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.unframed import one_by_one

MANY = FEW + 1


class Listener:
    """A connection in the room from its start, and each time that it was told something."""

    def __init__(self, seats: dict[Connection, Seat], *, is_joining: bool = False) -> None:
        self.told: list[list[int]] = []
        self.ended: list[int] = []
        self.connection = Connection(
            Person(user_id=UserId("a"), name="Ana"),
            credential=Credential("session", "k"),
            deliver=self._hear,
            pass_on=self._hear,
            written_size=len,
            end=lambda code, _: self.ended.append(code),
        )
        self.seat = seats[self.connection] = Seat(self.connection)
        if not is_joining:
            self.seat.release(0)

    def _hear(self, event: Event) -> None:
        self.told.append([int(text.rpartition(":")[2][:-1]) for text in event.texts])

    @property
    def heard(self) -> list[int]:
        """All of it, however it came."""
        return [seq for told in self.told for seq in told]


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
    Crowd(seats, one_by_one).hear(*entry(1))
    assert [each.told for each in everybody] == [[[1]]] * MANY


@pytest.mark.gen_test
async def test_what_follows_at_once_is_told_together_once_to_everybody() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    crowd = Crowd(seats, one_by_one)
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
    crowd = Crowd(seats, one_by_one)
    for seq in range(1, 4):
        crowd.hear(*entry(seq))
    assert everybody[0].told == [[1], [2], [3]]


@pytest.mark.gen_test
async def test_anything_else_is_told_after_the_entries_before_it() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    crowd = Crowd(seats, one_by_one)
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
    crowd = Crowd(seats, one_by_one)
    crowd.hear(*entry(1))
    crowd.hear(*entry(2))
    crowd.changes()
    late = Listener(seats, is_joining=True)
    crowd.hear(*entry(3))
    crowd.hear(*entry(4))
    late.seat.release(3)
    await quiet()
    crowd.changes()
    joining = Listener(seats, is_joining=True)
    crowd.hear(*entry(5))
    crowd.hear(*entry(6))
    await quiet()
    joining.seat.release(4)
    assert late.heard == [4, 5, 6]
    assert joining.heard == [5, 6]
    assert not late.ended + joining.ended


def test_who_are_all_at_one_place_are_told_as_one_until_somebody_comes_or_goes() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]
    made: list[int] = []

    def fan_out(ways: Sequence[Callable[[Any], None]]) -> Callable[[Event], None]:
        made.append(len(ways))
        return one_by_one(ways)

    async def talk() -> None:
        crowd = Crowd(seats, fan_out)
        for seq in range(1, 6):
            crowd.hear(*entry(seq))
            crowd.flush()
        assert made == [MANY], "all of it by one"
        crowd.changes()
        everybody.append(Listener(seats, is_joining=True))
        for seq in (6, 7):
            crowd.hear(*entry(seq))
            crowd.flush()
        everybody[-1].seat.release(6)
        assert made == [MANY], "nobody is told as one while somebody is held back"
        for seq in (8, 9):
            crowd.hear(*entry(seq))
            crowd.flush()
        assert made == [MANY, MANY + 1]

    asyncio.run(talk())
    assert [each.heard for each in everybody] == [list(range(1, 10))] * MANY + [[7, 8, 9]]


def test_where_telling_all_fails_nobody_goes_on_with_a_hole() -> None:
    seats: dict[Connection, Seat] = {}
    everybody = [Listener(seats) for _ in range(MANY)]

    def fan_out(ways: Sequence[Callable[[Any], None]]) -> Callable[[Event], None]:
        def tell(event: Event) -> None:
            ways[0](event)
            raise MemoryError

        return tell

    async def talk() -> None:
        crowd = Crowd(seats, fan_out)
        crowd.hear(*entry(1))
        crowd.hear(*entry(2))
        with pytest.raises(MemoryError):
            crowd.flush()
        crowd.hear(*entry(3))
        crowd.flush()

    asyncio.run(talk())
    assert [each.heard for each in everybody] == [[1, 2]] + [[1]] * (MANY - 1)
    assert all(each.ended for each in everybody)


class Beside:
    """A room, and beside each who sits in it one who hears the same alone."""

    def __init__(self, count: int) -> None:
        self.seats: dict[Connection, Seat] = {}
        self.crowd = Crowd(self.seats, one_by_one)
        self.everybody: list[tuple[Listener, Listener]] = []
        self.top = 0
        for _ in range(count):
            self.comes(is_joining=False)

    def comes(self, *, is_joining: bool = True) -> None:
        self.crowd.flush()
        self.crowd.changes()
        self.everybody.append(
            (Listener(self.seats, is_joining=is_joining), Listener({}, is_joining=is_joining))
        )

    def hears(self, more: int) -> None:
        self.top += more
        self.crowd.hear(*entry(self.top))
        for listener, alone in self.everybody:
            if listener.connection in self.seats:
                alone.seat.hear(*entry(self.top))

    def goes(self, which: int) -> None:
        self.crowd.flush()
        listener, _ = self.everybody[which % len(self.everybody)]
        if self.seats.pop(listener.connection, None) is not None:
            self.crowd.changes()

    def is_let_in(self, which: int) -> None:
        self.crowd.flush()
        both = self.everybody[which % len(self.everybody)]
        if not both[0].seat.is_at(both[0].seat.position):
            for each in both:
                each.seat.release(max(0, self.top - which % 3))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["hears", "hears", "hears", "hears"]), st.just(1)),
        st.tuples(st.just("hears"), st.sampled_from([1, 1, 1, 2])),
        st.tuples(st.sampled_from(["goes", "is_let_in"]), st.integers(0, 20)),
        st.sampled_from([("comes",), ("flush",)]),
    ),
    max_size=40,
)


@given(st.integers(1, MANY + 2), STEPS)
def test_whatever_happens_everybody_hears_what_they_would_have_heard_alone(
    count: int, steps: list[tuple[str, Any]]
) -> None:
    room = Beside(count)

    async def happen() -> None:
        for name, *arguments in steps:
            getattr(room.crowd if name == "flush" else room, name)(*arguments)
        room.crowd.flush()

    asyncio.run(happen())
    for listener, alone in room.everybody:
        assert (listener.heard, listener.ended) == (alone.heard, alone.ended)
