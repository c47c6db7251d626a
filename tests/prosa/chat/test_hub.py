"""Entries reach a room's connections in order and without a hole, however they reach the worker."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.chat.connections import Connection
from prosa.chat.events import Event
from prosa.chat.hub import Hub
from prosa.chat.tasks import Tasks
from prosa.chat.watch import Watch
from prosa.chat.wire import Wire
from prosa.models.entries import Draft, Entry
from prosa.models.ids import ChatId, ClientId, UserId
from prosa.models.people import Credential, Person
from prosa.models.rooms import Member, RoomDraft
from prosa.storage.database import Database
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages
from prosa.storage.rooms import Rooms
from tests.numbers import counted, risen
from tests.prosa.chat.unframed import never

ROOM = ChatId("1")
PATIENCE = 10.0


class Worker:
    """One worker's hub, and one connection that has joined the room from its start."""

    def __init__(self, database: Database, bus: MemoryBus) -> None:
        self.tasks = Tasks()
        self.broker = MemoryBroker(bus)
        self.messages = Messages(database, turn=self.broker.turn)
        self.rooms, self.memberships = Rooms(database), Memberships(database)
        self.hub = Hub(
            rooms=self.rooms,
            memberships=self.memberships,
            messages=self.messages,
            broker=self.broker,
            tasks=self.tasks,
            wire=Wire(ZoneInfo("America/Sao_Paulo")),
            fan_out=never,
        )
        self.broker.listen(self._heard, lambda: None)
        self.watch = Watch(
            hub=self.hub,
            rooms=self.rooms,
            memberships=self.memberships,
            messages=self.messages,
            reread=self._reread,
        )
        self.reread: list[ChatId] = []
        self.got: list[Event] = []
        self.ended: list[int] = []
        self.arrived = asyncio.Event()
        self.connection = Connection(
            Person(user_id=UserId("a"), name="Ana"),
            credential=Credential("session", "a"),
            deliver=self._deliver,
            pass_on=never,
            written_size=len,
            end=lambda code, _reason: self.ended.append(code),
        )

    def _heard(self, _channel: str, notice: bytes) -> None:
        self.hub.stored(msgspec.json.decode(notice, type=Entry))

    async def _reread(self, chat_id: ChatId) -> None:
        self.reread.append(chat_id)

    def _deliver(self, event: Event) -> None:
        self.got.append(event)
        self.arrived.set()

    async def joins(self) -> None:
        _, seat = await self.hub.seat(self.connection, ROOM)
        seat.release((await self.messages.tops([ROOM])).get(ROOM, 0))

    @property
    def seqs(self) -> list[int]:
        return [msgspec.json.decode(e.text)["data"]["seq"] for e in self.got if e.name == "new_message"]

    async def has_got(self, *seqs: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.seqs != list(seqs):
                self.arrived.clear()
                await self.arrived.wait()

    async def stores(self, text: str) -> Entry:
        draft = Draft(
            chat_id=ROOM,
            author_id=UserId("a"),
            author_name="Ana",
            client_id=ClientId(text),
            kind="text",
            conteudo=text,
            sent_at=datetime.now(UTC),
        )
        return (await self.messages.append(draft)).entry

    async def says(self, text: str) -> None:
        entry = await self.stores(text)
        self.hub.stored(entry)
        self.broker.publish(f"room:{ROOM}", msgspec.json.encode(entry))

    async def close(self) -> None:
        await self.tasks.close()
        await self.messages.close()


async def two_workers(database: Database) -> tuple[Worker, Worker]:
    bus = MemoryBus()
    one, other = Worker(database, bus), Worker(database, bus)
    draft = RoomDraft(title="t", members=(Member(UserId("a"), "Ana"), Member(UserId("b"), "Bia")))
    await one.rooms.put(ROOM, draft)
    await one.joins()
    await other.joins()
    return one, other


@pytest.mark.gen_test(timeout=30)
async def test_what_one_worker_stores_the_other_one_shows(database: Database) -> None:
    one, other = await two_workers(database)
    await one.says("um")
    await other.says("dois")
    await one.says("três")
    for worker in (one, other):
        await worker.has_got(1, 2, 3)
        await worker.close()


@pytest.mark.gen_test(timeout=30)
async def test_a_notice_that_got_lost_is_read_from_the_store_before_the_next_is_shown(
    database: Database,
) -> None:
    one, other = await two_workers(database)
    before = counted()
    await one.says("um")
    await one.stores("dois")
    await one.stores("três")
    await one.says("quatro")
    for worker in (one, other):
        await worker.has_got(1, 2, 3, 4)
        assert worker.ended == []
        await worker.close()
    rise = risen(before, counted())
    assert rise['prosa_holes_repaired_total{found_by="notice"}'] == 2
    assert rise["prosa_messages_delivered_total"] == 8
    assert rise["prosa_send_to_deliver_seconds_count"] == 4  # what was missed is old by the time it is read


@pytest.mark.gen_test(timeout=30)
async def test_what_nobody_was_told_of_is_found_by_the_watch(database: Database) -> None:
    one, other = await two_workers(database)
    before = counted()
    await one.stores("um")
    await other.watch.check()
    await other.watch.check()
    await other.has_got(1)
    await one.close()
    await other.close()
    rise = risen(before, counted())
    assert rise['prosa_holes_repaired_total{found_by="watch"}'] == 1
    assert rise["prosa_messages_delivered_total"] == 1
    assert rise["prosa_send_to_deliver_seconds_count"] == 0


@pytest.mark.gen_test(timeout=30)
async def test_a_room_and_a_cursor_changed_elsewhere_are_found_by_the_watch(database: Database) -> None:
    one, other = await two_workers(database)
    await one.stores("um")
    await one.memberships.advance(ROOM, UserId("b"), delivered_seq=1, read_seq=1)
    await one.rooms.put(ROOM, RoomDraft(title="outro", members=(Member(UserId("a"), "Ana"),)))
    await other.watch.check()
    assert other.reread == [ROOM]
    await other.has_got(1)
    await one.close()
    await other.close()


@pytest.mark.gen_test(timeout=30)
async def test_the_same_notice_twice_and_late_ones_are_shown_once(database: Database) -> None:
    one, other = await two_workers(database)
    entries = [await one.stores(text) for text in ("um", "dois", "três")]
    for entry in [*reversed(entries), *entries]:
        other.hub.stored(entry)
    await other.has_got(1, 2, 3)
    await one.close()
    await other.close()


@pytest.mark.gen_test(timeout=30)
async def test_nothing_falls_between_the_reading_and_the_listening(database: Database) -> None:
    one, other = await two_workers(database)
    other.hub.leave(other.connection, ROOM)

    async def speaks() -> None:
        for n in range(30):
            await one.says(str(n))

    speaking = asyncio.create_task(speaks())
    for _ in range(10):
        _, seat = await other.hub.seat(other.connection, ROOM)
        top = (await other.messages.tops([ROOM])).get(ROOM, 0)
        other.got.clear()
        seat.release(top)
        await asyncio.sleep(0)
    await speaking
    await other.has_got(*range(top + 1, 31))
    assert other.ended == []
    await one.close()
    await other.close()


@pytest.mark.gen_test(timeout=30)
async def test_a_room_that_nobody_listens_to_is_forgotten(database: Database) -> None:
    one, other = await two_workers(database)
    one.hub.leave(one.connection, ROOM)
    assert one.hub.all_live() == ()
    await one.close()
    await other.close()
