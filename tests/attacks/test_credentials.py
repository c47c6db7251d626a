"""What stands in an address opens one connection, for the person who is there already, and stays there."""

import json

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.browser import Browser
from tests.journeys.scene import Start
from tests.journeys.test_tokens import KEYS, token

SECONDS = 30


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_link_with_another_persons_token_leads_nobody_into_their_account(start: Start) -> None:
    scene = await start(token_keys=KEYS)
    own, foreign = await token(scene, "cliente"), await token(scene, "pintura")
    cookie = await scene.logs_in("cliente")
    browser = await Browser.open(scene.url, cookie, token=foreign)
    assert (await browser.hears("error"))["code"] == "unauthenticated"
    assert await browser.is_closed() == 4401
    for may in (
        await Browser.open(scene.url, cookie, token=own),
        await Browser.open(scene.url, "x", token=own),
    ):
        assert (await may.hears("welcome"))["user_id"] == scene.ids["cliente"]
        await may.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_two_credentials_in_one_address_are_none(start: Start) -> None:
    scene = await start(token_keys=KEYS, allow_session_key_in_url=True)
    shown = {"token": await token(scene, "cliente"), "session_key": await scene.logs_in("cliente")}
    browser = await Browser.open(scene.url, None, **shown)
    assert await browser.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_credential_in_an_address_becomes_a_cookie_or_goes_on_in_a_referer(start: Start) -> None:
    scene = await start(token_keys=KEYS, allow_session_key_in_url=True, jsonp=True, htmlfile=True)
    shown, key = await token(scene, "cliente"), await scene.logs_in("cliente")
    for query in (f"token={shown}", f"session_key={key}"):
        for method, path in (
            ("GET", "/ws/chat/info"),
            ("GET", "/ws/chat/iframe.html"),
            ("POST", f"/ws/chat/000/{query[:5]}-1/xhr"),
            ("POST", f"/ws/chat/000/{query[:5]}-1/xhr_send"),
            ("GET", f"/ws/chat/000/{query[:5]}-2/jsonp"),
            ("GET", "/chat/"),
            ("GET", "/chat/1/"),
        ):
            answer = await AsyncHTTPClient().fetch(
                f"{scene.url}{path}?c=x&{query}",
                method=method,
                body=json.dumps(["x"]) if method == "POST" else None,
                follow_redirects=False,
                raise_error=False,
            )
            cookies = answer.headers.get_list("Set-Cookie")
            assert all(cookie.startswith("prosa_next=") for cookie in cookies), path
            assert not cookies or not path.startswith("/ws/")
            assert answer.headers["Referrer-Policy"] in {"strict-origin", "same-origin"}
            assert not path.startswith("/ws/") or answer.headers["Referrer-Policy"] == "strict-origin"
            told = str(list(answer.headers.get_all())) + answer.body.decode()
            assert shown not in told, path
            assert key not in told, path
