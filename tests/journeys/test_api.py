"""The document of the site's API and the API say the same: every path, every method, every answer."""

import asyncio
import json
import re
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from handlers.api.door import Api, verbs
from prosa.storage.embedded import EmbeddedMongod
from tests.journeys.scene import Scene, Start

SECONDS = 60
PAST = {"conteudo": "Olá", "client_id": "p-1", "sent_at": "2026-01-01T12:00:00Z", "remetente_id": 12}
ROOM = {"title": "Obra", "members": [{"user_id": "12", "name": "Ana"}], "context": {"valor": "R$ 1"}}
FILES = "/rooms/{chat_id}/attachments"
SAID = {"conteudo": "Olá", "client_id": "c-1"}


class Call(NamedTuple):
    """A request, and the status that the document has for what comes of it."""

    method: str
    template: str
    path: str
    status: int
    body: object = None


CALLS = [
    Call("put", "/rooms/{chat_id}", "/rooms/a", 200, ROOM),
    Call("put", "/rooms/{chat_id}", "/rooms/a", 200, ROOM),
    Call("put", "/rooms/{chat_id}", "/rooms/a", 400, {**ROOM, "title": 1}),
    Call("put", "/rooms/{chat_id}", "/rooms/api", 400, ROOM),
    Call("put", "/rooms/{chat_id}", "/rooms/buscar", 400, ROOM),
    Call("put", "/rooms/{chat_id}", "/rooms/a", 413, {**ROOM, "context": {"x": "y" * 20_000}}),
    Call("post", "/rooms/{chat_id}/import", "/rooms/a/import", 200, {"messages": [PAST]}),
    Call("post", "/rooms/{chat_id}/import", "/rooms/a/import", 200, {"messages": [PAST]}),
    Call("post", "/rooms/{chat_id}/import", "/rooms/a/import", 400, {"messages": [{**PAST, "sent_at": 1}]}),
    Call("post", "/rooms/{chat_id}/import", "/rooms/none/import", 404, {"messages": [PAST]}),
    Call(
        "post",
        "/rooms/{chat_id}/import",
        "/rooms/a/import",
        413,
        {"messages": [{**PAST, "client_id": "p-2", "conteudo": "x" * 2**20}]},
    ),
    Call("get", "/rooms/{chat_id}/import", "/rooms/a/import", 200),
    Call("get", "/rooms/{chat_id}/import", "/rooms/none/import", 404),
    Call("post", FILES, "/rooms/a/attachments?client_id=f&name=a.txt&remetente_id=12", 201, "Olá"),
    Call("post", FILES, "/rooms/a/attachments?client_id=f&name=a.html&remetente_id=12", 415, "Olá"),
    Call("post", FILES, "/rooms/a/attachments?client_id=f&name=a.txt", 413, "x" * 200_000),
    Call("post", FILES, "/rooms/a/attachments?client_id=f", 400, "Olá"),
    Call("post", FILES, "/rooms/none/attachments?client_id=f&name=a.txt", 404, "Olá"),
    Call("post", "/rooms/{chat_id}/messages", "/rooms/a/messages", 201, SAID),
    Call("post", "/rooms/{chat_id}/messages", "/rooms/a/messages", 200, SAID),
    Call("post", "/rooms/{chat_id}/messages", "/rooms/a/messages", 400, {**SAID, "conteudo": " "}),
    Call("post", "/rooms/{chat_id}/messages", "/rooms/none/messages", 404, {**SAID, "client_id": "c-2"}),
    Call("post", "/rooms/{chat_id}/messages", "/rooms/a/messages", 409, {**SAID, "conteudo": "Não"}),
    Call(
        "post",
        "/rooms/{chat_id}/import",
        "/rooms/a/import",
        409,
        {"messages": [{**PAST, "client_id": "p-3"}]},
    ),
    Call("get", "/people/{user_id}/rooms", "/people/12/rooms", 200),
    Call("get", "/people/{user_id}/rooms", "/people/12/rooms?limit=101", 400),
    Call("post", "/hints", "/hints", 202, {"user_ids": ["12", 13]}),
    Call("post", "/hints", "/hints", 400, {}),
    Call("get", "/people/{user_id}/export", "/people/12/export", 200),
    Call("post", "/people/{user_id}/erase", "/people/12/erase", 200, {}),
    Call("post", "/people/{user_id}/erase", "/people/12/erase", 200, {}),
    Call("post", "/people/{user_id}/erase", "/people/12/erase", 400, {"texts": "no"}),
    Call("delete", "/rooms/{chat_id}", "/rooms/a", 204),
    Call("delete", "/rooms/{chat_id}", "/rooms/a", 204),
]


