"""On one connection every entry follows the one before it, and none comes before the reply."""

from hypothesis import given
from hypothesis import strategies as st

from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.seats import HELD_MAX, STATE_LOST, Seat
from prosa.models.ids import UserId
from prosa.models.people import Credential, Person
from tests.prosa.chat.unframed import never


class Tab:
    """A connection that remembers what it got and how it ended."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.ended: list[int] = []
        self.connection = Connection(
            Person(user_id=UserId("1"), name="Ana"),
            credential=Credential("session", "a"),
            deliver=lambda event: self.got.append(event.name),
            pass_on=never,
            written_size=len,
            end=lambda code, _reason: self.ended.append(code),
        )
        self.seat = Seat(self.connection)

    def hear(self, seq: int) -> None:
        self.seat.hear(seq, Event(str(seq), {}))


def test_nothing_comes_before_the_reply() -> None:
    tab = Tab()
    tab.hear(4)
    tab.seat.tell(Event("cursors", {}))
    assert tab.got == []
    tab.seat.release(3)
    assert tab.got == ["4", "cursors"]


def test_what_the_reply_held_already_does_not_come_again() -> None:
    tab = Tab()
    tab.hear(3)
    tab.hear(4)
    tab.seat.release(3)
    tab.hear(3)
    assert tab.got == ["4"]


def test_a_hole_ends_the_connection_and_is_never_shown() -> None:
    tab = Tab()
    tab.seat.release(3)
    tab.hear(5)
    assert tab.got == []
    assert tab.ended == [STATE_LOST]


def test_what_is_held_is_bounded() -> None:
    tab = Tab()
    for seq in range(HELD_MAX + 1):
        tab.hear(seq)
    assert tab.ended == [STATE_LOST]


@given(st.lists(st.integers(1, 12)), st.integers(0, 12), st.integers(0, 30))
def test_whatever_comes_in_whatever_order_what_is_shown_has_no_hole(
    heard: list[int], position: int, released_after: int
) -> None:
    tab = Tab()
    for index, seq in enumerate(heard):
        if index == released_after:
            tab.seat.release(position)
        tab.hear(seq)
    shown = [int(name) for name in tab.got]
    assert shown == list(range(position + 1, position + 1 + len(shown)))
