"""The site is asked over HTTP; whatever is not an answer is "unknown", in time, and logs nobody out."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from prosa.identity.ask import BATCH_MAX, Ask
from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Credential, Person
from tests.ports import free_port
from tests.prosa.identity.listener import ANA, SECONDS, TOKEN, Site, http, keys, people, site, works

__all__ = ["site"]


@pytest.fixture
def ask(site: Site) -> Iterator[Ask]:
    asking = Ask(site.url, TOKEN, timeout_seconds=0.5)
    yield asking
    asking.close()
    asking._pool.shutdown()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_batch_is_one_question_with_the_token_and_is_answered_in_its_order(
    ask: Ask, site: Site
) -> None:
    site.answers = [people(ANA, None, "unknown")]
    asked = [Credential("session", "a"), Credential("token", "b"), Credential("session", "c")]
    somebody, nobody, unknown = await ask.identify([*asked])
    assert somebody == Person(user_id="1", name="Ana", expires_at=12.5)  # type: ignore[arg-type]
    assert nobody is None
    assert isinstance(unknown, IdentityUnknownError)
    assert site.asked == [[{"kind": one.kind, "secret": one.secret} for one in asked]]
    assert site.heads[0].startswith("POST /prosa/whoami/ HTTP/1.1\r\n")
    assert f"\r\nAuthorization: Bearer {TOKEN}\r\n" in site.heads[0]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_long_batch_is_several_questions_on_one_connection(ask: Ask, site: Site) -> None:
    found = await ask.identify(keys(*(f"k{n}" for n in range(2 * BATCH_MAX + 1)), "k0"))
    assert found == [None] * (2 * BATCH_MAX + 2)
    assert [len(asked) for asked in site.asked] == [BATCH_MAX, BATCH_MAX, 1]
    assert site.connections == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_connection_that_the_site_has_closed_is_made_anew(ask: Ask, site: Site) -> None:
    async def leave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    await works(ask, site)
    site.answers = [leave, people(ANA)]
    assert (await ask.identify(keys("a")))[0] is not None
    assert site.connections == 2
    site.answers = [leave, leave]
    with pytest.raises(IdentityUnknownError):
        await ask.identify(keys("a"))
    await works(ask, site)


LONG = b'{"people": [null]}' + b" " * 2_097_152
"""A good answer to whoever reads no further than the bound."""


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "answer",
    [
        http(b"", "500 Internal Server Error"),
        http(b'{"people": [null]}', "503 Service Unavailable"),
        http(b'{"people": [null]}', "404 Not Found"),
        http(b'{"people": [null]}', "403 Forbidden"),
        http(b'{"people": [null]}', "201 Created"),
        http(b"", "302 Found", "Location: /elsewhere/"),
        http(b"", "307 Temporary Redirect", "Location: /prosa/whoami/"),
        http(b""),
        http(b"<h1>Entrar</h1>"),
        http(b"null"),
        http(b'{"people": null}'),
        people(),
        people(None, None),
        people("known"),
        people({}),
        people({**ANA, "user_id": 1}),
        people({**ANA, "user_id": ""}),
        people({**ANA, "name": None}),
        people({**ANA, "expires_at": "soon"}),
        http(LONG),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + LONG,
        http(b'{"people": [null]}')[:-3],
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
async def test_what_is_no_answer_is_unknown(ask: Ask, site: Site, answer: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        with contextlib.suppress(OSError):  # who asked has left before the end
            await writer.drain()
            writer.write_eof()
            await reader.read()

    site.answers = [say]
    with pytest.raises(IdentityUnknownError):
        await ask.identify(keys("a"))
    assert len(site.asked) == 1
    await works(ask, site)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_site_that_is_not_there_is_unknown(io_loop: Any) -> None:
    ask = Ask(f"http://127.0.0.1:{free_port()}", TOKEN)
    with pytest.raises(IdentityUnknownError):
        await ask.identify(keys("a"))
    ask.close()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_site_that_is_silent_or_never_ends_is_unknown_in_time(ask: Ask, site: Site) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0.02)

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    for answer in (silent, drips, drips):
        site.answers = [answer]
        with pytest.raises(IdentityUnknownError):
            await ask.identify(keys("a"))
        await works(ask, site)
        if answer is drips:
            head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_name_server_that_is_silent_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    released, asked = threading.Event(), threading.Semaphore(0)
    resolve = socket.getaddrinfo

    def hang(host: Any, *rest: Any, **named: Any) -> Any:
        asked.release()
        released.wait(10)
        return resolve("127.0.0.1", *rest[:1], **named)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    ask = Ask(f"http://site.example:{free_port()}", TOKEN, timeout_seconds=0.2)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    for _ in range(2):
        with pytest.raises(IdentityUnknownError):
            await ask.identify(keys("a"))
    turning.cancel()
    ask.close()
    released.set()
    await asyncio.to_thread(ask._pool.shutdown)
    assert asked.acquire(blocking=False)
    assert not asked.acquire(blocking=False)  # nothing queued behind it
    assert turns > 10


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_can_be_nobody_s_is_not_asked_and_harms_no_neighbour(ask: Ask, site: Site) -> None:
    site.answers = [people(ANA)]
    found = await ask.identify(keys("", "x" * 4097, "é", "a\nb", "\ud800", "a"))
    assert found[:5] == [None] * 5
    assert found[5] is not None
    assert [[one["secret"] for one in asked] for asked in site.asked] == [["a"]]
    assert await ask.identify(keys("")) == [None]
    assert len(site.asked) == 1


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_proxy_of_the_environment_is_not_used(
    ask: Ask, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    await works(ask, site)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_log_has_a_key_or_the_token(ask: Ask, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.answers = [http(b"", "500 Internal Server Error")]
    with pytest.raises(IdentityUnknownError) as unknown:
        await ask.identify(keys("the-secret-of-ana"))
    assert "the site does not say who is who: AnswerError" in caplog.text
    for text in (caplog.text, repr(unknown.value), str(unknown.value)):
        assert "the-secret-of-ana" not in text
        assert TOKEN not in text


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_closes_leaves_no_connection(ask: Ask, site: Site) -> None:
    await works(ask, site)
    ask.close()
    await site.ended.wait()
    with pytest.raises(IdentityUnknownError):
        await ask.identify(keys("a"))
