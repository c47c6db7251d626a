"""Who may come in, from which page, and whose cookie counts."""

from collections.abc import Callable
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.wire import heard, session_path

pytestmark = pytest.mark.gen_test
Start = Callable[..., Place]
LISTED = "https://partner.example"
COOKIE = {"Cookie": "sessionid=secret"}
TRANSPORTS = [
    ("POST", "/xhr"),
    ("POST", "/xhr_send"),
    ("POST", "/xhr_streaming"),
    ("GET", "/eventsource"),
    ("GET", "/jsonp?c=x"),
    ("POST", "/jsonp_send"),
    ("GET", "/htmlfile?c=x"),
]
FOREIGN = [
    "https://evil.example",
    "null",
    "https://",
    "http://partner.example",
    "https://partner.example.evil.example",
    "https://artner.example",
    "https://partner.example:444",
    "https://partner.example/",
    "https://partner.example@evil.example",
]


def open_door(place: Start, **changes: Any) -> Place:
    return place(
        cookie_name="sessionid", allowed_origins=frozenset({LISTED}), jsonp=True, htmlfile=True, **changes
    )


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_is_refused_on_every_transport(place: Start, origin: str) -> None:
    one = open_door(place)
    headers = {"Origin": origin, **COOKIE}
    for method, transport in TRANSPORTS:
        answer = await one.wire.asks(method, f"/ws{session_path()}{transport}", headers=headers)
        assert answer.status == 403, transport
        assert "access-control-allow-origin" not in answer.headers
    assert (await one.wire.options(f"/ws{session_path()}/xhr", {"Origin": origin})).status == 403
    for path in (f"/ws{session_path()}/websocket", "/ws/websocket"):
        with pytest.raises(HTTPClientError) as refused:
            await one.wire.socket(path, headers)
        assert refused.value.code == 403
    assert one.connections == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://evil.example/x"},
    ],
)
async def test_a_script_or_frame_of_a_foreign_page_is_refused(place: Start, headers: dict[str, str]) -> None:
    one = open_door(place)
    for method, transport in TRANSPORTS:
        answer = await one.wire.asks(method, f"/ws{session_path()}{transport}", headers={**headers, **COOKIE})
        assert answer.status == 403, transport


async def cookies_seen(one: Place, headers: dict[str, str]) -> list[str | None]:
    """What the application sees over polling, SockJS's WebSocket and the raw one."""
    await one.wire.post(f"/ws{session_path()}/xhr", headers={**headers, **COOKIE})
    await heard(await one.wire.socket(f"/ws{session_path()}/websocket", {**headers, **COOKIE}))
    raw = await one.wire.socket("/ws/websocket", {**headers, **COOKIE})
    await raw.write_message("x")
    await heard(raw)
    return [connection.opening.cookie for connection in one.connections]


async def test_our_own_page_brings_the_cookie(place: Start) -> None:
    one = open_door(place)
    assert await cookies_seen(one, {"Origin": one.origin}) == ["secret"] * 3


@pytest.mark.parametrize("value", ["same-origin", "none"])
async def test_a_browser_that_sends_no_origin_tells_the_site_or_the_referer(place: Start, value: str) -> None:
    one = open_door(place)
    assert await cookies_seen(one, {"Sec-Fetch-Site": value}) == ["secret"] * 3
    one = open_door(place)
    assert await cookies_seen(one, {"Referer": one.origin + "/chat/1/"}) == ["secret"] * 3


async def test_a_listed_page_comes_in_without_the_cookie(place: Start) -> None:
    one = open_door(place)
    assert await cookies_seen(one, {"Origin": LISTED}) == [None] * 3
    assert one.connections[0].opening.origin == LISTED


async def test_a_native_clients_cookie_counts_on_the_raw_websocket_only(place: Start) -> None:
    assert await cookies_seen(open_door(place), {}) == [None, None, "secret"]


async def test_info_answers_any_page_but_none_with_credentials(place: Start) -> None:
    one = open_door(place)
    for origin in FOREIGN:
        answer = await one.wire.get("/ws/info", {"Origin": origin})
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


async def test_only_ours_and_listed_pages_may_read_an_answer(place: Start) -> None:
    one = open_door(place)
    for origin in (one.origin, LISTED):
        answer = await one.wire.post(f"/ws{session_path()}/xhr", headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["vary"] == "Origin"
    answer = await one.wire.post(f"/ws{session_path()}/xhr")
    assert "access-control-allow-origin" not in answer.headers


async def test_the_iframe_page_is_framed_by_nobody_else(place: Start) -> None:
    answer = await open_door(place).wire.get("/ws/iframe.html")
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


async def test_a_stranger_neither_reads_nor_sends_nor_takes_the_place_of_a_session(place: Start) -> None:
    one = open_door(place)
    url, mine = f"/ws{session_path()}", {"Origin": one.origin, **COOKIE}
    strangers = [
        {"Origin": one.origin, "Cookie": "sessionid=other"},
        {"Origin": one.origin},
        {"Origin": LISTED, **COOKIE},
    ]
    assert (await one.wire.post(url + "/xhr", headers=mine)).body == "o\n"
    for stranger in strangers:
        assert (await one.wire.post(url + "/xhr_send", '["forged"]', stranger)).status == 404
        assert (await one.wire.post(url + "/xhr", headers=stranger)).status == 404
    assert (await one.wire.post(url + "/xhr_send", '["mine"]', mine)).status == 204
    assert (await one.wire.post(url + "/xhr", headers=mine)).body == 'a["mine"]\n'
    assert len(one.connections) == 1


async def test_a_key_in_the_url_binds_a_session_too(place: Start) -> None:
    one = open_door(place)
    url = f"/ws{session_path()}/xhr"
    assert (await one.wire.post(url + "?session_key=a")).body == "o\n"
    assert (await one.wire.post(url + "?session_key=b")).status == 404
    assert one.connections[0].opening.query == {"session_key": "a"}


@pytest.mark.parametrize("path", ["/jsonp?c=x", "/jsonp_send", "/htmlfile?c=x"])
async def test_old_transports_are_not_there_unless_switched_on(place: Start, path: str) -> None:
    one = place()
    for method in ("GET", "POST", "OPTIONS"):
        assert (await one.wire.asks(method, f"/ws{session_path()}{path}")).status == 404
    assert (await one.wire.post("/ws/chunking_test")).status == 404
