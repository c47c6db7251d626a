"""The SockJS protocol's promises about polling: xhr, jsonp, sending and closing."""

import json

import pytest

from tests.handlers.sockjs.test_protocol_pages import NOT_CACHED
from tests.handlers.sockjs.wire import FORM, Wire, session_path

pytestmark = pytest.mark.gen_test
GO_AWAY = 'c[3000,"Go away!"]'
TWICE = 'c[2010,"Another connection still open"]'


async def test_a_session_opens_carries_and_says_when_it_is_taken(suite: Wire) -> None:
    url = "/echo" + session_path()
    assert (await suite.post(url + "/xhr")).body == "o\n"
    sent = await suite.post(url + "/xhr_send", '["a"]')
    assert (sent.status, sent.body) == (204, "")
    assert (await suite.post(url + "/xhr")).body == 'a["a"]\n'
    assert (await suite.post("/echo/000/bad_session/xhr_send", '["a"]')).status == 404


@pytest.mark.parametrize("receiving", ["xhr", "jsonp?c=x"])
async def test_a_closed_session_says_so_for_as_long_as_it_is_asked(suite: Wire, receiving: str) -> None:
    url = f"/close{session_path()}/{receiving}"
    method = "POST" if receiving == "xhr" else "GET"

    async def hears() -> str:
        body = (await suite.asks(method, url)).body
        return body.strip() if receiving == "xhr" else json.loads(body[len("/**/x(") : -len(");\r\n")])

    assert [await hears() for _ in range(3)] == ["o", GO_AWAY, GO_AWAY]


async def test_a_second_receiver_is_sent_away_and_an_aborted_one_ends_the_session(suite: Wire) -> None:
    url = f"/echo{session_path()}/xhr"
    await suite.post(url)
    first = await suite.waits("POST", url)
    assert (await suite.post(url)).body == TWICE + "\n"
    first.close()
    assert await suite.eventually_posts(url, 'c[1002,"Connection interrupted"]\n')


async def test_xhr_answers_with_the_prescribed_headers(suite: Wire) -> None:
    url = "/echo" + session_path()
    answers = [
        await suite.post(url + "/xhr", headers={"Origin": "test"}),
        await suite.post(url + "/xhr_send", '["x"]', {"Origin": "test"}),
    ]
    kinds = [answer.headers["content-type"] for answer in answers]
    assert kinds == ["application/javascript; charset=UTF-8", "text/plain; charset=UTF-8"]
    for answer in answers:
        assert answer.headers["cache-control"] == NOT_CACHED
        assert "expires" not in answer.headers
        assert answer.headers["access-control-allow-origin"] == "test"
        assert answer.headers["access-control-allow-credentials"] == "true"
    assert (await suite.post(url + "/xhr")).body == 'a["x"]\n'


async def test_nobody_sends_to_a_session_that_is_not_there(suite: Wire) -> None:
    assert (await suite.post(f"/echo{session_path()}/xhr_send", '["x"]')).status == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('["x', "Broken JSON encoding."),
        ("", "Payload expected."),
        ("5", "Payload expected."),
        ('{"a": 1}', "Payload expected."),
        ("[[1]]", "Payload expected."),
        ('["a", 2]', "Payload expected."),
        ("null", "Payload expected."),
        ("[" * 50_000, "Broken JSON encoding."),
    ],
)
async def test_a_body_that_is_no_frame_is_refused_and_harms_nothing(
    suite: Wire, body: str, sentence: str
) -> None:
    url = "/echo" + session_path()
    await suite.post(url + "/xhr")
    refused = await suite.post(url + "/xhr_send", body)
    assert (refused.status, refused.body) == (500, sentence)
    assert (await suite.post(url + "/xhr_send", '["a"]')).status == 204
    assert (await suite.post(url + "/xhr")).body == 'a["a"]\n'


async def test_any_content_type_will_do(suite: Wire) -> None:
    url = "/echo" + session_path()
    await suite.post(url + "/xhr")
    kinds = ["text/plain", "T", "application/json", "application/xml", "", "text/xml; charset=utf-8"]
    for kind in kinds:
        assert (await suite.post(url + "/xhr_send", '["a"]', {"Content-Type": kind})).status == 204
    assert (await suite.post(url + "/xhr")).hears_frame() == ["a"] * len(kinds)


async def test_a_frame_may_be_empty(suite: Wire) -> None:
    url = "/echo" + session_path()
    await suite.post(url + "/xhr")
    assert (await suite.post(url + "/xhr_send", "[]")).status == 204
    assert (await suite.post(url + "/xhr_send", '["a"]')).status == 204
    assert (await suite.post(url + "/xhr")).body == 'a["a"]\n'


