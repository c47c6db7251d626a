"""Somebody types from the first start until 8 s after the last, and those who watch are told in between."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.chat.bus import Bus
from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.hub import Hub, LiveRoom
from prosa.chat.limits import Limits
from prosa.chat.seats import Seat
from prosa.chat.typing import Typing
from prosa.models.errors import NotJoinedError, ReadOnlyError
from prosa.models.ids import ChatId, Epoch, UserId
from prosa.models.people import Credential, Person
from prosa.models.rooms import Member, Room
from tests.prosa.chat.clock import Clock
from tests.prosa.chat.unframed import never

ROOM = ChatId("1")


class OneRoom:
    """All that ``Typing`` asks of the hub and of the bus."""

    def __init__(self, live: LiveRoom) -> None:
        self._live = live

    def live(self, chat_id: ChatId) -> LiveRoom | None:
        return self._live if chat_id == ROOM else None

    def say(self, chat_id: ChatId, event: Event, *, but: UserId) -> None:
        self._live.tell(event, but=but)


def told_of_oneself(event: Event) -> None:
    raise AssertionError(event.text)


class Scene:
    """A live room in which Ana types and Bia watches."""

    def __init__(self, *, can_write: bool = True) -> None:
        self.clock = Clock()
        self.told: list[bool] = []
        self.live = LiveRoom(ROOM, never)
        self.live.room = Room(
            chat_id=ROOM,
            epoch=Epoch("e"),
            title="t",
            can_write=can_write,
            reason="Fechada.",
            context={},
            version=1,
            member_count=2,
            members=(Member(UserId("a"), "Ana"), Member(UserId("b"), "Bia")),
        )
        self.typing = Typing(
            hub=cast("Hub", OneRoom(self.live)),
            bus=cast("Bus", OneRoom(self.live)),
            limits=Limits(
                {"typing": "1000 per second"},
                strangers=1,
                broker=MemoryBroker(MemoryBus()),
                clock=self.clock.time,
            ),
            call_later=self.clock.call_later,
            seconds=8,
            now=self.clock.time,
        )
        self.tabs = [self.joined("a", told_of_oneself), self.joined("a", told_of_oneself)]
        self.joined("b", lambda event: self.told.append('"is_typing":true' in event.text))

    def joined(self, user_id: str, deliver: Callable[[Event], None]) -> Connection:
        person = Person(user_id=UserId(user_id), name=user_id)
        connection = Connection(
            person,
            credential=Credential("session", "a"),
            deliver=deliver,
            pass_on=never,
            written_size=len,
            end=lambda _code, _reason: None,
        )
        connection.rooms.add(ROOM)
        self.live.seats[connection] = seat = Seat(connection)
        seat.release(0)
        return connection


@pytest.fixture
def scene(io_loop: Any) -> Scene:
    return Scene()


@pytest.mark.gen_test
async def test_it_ends_eight_seconds_after_the_last_start(scene: Scene) -> None:
    await scene.typing.start(scene.tabs[0], ROOM)
    scene.clock.passes(4)
    await scene.typing.start(scene.tabs[0], ROOM)
    scene.clock.passes(7)
    assert scene.told == [True]
    scene.clock.passes(1)
    assert scene.told == [True, False]
    assert scene.clock.pending == 0


@pytest.mark.gen_test
async def test_who_goes_on_is_told_again_now_and_then(scene: Scene) -> None:
    for _ in range(5):
        await scene.typing.start(scene.tabs[0], ROOM)
        scene.clock.passes(3)
    assert scene.told == [True, True, True]


@pytest.mark.gen_test
async def test_the_last_tab_that_stops_ends_it(scene: Scene) -> None:
    for tab in scene.tabs:
        await scene.typing.start(tab, ROOM)
    scene.typing.stop(scene.tabs[0], ROOM)
    assert scene.told == [True]
    scene.typing.left(scene.tabs[1], ROOM)
    assert scene.told == [True, False]
    scene.typing.stop(scene.tabs[1], ROOM)
    assert scene.told == [True, False]


@pytest.mark.gen_test
async def test_a_send_ends_it_for_every_tab(scene: Scene) -> None:
    for tab in scene.tabs:
        await scene.typing.start(tab, ROOM)
    scene.typing.sent(scene.tabs[0].person, ROOM)
    assert scene.told == [True, False]
    assert scene.clock.pending == 0


@pytest.mark.gen_test
async def test_a_closed_room_and_a_foreign_one_are_refused(io_loop: Any) -> None:
    closed = Scene(can_write=False)
    with pytest.raises(ReadOnlyError):
        await closed.typing.start(closed.tabs[0], ROOM)
    with pytest.raises(NotJoinedError):
        await closed.typing.start(closed.tabs[0], ChatId("2"))


@pytest.mark.gen_test
async def test_closing_leaves_no_timer(scene: Scene) -> None:
    await scene.typing.start(scene.tabs[0], ROOM)
    scene.typing.close()
    assert scene.clock.pending == 0
