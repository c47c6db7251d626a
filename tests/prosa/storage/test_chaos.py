"""Whatever the store does to three workers: no hole, nothing twice, no false acknowledgement."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.models.entries import Draft, Stored
from prosa.models.errors import LaterError
from prosa.models.ids import ChatId
from prosa.models.turns import Turn
from prosa.storage.attempts import TakeTurn
from prosa.storage.committer import Committer
from prosa.storage.log import Key
from tests.prosa.storage.drafts import a_draft
from tests.prosa.storage.unruly_log import LATE_SECONDS, UnrulyLog

WORKERS = 3
AUTHORS = 24
ROOMS = ["hot", "hot", "hot", "warm", "a", "b", "c", "d"]


class Attack:
    """Authors who send through any worker, again whenever they do not know, and note every answer."""

    def __init__(self, seed: int, trouble: float) -> None:
        self.chance = random.Random(seed)
        self.log = UnrulyLog(seed, trouble=trouble)
        bus = MemoryBus()
        self.workers = [
            Committer(
                self.log,
                turn=self.unruly(MemoryBroker(bus).turn),
                crowded=self.crowd,
                clock=time.monotonic,
                deadline_seconds=0.4,
                queue_messages=5000,
                room_messages=1000,
            )
            for _ in range(WORKERS)
        ]
        self.turns = 0
        self.answers: dict[Key, list[Stored]] = {}
        self.sent: list[list[Key]] = []
        self.unknown = 0

    def crowd(self, chat_id: ChatId) -> None:
        """Everybody is told, or only some: a notice may get lost."""
        for worker in self.workers:
            if self.chance.random() < 0.8:
                worker.crowd(chat_id)

    def unruly(self, turn: TakeTurn) -> TakeTurn:
        """Turns that are sometimes given to more than one, or forget what the last one reached."""

        @contextlib.asynccontextmanager
        async def take(chat_id: ChatId) -> AsyncIterator[Turn]:
            self.turns += 1
            if self.chance.random() < 0.2:
                yield Turn(None)
            else:
                async with turn(chat_id) as ours:
                    yield ours

        return take

    async def run(self) -> None:
        await asyncio.gather(*(self.author(str(number)) for number in range(AUTHORS)))
        await asyncio.gather(*(worker.close() for worker in self.workers))
        await asyncio.sleep(LATE_SECONDS)

    async def author(self, name: str) -> None:
        room = self.chance.choice(ROOMS)
        sent: list[Key] = []
        self.sent.append(sent)
        for count in range(12):
            draft = a_draft(f"{name}-{count}", room=room, author=name)
            worker = self.chance.choice(self.workers)
            if self.chance.random() < 0.1:
                self.crowd(draft.chat_id)
            match self.chance.random():
                case number if number < 0.1:
                    other = self.chance.choice(self.workers)
                    await asyncio.gather(self.say(worker, draft), self.say(other, draft))
                case number if number < 0.2:
                    await self.say(worker, draft)
                    await self.say(self.chance.choice(self.workers), draft)
                case number if number < 0.3:
                    run = [
                        draft,
                        *(a_draft(f"{name}-{count}+{more}", room=room, author=name) for more in "12"),
                    ]
                    await self.burst(worker, run)
                    sent.extend(map(key_of, run))
                    continue
                case _:
                    await self.say(worker, draft)
            sent.append(key_of(draft))

    async def burst(self, worker: Committer, run: Sequence[Draft]) -> None:
        """Down one connection without waiting for answers; then, in order, those that need it again."""
        saying = []
        for draft in run:
            saying.append(asyncio.ensure_future(worker.append(draft)))
            await asyncio.sleep(self.chance.expovariate(500))
        answers = await asyncio.gather(*saying, return_exceptions=True)
        self.unknown += sum(isinstance(answer, BaseException) for answer in answers)
        for draft, answer in zip(run, answers, strict=True):
            if isinstance(answer, LaterError):
                await self.say(self.chance.choice(self.workers), draft)
            else:
                assert isinstance(answer, Stored)
                self.answers.setdefault(key_of(draft), []).append(answer)

    async def say(self, worker: Committer, draft: Draft) -> None:
        for _ in range(200):
            try:
                answer = await worker.append(draft)
            except LaterError:
                self.unknown += 1
                worker = self.chance.choice(self.workers)
                continue
            for peer in self.workers:
                if peer is not worker and self.chance.random() < 0.8:
                    peer.heard(answer.entry.chat_id, answer.entry.seq)
            self.answers.setdefault(key_of(draft), []).append(answer)
            return
        pytest.fail(f"never stored: {draft.client_id}")


def key_of(draft: Draft) -> Key:
    return Key(draft.chat_id, draft.author_id, draft.client_id)


@pytest.mark.parametrize(("seed", "trouble"), [(1, 0.0), (2, 0.1), (3, 0.2), (4, 0.3), (5, 0.4)])
@pytest.mark.gen_test(timeout=60)
async def test_no_hole_nothing_twice_no_false_ack(seed: int, trouble: float) -> None:
    attack = Attack(seed, trouble)
    await attack.run()
    log = attack.log
    assert (attack.unknown == 0) or trouble
    assert attack.turns
    assert log.holes == []
    assert len(log.by_key) == len(log.by_place) == len(attack.answers)
    for key, answers in attack.answers.items():
        stored = log.by_key[key]
        assert {(answer.entry.seq, answer.entry.id) for answer in answers} == {
            (stored["seq"], str(stored["_id"]))
        }
        assert sum(not answer.duplicate for answer in answers) <= WORKERS
    for sent in attack.sent:
        places = [log.by_key[key]["seq"] for key in sent]
        assert places == sorted(places)


@pytest.mark.gen_test(timeout=20)
async def test_a_store_that_is_never_there_is_told_within_the_deadline() -> None:
    attack = Attack(7, trouble=1.0)
    started = time.monotonic()
    worker = attack.workers[0]
    answers = await asyncio.gather(
        *(worker.append(a_draft(str(number), room=str(number % 30))) for number in range(300)),
        return_exceptions=True,
    )
    assert {getattr(answer, "code", answer) for answer in answers} == {"retry"}
    assert 0.4 <= time.monotonic() - started < 0.6
    await worker.close()