async def test_jsonp_calls_the_function_and_nothing_else(suite: Wire) -> None:
    url = "/echo" + session_path()
    opened = await suite.get(url + "/jsonp?c=%63allback")
    assert (opened.status, opened.body) == (200, '/**/callback("o");\r\n')
    assert opened.headers["content-type"] == "application/javascript; charset=UTF-8"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["cache-control"] == NOT_CACHED
    sent = await suite.form(url + "/jsonp_send", d='["x"]')
    assert (sent.status, sent.body) == (200, "ok")
    assert sent.headers["content-type"] == "text/plain; charset=UTF-8"
    assert sent.headers["cache-control"] == NOT_CACHED
    assert (await suite.get(url + "/jsonp?c=callback")).body == '/**/callback("a[\\"x\\"]");\r\n'


@pytest.mark.parametrize("transport", ["jsonp", "htmlfile"])
async def test_a_callback_is_needed(suite: Wire, transport: str) -> None:
    answer = await suite.get(f"/echo/a/a/{transport}")
    assert (answer.status, answer.body) == (500, '"callback" parameter required')


@pytest.mark.parametrize("transport", ["jsonp", "htmlfile"])
@pytest.mark.parametrize("callback", ["%20", "*", "abc(", "abc%28", "alert(1)//", "a%0a"])
async def test_a_callback_is_a_name(suite: Wire, transport: str, callback: str) -> None:
    answer = await suite.get(f"/echo/a/a/{transport}?c={callback}")
    assert (answer.status, answer.body) == (500, 'invalid "callback" parameter')


async def test_jsonp_refuses_what_is_no_frame(suite: Wire) -> None:
    url = "/echo" + session_path()
    await suite.get(url + "/jsonp?c=x")
    broken = await suite.form(url + "/jsonp_send", d='["x')
    assert (broken.status, broken.body) == (500, "Broken JSON encoding.")
    for body in ("", "d=", "p=p"):
        refused = await suite.post(url + "/jsonp_send", body, FORM)
        assert (refused.status, refused.body) == (500, "Payload expected.")
    assert (await suite.form(url + "/jsonp_send", d='["b"]')).body == "ok"
    assert (await suite.get(url + "/jsonp?c=x")).body == '/**/x("a[\\"b\\"]");\r\n'


async def test_jsonp_takes_forms_and_plain_frames_and_empty_ones(suite: Wire) -> None:
    url = "/echo" + session_path()
    await suite.get(url + "/jsonp?c=x")
    assert (await suite.form(url + "/jsonp_send", d="[]")).body == "ok"
    assert (await suite.form(url + "/jsonp_send", d='["abc"]')).body == "ok"
    assert (await suite.post(url + "/jsonp_send", '["%61bc"]', {"Content-Type": "text/plain"})).body == "ok"
    assert (await suite.get(url + "/jsonp?c=x")).body == '/**/x("a[\\"abc\\",\\"%61bc\\"]");\r\n'


@pytest.mark.parametrize("receiving", ["xhr", "xhr_streaming", "eventsource", "htmlfile?c=x", "jsonp?c=x"])
async def test_the_balancers_cookie_is_set_where_it_is_needed(suite: Wire, receiving: str) -> None:
    method = "POST" if receiving.startswith("xhr") else "GET"
    url = f"/cookie_needed_echo{session_path()}/{receiving}"
    answer = await suite.opens(method, url)
    assert [part.strip() for part in answer.headers["set-cookie"].split(";")] == [
        "JSESSIONID=dummy",
        "Path=/",
    ]
    answer.close()
    url = f"/cookie_needed_echo{session_path()}/{receiving}"
    again = await suite.opens(method, url, headers={"Cookie": "JSESSIONID=abcdef"})
    assert again.headers["set-cookie"].startswith("JSESSIONID=abcdef;")
    again.close()


async def test_every_character_arrives_as_it_was(suite: Wire) -> None:
    url = "/echo" + session_path()
    await suite.post(url + "/xhr")
    text = "".join(
        chr(n) for n in [*range(0x20), *range(0x200C, 0x2070), *range(0xFFF0, 0x10000), 0x1F600, 0xD800]
    )
    assert (await suite.post(url + "/xhr_send", json.dumps([text]))).status == 204
    body = (await suite.post(url + "/xhr")).body
    assert body.isascii()
    assert json.loads(body[1:]) == [text]
