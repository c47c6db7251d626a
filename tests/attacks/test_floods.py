"""Whatever somebody does to a worker, it is bounded, nothing of it stays, and two who talk go on talking."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.attacks.floods import (
    FLOODS,
    GUESSING_LINES,
    SLOW_READERS,
    Attack,
    Attacker,
    guesses,
    polls_with_one_id,
    reconnect_storm,
    slow_readers,
    ten_thousand_ids,
)
from tests.attacks.pair import talking
from tests.faults.test_churn import is_anybody_there, look, memory_kib
from tests.server import Server

SECONDS = 120
QUIET_SECONDS = 40.0
GROWTH_KIB = 40 * 1024
"""Over all attacks together: room for 1,000 who are there at one moment (25 MiB), not for 10,000."""

SEATS = "prosa.chat.seats.Seat"
SESSIONS = "handlers.sockjs.session.PollingSession"
STRANGERS = 500
CONNECTIONS = 1_500
COMMANDS = 1_000
"""Of one person in any ten seconds, whatever becomes of them: the default."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A worker that can be looked into."""
    server = Server(
        tmp_path_factory.mktemp("attacked"),
        program="-m tests.faults.watched",
        PROSA_SENDS="1000 per 1 second",
        PROSA_JOINS="1000 per 1 second",
        PROSA_HELLO_SECONDS="3",
        PROSA_STRANGERS_PER_ADDRESS=str(STRANGERS),
        PROSA_CONNECTIONS=str(CONNECTIONS),
    )
    server.start()
    try:
        server.has_rooms()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def cookies(server: Server) -> list[str]:
    """The sessions of two who talk, and of nobody else."""
    return [server.login(name) for name in ("cliente", "reforma")]


@pytest.fixture(scope="module")
def kib_before(server: Server, cookies: list[str]) -> int:
    """The worker's memory once somebody has talked over it."""

    async def talk() -> None:
        async with talking(server, cookies):
            await asyncio.sleep(1)

    asyncio.run(talk())
    return memory_kib(server)


def becomes_quiet(server: Server) -> None:
    deadline = time.monotonic() + QUIET_SECONDS
    while is_anybody_there(found := look(server)):
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


@pytest.mark.parametrize("attack", FLOODS, ids=lambda attack: attack.__name__)
def test_two_who_talk_go_on_talking(
    server: Server, cookies: list[str], kib_before: int, attack: Attack
) -> None:
    account = {slow_readers: "reforma", guesses: "pintura"}.get(attack)
    attacker = Attacker(server.url, server.login(account) if account else "")

    async def happens() -> int:
        async with asyncio.timeout(SECONDS), talking(server, cookies) as pair:
            before = pair.said
            await attack(attacker)
            said = pair.said - before
            found = await asyncio.to_thread(look, server)
            assert found[SESSIONS] <= 2 * CONNECTIONS
            assert attack is not slow_readers or found[SEATS] == len(cookies) + SLOW_READERS
        await attacker.leaves()
        return said

    assert asyncio.run(happens()) > 0
    becomes_quiet(server)
    grown_kib = memory_kib(server) - kib_before
    print(f"{attack.__name__}: {dict(attacker.answers)}, {grown_kib} KiB")  # noqa: T201 - what was seen
    assert grown_kib <= GROWTH_KIB
    if attack is ten_thousand_ids:
        assert sum(attacker.answers.values()) == 10_000
        assert set(attacker.answers) <= {"200", "503"}
    if attack is guesses:
        assert attacker.answers["101"] == GUESSING_LINES
        assert 0 < attacker.answers["not_found"] <= COMMANDS
    if attack is polls_with_one_id:
        assert attacker.answers == {"200": 3_000}
    if attack is reconnect_storm:
        assert attacker.answers == {"101": 2_000}
