"""A value that is code somewhere else is a value here: operators, templates, numbers without end."""

import html
import json
import logging
import re
from urllib.parse import quote, urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from prosa.chat.commands import COMMANDS
from tests.browser import Browser, Refused
from tests.journeys.scene import Scene, Start

SECONDS = 120
OPERATORS: list[object] = [
    {"$gt": ""},
    {"$ne": None},
    {"$regex": ".*"},
    {"$where": "sleep(5000)"},
    ["$gt", ""],
    [{"$gt": ""}],
]
NUMBERS: list[object] = [10**30, -(10**30), 2**63, -(2**63), 2**53, 1e308, 0.5, True]
WORDS: list[object] = [
    "$where",
    "\x00",
    "\ud800",
    "9" * 5000,
    "../../etc/passwd",
    "1' OR '1'='1",
    "a" * 30_000,
]
FIELDS = sorted({field for kind in COMMANDS.values() for field in kind.__struct_fields__} | {"attachment_id"})
GOOD = {"chat_id": "1", "conteudo": "Olá", "seq": 1, "target": 1, "q": "azulejo"} | {
    "upload_id": "0" * 32, "name": "nota.pdf", "size_bytes": 9, "sha256": "0" * 64, "offset": 0,
    "data": "AAAA",
}  # fmt: skip
LIMITS = ("sends", "typing", "joins", "queries", "searches", "uploads", "upload_chunks")
TEMPLATES = [
    "{{ 7 * 191 }}",
    "{% for x in 'ab' %}{{ x }}{% endfor %}",
    "${7 * 191}",
    "{{ ''.__class__.__mro__ }}",
]


async def answer_to(browser: Browser, event: str, data: dict[str, object]) -> str:
    try:
        await browser.asks(event, **data)
    except Refused as refused:
        return refused.code
    return "ack"


def is_calm(caplog: pytest.LogCaptureFixture) -> bool:
    """Nothing that was asked is a fault of ours."""
    return not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("event", COMMANDS)
async def test_no_value_in_any_field_is_an_operator_or_a_fault(
    start: Start, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    scene = await start(**dict.fromkeys(LIMITS, "1000000 per second"), open_uploads=1_000)
    await scene.room()
    await scene.room("de-outros", members=("pintura", "reforma"))
    cliente = await scene.browser("cliente")
    for field in FIELDS:
        is_read = field in COMMANDS[event].__struct_fields__
        for value in OPERATORS + NUMBERS + WORDS if is_read else OPERATORS[:1]:
            data = {**GOOD, field: value}
            if event.startswith("typing"):
                cliente.writes(json.dumps({"event": event, "data": data}))
                await cliente.asks("list_rooms")
                continue
            answer = await answer_to(cliente, event, data)
            await cliente.asks("list_rooms")  # or twenty refusals in a row would end it
            assert answer not in {"internal", "unavailable", "retry"}, (field, value)
            if isinstance(value, dict | list) and is_read:
                assert answer in {"malformed", "unauthenticated"}, (field, value)
    assert not cliente.has_heard("error", code="internal")
    assert await scene.log("de-outros") == ()
    assert is_calm(caplog)


async def posts(scene: Scene, path: str, body: str, kind: str = "application/json") -> HTTPResponse:
    page = await scene.get("/chat/1/", "cliente")
    found = re.search(r'name="_xsrf" value="([^"]+)"', page.body.decode())
    assert found is not None
    xsrf = next(line for line in page.headers.get_list("Set-Cookie") if line.startswith("prosa_xsrf="))
    cookie = f"sessionid={scene.keys['cliente']}; {xsrf.partition(';')[0]}"
    return await AsyncHTTPClient().fetch(
        scene.url + path,
        method="POST",
        body=body,
        headers={"Cookie": cookie, "Content-Type": kind, "X-Xsrftoken": found[1]},
        follow_redirects=False,
        raise_error=False,
    )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_value_in_a_form_or_a_query_is_one_either(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    scene = await start(sends="1000000 per second")
    await scene.room()
    values = OPERATORS + NUMBERS + WORDS
    for path, fields in (("/chat/1/enviar/", ("conteudo", "client_id")), ("/chat/1/lida/", ("seq",))):
        for field in fields:
            for value in values:
                sent = await posts(scene, path, json.dumps({**GOOD, field: value}))
                assert sent.code in {200, 201, 400}, (field, value)
                assert not isinstance(value, dict | list) or sent.code == 400
    form = "application/x-www-form-urlencoded"
    for seq in ("9" * 5000, "9" * 30, "٣", "1e3", "-1"):
        assert (await posts(scene, "/chat/1/lida/", urlencode({"seq": seq}), form)).code == 400
    assert (await posts(scene, "/chat/1/enviar/", urlencode({"conteudo[$gt]": ""}), form)).code == 400
    for kind in ("multipart/form-data; boundary=", "multipart/form-data; boundary=x"):
        broken = await posts(scene, "/chat/1/enviar/", "--x\r\nnonsense", kind)
        assert (broken.code, b"Prosa" in broken.body) == (400, True)
    for query in (
        "antes=0001-01-01T00:00:00%2B14:00",
        "antes=9999-12-31T23:59:59-14:00",
        "antes[$gt]=",
        "antes=\0",
    ):
        assert (await scene.get(f"/chat/?{quote(query, safe='=%:[]$+')}", "cliente")).code == 200
    for query in ("before=9" * 500, "limit=99999999999999999999", "before[$gt]=1", "limit=-1"):
        assert (await scene.get(f"/chat/1/historico/?{query}", "cliente")).code == 200
    assert is_calm(caplog)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nor_is_one_that_the_site_sends(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    scene = await start()
    await scene.room()
    room = {"title": "T", "members": [{"user_id": "1", "name": "Ana"}]}
    for field in ("title", "members", "can_write", "reason", "context"):
        for value in OPERATORS:
            if field != "context" or not isinstance(value, dict):
                assert (await scene.api("PUT", "/rooms/1", {**room, field: value})).code == 400, field
    for user_id in ("%7B%22$gt%22:%22%22%7D", "$where", "%00", "%ff", "%ED%A0%80"):
        for what in ("rooms", "export"):
            answer = await scene.api("GET", f"/people/{user_id}/{what}")
            assert answer.code in {200, 400}
            assert b'"chat_id"' not in answer.body
    for cursor in (
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIjEiXQ",  # ["0001-01-01T00:00:00+14:00", "1"]
        "W3siJGd0IjoiIn0sICIxIl0",  # [{"$gt":""}, "1"]
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIHsiJGd0IjoiIn1d",  # ["2026-01-01T00:00:00Z", {"$gt":""}]
        "%00",
    ):
        refused = await scene.api("GET", f"/people/1/rooms?cursor={cursor}x"[:-1])
        assert refused.code == (200 if cursor == "%00" else 400), cursor
    assert is_calm(caplog)


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("template", TEMPLATES)
async def test_no_text_is_a_template(start: Start, template: str) -> None:
    scene = await start()
    await scene.room(title=template, reason=template, context={template: template}, can_write=False)
    said = {"conteudo": template, "client_id": "c"}
    assert (await scene.api("POST", "/rooms/1/messages", said)).code == 201
    shown = html.escape(template).replace("&#x27;", "&#39;")
    for path in ("/chat/", "/chat/1/", "/chat/1/historico/"):
        page = (await scene.get(path, "cliente")).body.decode()
        assert shown in page
        assert "1337" not in page
        assert "class 'object'" not in html.unescape(page)
    export = await scene.api("GET", f"/people/{scene.ids['cliente']}/export", accept="text/html")
    assert "1337" not in export.body.decode()
