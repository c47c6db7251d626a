"""The SockJS protocol's promises about streaming responses and WebSockets."""

import asyncio

import pytest

from tests.handlers.sockjs.test_protocol_pages import NOT_CACHED
from tests.handlers.sockjs.wire import PATIENCE, Wire, heard, session_path

pytestmark = pytest.mark.gen_test
PRELUDE = "h" * 2048 + "\n"
HTMLFILE_BEGIN = "<!doctype html>\n<html><head>\n"


def script(pack: str) -> str:
    return "<script>\np(%s);\n</script>\r\n" % pack  # noqa: UP031 - braces and quotes


async def test_xhr_streaming_begins_with_nothing_and_goes_on(suite: Wire) -> None:
    url = "/echo" + session_path()
    answer = await suite.opens("POST", url + "/xhr_streaming", headers={"Origin": "test"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/javascript; charset=UTF-8"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert answer.headers["cache-control"] == NOT_CACHED
    assert answer.headers["access-control-allow-origin"] == "test"
    assert [await answer.chunk(), await answer.chunk()] == [PRELUDE, "o\n"]
    assert (await suite.post(url + "/xhr_send", '["x"]')).status == 204
    assert await answer.chunk() == 'a["x"]\n'
    answer.close()


async def test_eventsource_frames_every_message_as_an_event(suite: Wire) -> None:
    url = "/echo" + session_path()
    answer = await suite.opens("GET", url + "/eventsource")
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == NOT_CACHED
    assert [await answer.chunk(), await answer.chunk()] == ["\r\n", "data: o\r\n\r\n"]
    for body in ('["x"]', r'["  \u0000\n\r "]'):
        assert (await suite.post(url + "/xhr_send", body)).status == 204
        assert await answer.chunk() == f"data: a{body}\r\n\r\n"
    answer.close()


async def test_htmlfile_frames_every_message_as_a_script(suite: Wire) -> None:
    url = "/echo" + session_path()
    answer = await suite.opens("GET", url + "/htmlfile?c=%63all.back_")
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    assert answer.headers["cache-control"] == NOT_CACHED
    head = await answer.chunk()
    assert head.startswith(HTMLFILE_BEGIN)
    assert "var c = parent.call.back_;" in head
    assert len(head) > 1024
    assert await answer.chunk() == script('"o"')
    assert (await suite.post(url + "/xhr_send", '["x"]')).status == 204
    assert await answer.chunk() == script(r'"a[\"x\"]"')
    assert (await suite.post(url + "/xhr_send", '["</script>"]')).status == 204
    assert await answer.chunk() == script(r'"a[\"\u003c/script>\"]"')
    answer.close()


@pytest.mark.parametrize("receiving", ["xhr_streaming", "eventsource", "htmlfile?c=x"])
async def test_a_streaming_response_ends_once_it_is_long(suite: Wire, receiving: str) -> None:
    url = "/echo" + session_path()
    answer = await suite.opens("POST" if receiving == "xhr_streaming" else "GET", f"{url}/{receiving}")
    await answer.chunk()
    await answer.chunk()
    text = "x" * 128
    for _ in range(31):
        assert (await suite.post(url + "/xhr_send", f'["{text}"]')).status == 204
        chunk = await answer.chunk()
        if not chunk:
            return
        assert text in chunk
    assert await answer.chunk() == ""


async def test_a_closed_session_ends_its_streams(suite: Wire) -> None:
    url = f"/close{session_path()}/xhr_streaming"
    first = await (await suite.opens("POST", url)).rest()
    assert first.body == PRELUDE + 'o\nc[3000,"Go away!"]\n'
    second = await (await suite.opens("POST", url)).rest()
    assert second.body == PRELUDE + 'c[3000,"Go away!"]\n'


async def test_a_second_stream_is_sent_away_and_an_aborted_one_ends_the_session(suite: Wire) -> None:
    url = f"/echo{session_path()}/xhr_streaming"
    first = await suite.opens("POST", url)
    assert [await first.chunk(), await first.chunk()] == [PRELUDE, "o\n"]
    second = await (await suite.opens("POST", url)).rest()
    assert second.body == PRELUDE + 'c[2010,"Another connection still open"]\n'
    first.close()
    assert await suite.eventually_posts(url, PRELUDE + 'c[1002,"Connection interrupted"]\n')


async def test_an_http_1_0_stream_ends_with_its_connection(suite: Wire) -> None:
    answer = await suite.opens(
        "POST", f"/close{session_path()}/xhr_streaming", headers={"Connection": "Keep-Alive"}, version="1.0"
    )
    assert answer.status == 200
    assert not {"transfer-encoding", "content-length"} & set(answer.headers)
    body = PRELUDE + 'o\nc[3000,"Go away!"]\n'
    assert await answer.bytes(len(body)) == body
    assert await answer.is_hung_up()


async def test_a_websocket_opens_carries_and_closes(suite: Wire) -> None:
    socket = await suite.socket(f"/echo{session_path()}/websocket")
    assert await heard(socket) == "o"
    for frame in ("", "[]", '["a"]'):  # the first two are nothing
        await socket.write_message(frame)
    assert await heard(socket) == 'a["a"]'
    socket.close()
    closing = await suite.socket(f"/close{session_path()}/websocket")
    assert [await heard(closing) for _ in range(3)] == ["o", 'c[3000,"Go away!"]', None]


@pytest.mark.parametrize("headers", [{}, {"Upgrade": "WebSocket", "Connection": "close"}])
async def test_a_plain_request_is_no_websocket(suite: Wire, headers: dict[str, str]) -> None:
    assert (await suite.get("/echo/0/0/websocket", headers)).status == 400


@pytest.mark.parametrize("headers", [{}, {"Upgrade": "WebSocket", "Connection": "Upgrade"}])
async def test_nothing_is_posted_to_a_websocket(suite: Wire, headers: dict[str, str]) -> None:
    answer = await suite.post("/echo/0/0/websocket", headers=headers)
    assert (answer.status, answer.body, answer.headers["allow"]) == (405, "", "GET")
    assert "content-type" not in answer.headers


async def test_a_websocket_shakes_hands(suite: Wire) -> None:
    answer = await suite.opens(
        "GET",
        f"/echo{session_path()}/websocket",
        headers={
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Origin": "http://asd",
            "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        },
    )
    assert answer.status == 101
    assert answer.headers["sec-websocket-accept"] == "HSmrc0sMlYUkAGmm5OPpG2HaGWk="
    assert (answer.headers["connection"].lower(), answer.headers["upgrade"].lower()) == (
        "upgrade",
        "websocket",
    )
    assert "content-length" not in answer.headers
    answer.close()


async def test_two_websockets_may_have_one_session_id(suite: Wire) -> None:
    path = f"/echo{session_path()}/websocket"
    sockets = [await suite.socket(path), await suite.socket(path)]
    for name, socket in zip("ab", sockets, strict=True):
        assert await heard(socket) == "o"
        await socket.write_message(f'["{name}"]')
        assert await heard(socket) == f'a["{name}"]'
        socket.close()


@pytest.mark.parametrize("frame", ['["a', "5", '{"a": 1}', "[1]", "[" * 50_000])
async def test_whoever_sends_no_frame_is_cut_off(suite: Wire, frame: str) -> None:
    socket = await suite.socket(f"/echo{session_path()}/websocket")
    assert await heard(socket) == "o"
    await socket.write_message(frame)
    assert await heard(socket) is None


async def test_a_raw_websocket_has_no_frames_and_is_told_why_it_is_closed(suite: Wire) -> None:
    socket = await suite.socket("/echo/websocket")
    await socket.write_message("Hello world!\uffff")
    assert await heard(socket) == "Hello world!\uffff"
    socket.close()
    closing = await suite.socket("/close/websocket")
    assert await heard(closing) is None
    assert (closing.close_code, closing.close_reason) == (3000, "Go away!")


async def test_a_server_without_websockets_has_none_at_all(suite: Wire) -> None:
    for path in ("/0/0/websocket", "/websocket"):
        assert (await suite.get("/disabled_websocket_echo" + path)).status == 404


async def test_a_frame_at_the_limit_is_taken_and_one_over_it_closes_with_1009(suite: Wire) -> None:
    socket = await suite.socket("/echo/websocket")
    text = "é" * 131_072
    await socket.write_message(text)
    assert await heard(socket) == text
    async with asyncio.timeout(PATIENCE):
        await socket.write_message(text + "x")
    assert await heard(socket) is None
    assert socket.close_code == 1009