async def document_of(scene: Scene) -> dict[str, Any]:
    answer = await scene.get("/chat/api/v1/openapi.json")
    assert (answer.code, answer.headers["Content-Type"]) == (200, "application/json")
    document: dict[str, Any] = json.loads(answer.body)
    return document


def fits(document: dict[str, Any], call: Call, answer: HTTPResponse) -> None:
    """The answer is the one that the document has for this status."""
    assert answer.code == call.status, (call, answer.body)
    said = document["paths"][call.template][call.method]["responses"][str(call.status)]
    if "content" not in said:
        assert (answer.body, answer.headers.get("Content-Type")) == (b"", None), call
        return
    schema = said["content"][answer.headers["Content-Type"].partition(";")[0]]["schema"]
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole).validate(json.loads(answer.body))
    if answer.code >= 400:
        assert json.loads(answer.body)["status"] == answer.code


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_answer_is_as_the_document_says_and_the_document_knows_them_all(
    start: Start, own_mongod: EmbeddedMongod
) -> None:
    scene = await start(uri=own_mongod.uri, attachment_bytes=100_000)
    document = await document_of(scene)
    OpenAPIV31SpecValidator(document).validate()
    for call in CALLS:
        fits(document, call, await scene.api(call.method.upper(), call.path, call.body))
    firsts = {(call.method, call.template): call for call in reversed(CALLS)}.values()
    strangers = [call._replace(status=401) for call in firsts]
    for call in strangers:
        fits(document, call, await scene.api(call.method.upper(), call.path, call.body, token="x"))
    limited = [call._replace(status=403) for call in firsts]
    for call in limited:
        fits(document, call, await scene.api(call.method.upper(), call.path, call.body, scope="other"))
    own_mongod.stop()
    away = [call._replace(status=503) for call in firsts if call.template != "/hints"]
    found = await asyncio.gather(*(scene.api(c.method.upper(), c.path, c.body) for c in away))
    for call, answer in zip(away, found, strict=True):
        fits(document, call, answer)
    said = {
        (method, template, status)
        for template, methods in document["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status != "default"
    }
    assert said == {
        (call.method, call.template, str(call.status)) for call in (*CALLS, *strangers, *limited, *away)
    }
    own_mongod.start()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_document_has_every_route_and_no_other(start: Start) -> None:
    scene = await start()
    document = await document_of(scene)
    rules = scene.worker.listeners._public.request_callback.wildcard_router.rules
    routed = {
        (re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", rule.matcher.regex.pattern).rstrip("$"), verb)
        for rule in rules
        if issubclass(rule.target, Api)
        for verb in verbs(rule.target)
    }
    assert len(routed) >= 6
    documented = {
        (document["servers"][0]["url"] + path, verb)
        for path, operations in document["paths"].items()
        for verb in operations
    }
    assert documented == routed


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_the_document_forbids_is_refused(start: Start) -> None:
    scene = await start()
    schemas = (await document_of(scene))["components"]["schemas"]
    bodies = {
        "HintsShape": ("POST", "/hints", [{"user_ids": ["x" * 501]}, {"user_ids": ["1"] * 201}, []]),
        "RoomShape": ("PUT", "/rooms/a", [{**ROOM, "title": "x" * 501}, {**ROOM, "members": [{}]}]),
        "SystemShape": (
            "POST",
            "/rooms/a/messages",
            [{**SAID, "client_id": name} for name in ("", "é", "x" * 65, "c\n")],
        ),
        "ImportShape": (
            "POST",
            "/rooms/a/import",
            [{"messages": [PAST] * 1001}, {"messages": [{**PAST, "client_id": ""}]}],
        ),
    }
    for name, (method, path, wrong) in bodies.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        for body in wrong:
            assert not Draft202012Validator(schema).is_valid(body), (name, body)
            assert (await scene.api(method, path, body)).code == 400, (name, body)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_problem_says_what_every_refusal_says(start: Start) -> None:
    scene = await start()
    stranger = await scene.api("PUT", "/rooms/a", ROOM, token="x")
    assert stranger.headers["Content-Type"] == "application/problem+json"
    assert stranger.headers["WWW-Authenticate"] == "Bearer"
    wrong = await scene.api("GET", "/rooms/a")
    assert (wrong.code, wrong.headers["Allow"]) == (405, "PUT, DELETE")
    assert json.loads((await scene.api("PUT", "/rooms/a", {})).body) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "O pedido não pôde ser entendido.",
        "code": "malformed",
        "message": "O pedido não pôde ser entendido.",
        "retryable": False,
        "field": "title",
    }
    for path in ("/chat/api/v1/nothing", "/chat/api/v2", "/chat/api/v1/rooms/" + "x" * 65):
        lost = await AsyncHTTPClient().fetch(scene.url + path, raise_error=False)
        assert (lost.code, lost.headers["Content-Type"]) == (404, "application/problem+json"), path


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_persons_rooms_are_paged_and_none_is_twice_or_missing(start: Start) -> None:
    scene = await start()
    ana = "ana@example.com/12"
    for n in range(7):
        members = [{"user_id": ana, "name": "Ana"}, {"user_id": "2", "name": "Beto"}]
        await scene.api("PUT", f"/rooms/r{n}", {"title": f"Obra {n}", "members": members})
    await scene.worker.database.memberships.update_many(
        {}, {"$set": {"last_at": (await scene.worker.database.rooms.find_one({}) or {})["created_at"]}}
    )
    await scene.api("POST", "/rooms/r3/messages", SAID)
    await scene.api("PUT", "/rooms/outra", {"title": "Outra", "members": [{"user_id": "2", "name": "Beto"}]})
    path = f"/people/{quote(ana, safe='')}/rooms"
    pages, cursor = [], ""
    while cursor is not None:
        page = json.loads((await scene.api("GET", f"{path}?limit=3&cursor={cursor}")).body)
        pages.append([row["room"]["chat_id"] for row in page["rooms"]])
        cursor = page["next"]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(chain(*pages)) == [f"r{n}" for n in range(7)]
    assert json.loads((await scene.api("GET", "/people/nobody/rooms")).body) == {"rooms": [], "next": None}
    for query in ("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=%C3%A9", "cursor=WyJ4Il0"):
        assert (await scene.api("GET", f"{path}?{query}")).code == 400, query


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_list_shows_what_was_said_last_and_how_much_was_not_read(start: Start) -> None:
    scene = await start()
    await scene.room("1")
    await scene.room("2")
    await (await scene.browser("reforma")).says("Bom dia", in_room=1)
    rooms: list[dict[str, Any]] = []
    async with asyncio.timeout(SECONDS):
        while [row["room"]["chat_id"] for row in rooms] != ["1", "2"]:
            rooms = json.loads((await scene.api("GET", f"/people/{scene.ids['cliente']}/rooms")).body)[
                "rooms"
            ]
    assert [(row["unread"], row["top_seq"]) for row in rooms] == [(1, 1), (0, 0)]
    assert b"Bom dia" not in (await scene.api("GET", f"/people/{scene.ids['cliente']}/rooms")).body
