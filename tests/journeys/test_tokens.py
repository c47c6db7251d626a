"""Three ways to say who one is: the site's cookie, a token, a session key in the URL."""

import json
import logging
import time
from typing import Any

import jwt
import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start

SECONDS = 30
SECRET = "a-key-for-people-of-at-least-32-bytes"
KEYS = json.dumps({"k": ["HS256", SECRET]})


async def token(scene: Scene, username: str, *, seconds: int = 300, **changed: Any) -> str:
    """As the site mints it for one of its people."""
    await scene.logs_in(username)
    now = int(time.time())
    claims = {"sub": scene.ids[username], "name": username.title(), "aud": "prosa", "iat": now}
    return jwt.encode(
        {**claims, "exp": now + seconds, **changed}, SECRET, algorithm="HS256", headers={"kid": "k"}
    )


async def polled(scene: Scene, session: str, **query: str) -> HTTPResponse:
    """One poll of a SockJS session, by a program that has no cookie."""
    return await AsyncHTTPClient().fetch(
        f"{scene.url}/ws/chat/000/{session}/xhr?{'&'.join('='.join(pair) for pair in query.items())}",
        method="POST",
        body="",
        raise_error=False,
    )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_token_in_the_url_says_who_it_is(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    await scene.room()
    browser = await Browser.open(scene.url, None, token=await token(scene, "cliente"))
    welcome = await browser.hears("welcome")
    assert (welcome["user_id"], welcome["user"]) == (scene.ids["cliente"], "Cliente")
    assert welcome["expires_at"].endswith("Z")
    await browser.asks("join_chat", chat_id=1)
    await browser.says("Olá", in_room=1)
    assert (await scene.log())[0].author_id == scene.ids["cliente"]
    await browser.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_token_opens_a_polling_session_and_no_other_token_reads_it(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    mine, other = await token(scene, "cliente"), await token(scene, "pintura")
    assert (await polled(scene, "abc", token=mine)).body == b"o\n"
    assert b"welcome" in (await polled(scene, "abc", token=mine)).body
    assert (await polled(scene, "abc", token=other)).code == 404
    assert (await polled(scene, "abc")).code == 404


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "changed", [{"aud": "other"}, {"exp": 1}, {"sub": None}, {"exp": time.time() + 9999}]
)
async def test_a_bad_token_is_told_and_closed(start: Start, changed: dict[str, Any]) -> None:
    scene = await start(token_keys=KEYS)
    browser = await Browser.open(scene.url, None, token=await token(scene, "cliente", **changed))
    assert (await browser.hears("error"))["code"] == "unauthenticated"
    assert await browser.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_without_keys_no_token_is_good(start: Start) -> None:
    scene = await start()
    browser = await Browser.open(scene.url, None, token=await token(scene, "cliente"))
    assert await browser.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_first_message_can_bring_the_token_and_is_answered(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    browser = await Browser.open(scene.url, None)
    answer = await browser.asks("authenticate", token=await token(scene, "cliente"))
    assert answer["expires_at"] == (await browser.hears("welcome"))["expires_at"]
    await browser.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_token_about_to_end_is_announced_renewed_and_at_last_over(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    browser = await Browser.open(scene.url, None, token=await token(scene, "cliente", seconds=4))
    told = await browser.hears("token_expiring")
    assert told["expires_at"] == browser.has_heard("welcome")[0]["expires_at"]
    fresh = await browser.asks("refresh_token", token=await token(scene, "cliente", seconds=8))
    assert fresh["expires_at"] > told["expires_at"]
    assert (await browser.hears("token_expiring"))["expires_at"] == fresh["expires_at"]
    assert await browser.is_closed() == 4003


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_fresh_token_of_somebody_else_ends_the_connection(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    browser = await scene.browser("cliente")
    other = await token(scene, "pintura")
    for shown in ({}, {"token": "a.b.c"}, {"token": other, "session_key": "x"}):
        with pytest.raises(Refused) as caught:
            await browser.asks("refresh_token", **shown)
        assert caught.value.code == "unauthenticated"
    await browser.asks("refresh_token", token=await token(scene, "cliente"))
    browser.writes(json.dumps({"event": "refresh_token", "data": {"token": other}}))
    assert await browser.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_session_key_in_the_url_counts_only_where_it_is_allowed(start: Start) -> None:
    scene = await start(hello_seconds=0.3)
    browser = await Browser.open(scene.url, None, session_key=await scene.logs_in("cliente"))
    assert await browser.is_closed() == 4401
    scene = await start(allow_session_key_in_url=True)
    browser = await Browser.open(scene.url, None, session_key=await scene.logs_in("cliente"))
    assert (await browser.hears("welcome"))["user_id"] == scene.ids["cliente"]
    await browser.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_link_with_another_persons_session_leads_nobody_into_their_account(start: Start) -> None:
    scene = await start(allow_session_key_in_url=True)
    own, foreign = await scene.logs_in("cliente"), await scene.logs_in("pintura")
    browser = await Browser.open(scene.url, own, session_key=foreign)
    assert (await browser.hears("error"))["code"] == "unauthenticated"
    assert await browser.is_closed() == 4401
    browser = await Browser.open(scene.url, own, session_key=own)
    assert (await browser.hears("welcome"))["user_id"] == scene.ids["cliente"]
    await browser.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nothing_of_a_credential_is_logged(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scene = await start(token_keys=KEYS, allow_session_key_in_url=True)
    shown, key = await token(scene, "cliente"), await scene.logs_in("cliente")
    for query, greeting in (
        ({"token": shown}, "welcome"),
        ({"session_key": key}, "welcome"),
        ({"token": shown[:-2]}, "error"),
    ):
        browser = await Browser.open(scene.url, None, **query)
        await browser.hears(greeting)
        await browser.leaves()
        await polled(scene, "abc", **query)
    assert "connection_open" in caplog.text
    assert shown[:-2] not in caplog.text
    assert key not in caplog.text
