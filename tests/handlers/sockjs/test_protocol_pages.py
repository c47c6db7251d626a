"""The SockJS protocol's promises about the greeting, the iframe page, ``/info`` and paths."""

import re

import pytest

from tests.handlers.sockjs.wire import Answer, Wire, session_path

pytestmark = pytest.mark.gen_test
NOT_CACHED = "no-store, no-cache, no-transform, must-revalidate, max-age=0"


def is_kept_for_long(answer: Answer) -> bool:
    return "public" in answer.headers["cache-control"] and bool(
        re.search("max-age=[1-9][0-9]{6}", answer.headers["cache-control"])
    )


@pytest.mark.parametrize("path", ["/echo", "/echo/"])
async def test_the_base_url_greets(suite: Wire, path: str) -> None:
    answer = await suite.get(path)
    assert (answer.status, answer.body) == (200, "Welcome to SockJS!\n")
    assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("suffix", ["/a", "/a.html", "//", "///", "/a/a", "/a/a/", "/a/"])
async def test_nothing_else_is_there(suite: Wire, suffix: str) -> None:
    assert (await suite.get("/echo" + suffix)).status == 404


@pytest.mark.parametrize("path", ["/echo", "/echo/info", "/echo/iframe.html"])
@pytest.mark.parametrize("method", ["TRACE", "BREW"])
async def test_an_unheard_of_method_is_answered(suite: Wire, path: str, method: str) -> None:
    assert (await suite.asks(method, path)).status == 405


@pytest.mark.parametrize(
    "name",
    [
        "iframe.html",
        "iframe-a.html",
        "iframe-.html",
        "iframe-0.1.2.html",
        "iframe-0.1.2abc-dirty.2144.html",
        "iframe-a.html?t=1234",
    ],
)
async def test_the_iframe_page_is_the_prescribed_one(suite: Wire, name: str) -> None:
    answer = await suite.get("/echo/" + name)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    assert is_kept_for_long(answer)
    assert answer.headers["expires"].endswith("GMT")
    assert answer.headers["etag"]
    assert "last-modified" not in answer.headers
    assert "set-cookie" not in answer.headers
    lines = answer.body.split("\n")
    assert lines[5] == '  <script src="/prosa/static/vendor/sockjs.min.js"></script>'
    assert lines[6:10] == [
        "  <script>",
        "    document.domain = document.domain;",
        "    SockJS.bootstrap_iframe();",
        "  </script>",
    ]
    assert lines[13] == "  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>"
    assert answer.body.endswith("</html>")


async def test_the_iframe_pages_one_script_is_let_in_by_its_digest(suite: Wire) -> None:
    policy = (await suite.get("/echo/iframe.html")).headers["content-security-policy"]
    assert "'sha256-" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["iframe.htm", "iframe", "IFRAME.HTML", "iframe.xml", "iframe-/.html"])
async def test_other_iframe_pages_are_not_there(suite: Wire, name: str) -> None:
    assert (await suite.get("/echo/" + name)).status == 404


async def test_the_iframe_page_is_not_sent_twice(suite: Wire) -> None:
    first = await suite.get("/echo/iframe.html")
    again = await suite.get("/echo/iframe.html", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, "")
    assert "content-type" not in again.headers


async def test_info_says_what_the_server_can_do(suite: Wire) -> None:
    answer = await suite.get("/echo/info", {"Origin": "test"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert answer.headers["cache-control"] == NOT_CACHED
    assert answer.headers["access-control-allow-origin"] == "test"
    assert answer.headers["access-control-allow-credentials"] == "true"
    found = answer.hears()
    assert (found["websocket"], found["origins"], found["cookie_needed"]) == (True, ["*:*"], False)
    assert 0 <= found["entropy"] < 2**32


async def test_info_never_gives_the_same_entropy(suite: Wire) -> None:
    found = {(await suite.get("/echo/info")).hears()["entropy"] for _ in range(3)}
    assert len(found) > 1


async def test_info_says_where_websockets_are_off_and_cookies_needed(suite: Wire) -> None:
    assert (await suite.get("/disabled_websocket_echo/info")).hears()["websocket"] is False
    assert (await suite.get("/cookie_needed_echo/info")).hears()["cookie_needed"] is True


@pytest.mark.parametrize("origin", ["test", "null"])
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/info", ["OPTIONS", "GET"]),
        ("/abc/abc/xhr", ["OPTIONS", "POST"]),
        ("/abc/abc/xhr_send", ["OPTIONS", "POST"]),
        ("/abc/abc/xhr_streaming", ["OPTIONS", "POST"]),
    ],
)
async def test_a_preflight_is_answered(suite: Wire, path: str, methods: list[str], origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": methods[1]}
    answer = await suite.options("/echo" + path, asked)
    assert (answer.status, answer.body) == (204, "")
    assert is_kept_for_long(answer)
    assert int(answer.headers["access-control-max-age"]) > 1_000_000
    assert all(method in answer.headers["access-control-allow-methods"] for method in methods)
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "access-control-allow-headers" not in answer.headers


async def test_a_preflight_allows_the_headers_that_are_asked_for(suite: Wire) -> None:
    asked = {"Origin": "test", "Access-Control-Request-Headers": "a, b, c"}
    answer = await suite.options("/echo/0/0/xhr", asked)
    assert answer.headers["access-control-allow-headers"] == "a, b, c"
    assert (
        "access-control-allow-headers"
        not in (await suite.options("/echo/0/0/xhr", {**asked, "Access-Control-Request-Headers": ""})).headers
    )


@pytest.mark.parametrize("path", ["/a/a-1", "/_/_", "/1/1", "/abcdefgh_i-j%20/abcdefg_i-j"])
async def test_any_server_and_any_sane_session_will_do(suite: Wire, path: str) -> None:
    answer = await suite.post(f"/echo{path}/xhr")
    assert (answer.status, answer.body) == (200, "o\n")


@pytest.mark.parametrize(
    "suffix", ["//", "/a./a", "/a/a.", "/./.", "/", "///", "/a/a%20b", "/a/%2e%2e%2fb", "/a/" + "b" * 65]
)
async def test_other_paths_are_not_there(suite: Wire, suffix: str) -> None:
    assert (await suite.post(f"/echo{suffix}/xhr")).status == 404


async def test_a_session_is_the_same_on_every_server_id(suite: Wire) -> None:
    path = session_path()
    assert (await suite.post(f"/echo{path}/xhr")).body == "o\n"
    assert (await suite.post(f"/echo{path}/xhr_send", '["a"]')).status == 204
    assert (await suite.post(f"/echo{path.replace('000', '999')}/xhr")).body == 'a["a"]\n'


async def test_a_server_answers_twice_on_one_line(suite: Wire) -> None:
    for version in ("1.0", "1.1"):
        answer = await suite.opens("GET", "/echo", headers={"Connection": "Keep-Alive"}, version=version)
        assert answer.headers["content-length"] == "19"
        assert "transfer-encoding" not in answer.headers
        assert await answer.bytes(19) == "Welcome to SockJS!\n"
        answer._writer.write(f"GET /echo HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        assert (await answer.begin()).status == 200
        answer.close()
