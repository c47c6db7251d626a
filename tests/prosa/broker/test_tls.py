"""A Redis is spoken to over TLS, as a user who may do no more than workers need, and as nobody else."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from limits import parse

from doctor import broker as doctor
from prosa.broker.broker import Broker
from tests.doctor.lines import troubles
from tests.prosa.broker.authority import Authority
from tests.prosa.broker.wire import End, redis_broker
from tests.redis_server import RedisServer
from tests.server import ROOT
from tests.waiting import until

SECONDS = 30
PASSWORD = "a-pass-word"
RATE = parse("2 per minute")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

Opened = Callable[[Broker], End]


def documented_user() -> list[str]:
    """The rules of the user that docs/operations.md names, with this test's password."""
    found = re.search(r"^    ACL SETUSER (prosa .+?)\n\n", OPERATIONS, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1].replace(">…", f">{PASSWORD}").split()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secured(authority: Authority) -> Iterator[tuple[RedisServer, str]]:
    """A Redis over TLS with the documented user, and its address without a CA."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    server, port = authority.redis("--user", *documented_user())
    with server:
        yield server, f"rediss://prosa:{PASSWORD}@localhost:{port}/0"


async def counted(worker: End) -> float:
    """What Redis says of one more; on a busy machine the first line of TLS may take longer than it has."""
    while (found := await worker.broker.take(RATE, "sends", "ana", 1)) is None:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.1)
    return found


async def is_handed_on(one: End, other: End) -> bool:
    """Whether the baton says to one what the other has reached, and did not come too late for it."""
    async with one.broker.turn("7") as turn:
        turn.top = 41
    async with other.broker.turn("7") as turn:
        return turn.top == 41


async def talk(opened: Opened, url: str) -> tuple[End, End]:
    one, other = (
        opened(redis_broker(url, prefix="prosa:test:")),
        opened(redis_broker(url, prefix="prosa:test:")),
    )
    for end in (one, other):
        await end.is_up()
        end.broker.subscribe("room:1")
    await one.hears(other, "room:1")
    return one, other


@pytest.mark.gen_test(timeout=SECONDS)
async def test_workers_hear_each_other_over_tls_where_the_address_names_the_ca(
    secured: tuple[RedisServer, str], authority: Authority, opened: Opened
) -> None:
    server, url = secured
    url += f"?ssl_ca_certs={authority.certificate}"
    one, other = await talk(opened, url)
    server.kill()
    await until(lambda: not one.broker.is_connected and not other.broker.is_connected)
    await asyncio.to_thread(server.start)
    await until(lambda: one.broker.is_connected and other.broker.is_connected)
    await one.hears(other, "room:1")
    server.stand_still()
    await until(lambda: not one.broker.is_connected and not other.broker.is_connected)
    server.go_on()
    await until(lambda: one.broker.is_connected and other.broker.is_connected)
    await one.hears(other, "room:1")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_ca_that_the_machine_trusts_need_not_be_named(
    secured: tuple[RedisServer, str], authority: Authority, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    await talk(opened, secured[1])


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("stranger", ["another_authority", "another_name"])
async def test_who_is_not_known_is_told_nothing(
    secured: tuple[RedisServer, str],
    authority: Authority,
    opened: Opened,
    caplog: pytest.LogCaptureFixture,
    stranger: str,
) -> None:
    _, url = secured
    if stranger == "another_name":
        url = url.replace("localhost", "127.0.0.1") + f"?ssl_ca_certs={authority.certificate}"
    end = opened(redis_broker(url))
    await until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
    assert not end.broker.is_connected
    assert PASSWORD not in caplog.text


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("login", ["prosa:not-the-password", "somebody:" + PASSWORD])
async def test_a_wrong_password_is_said_in_the_log_and_not_shown(
    secured: tuple[RedisServer, str],
    authority: Authority,
    opened: Opened,
    caplog: pytest.LogCaptureFixture,
    login: str,
) -> None:
    url = secured[1].replace(f"prosa:{PASSWORD}", login) + f"?ssl_ca_certs={authority.certificate}"
    end = opened(redis_broker(url))
    await until(lambda: "redis_down" in caplog.text)
    assert "AuthenticationError" in caplog.text
    assert login.partition(":")[2] not in caplog.text
    assert not end.broker.is_connected


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_documented_user_may_do_all_that_workers_do_and_nothing_else(
    secured: tuple[RedisServer, str],
    authority: Authority,
    opened: Opened,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server, url = secured
    url += f"?ssl_ca_certs={authority.certificate}"
    one, other = await talk(opened, url)
    assert [await counted(end) for end in (one, other)] == [0.0, 0.0]
    assert await counted(one) > 50
    while not await is_handed_on(one, other):
        pass
    one.broker.unsubscribe("room:1")
    other.broker.subscribe("room:2")
    await other.hears(one, "room:2")
    assert troubles(await asyncio.to_thread(lambda: list(doctor.check(url, "test", 3)))) == []
    assert not re.search("NoPermission|NOPERM", caplog.text)
    for command in ("FLUSHALL", "KEYS *", "GET other:key", "CONFIG GET *", "PUBLISH other x"):
        assert server.says(f"ACL DRYRUN prosa {command}") != "+OK", command
