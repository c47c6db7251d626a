"""The room without SockJS: read, send, mark and page back by plain requests."""

import asyncio
import html
import json
import os
import re
import signal
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from prosa.storage.embedded import EmbeddedMongod
from tests.journeys.scene import Scene, Start, end_session

SECONDS = 30


def field(page: HTTPResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.body.decode())
    assert found is not None, page.body.decode()
    return html.unescape(found[1])


def text_kept(page: HTTPResponse) -> str:
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page.body.decode(), re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


class Tab:
    """A browser without scripts: its cookies, and the form of the page it shows."""

    def __init__(self, scene: Scene, username: str, key: str) -> None:
        self._scene = scene
        self.username = username
        self.cookies = {"sessionid": key}

    async def opens(self, path: str = "/chat/1/", **headers: str) -> HTTPResponse:
        return await self._asks("GET", path, None, headers)

    async def sends(self, page: HTTPResponse, path: str = "/chat/1/enviar/", **fields: str) -> HTTPResponse:
        names = ("_xsrf", "client_id") if path.endswith("enviar/") else ("_xsrf", "seq")
        form = {name: field(page, name) for name in names if name not in fields}
        return await self._asks("POST", path, urlencode({**form, **fields}), {})

    async def posts(self, path: str, body: object, **headers: str) -> HTTPResponse:
        token = field(await self.opens(), "_xsrf")
        given = {"Content-Type": "application/json", "X-XSRFToken": token, **headers}
        return await self._asks("POST", path, json.dumps(body), given)

    async def _asks(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await AsyncHTTPClient().fetch(
            self._scene.url + path,
            method=method,
            body=body,
            headers={"Cookie": cookie, **headers},
            follow_redirects=False,
            raise_error=False,
        )
        for header in answer.headers.get_list("Set-Cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


async def tab(scene: Scene, username: str = "cliente") -> Tab:
    return Tab(scene, username, await scene.logs_in(username))


async def texts(scene: Scene) -> list[str]:
    return [entry.conteudo for entry in await scene.log()]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_sends_and_shows_the_room_again(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    reforma = await scene.browser("reforma")
    await reforma.asks("join_chat", chat_id=1)
    sent = await cliente.sends(await cliente.opens(), conteudo="Olá\r\n<b>você</b>")
    assert (sent.code, sent.headers["Location"]) == (303, "/chat/1/")
    assert (await reforma.hears("new_message"))["conteudo"] == "Olá\n<b>você</b>"
    page = await cliente.opens()
    assert "Olá\n&lt;b&gt;você&lt;/b&gt;" in page.body.decode()
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_double_submit_and_a_form_sent_after_going_back_are_one_message(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    page = await cliente.opens()
    answers = await asyncio.gather(*(cliente.sends(page, conteudo="uma vez") for _ in range(3)))
    answers.append(await cliente.sends(page, conteudo="uma vez\r\n"))
    assert [answer.code for answer in answers] == [303] * 4
    assert await texts(scene) == ["uma vez"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_program_sends_json_and_gets_what_a_socket_gets(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    said = {"conteudo": "Olá", "client_id": "c-1"}
    first = await cliente.posts("/chat/1/enviar/", said)
    again = await cliente.posts("/chat/1/enviar/", said)
    assert (first.code, again.code) == (201, 201)
    ack, second = json.loads(first.body), json.loads(again.body)
    assert (ack["seq"], ack["duplicate"], second["duplicate"]) == (1, False, True)
    assert {**ack, "duplicate": True} == second
    browser = await scene.browser("cliente")
    assert second == await browser.says("Olá", in_room=1, client_id="c-1")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_refused_form_still_shows_its_text_and_can_be_sent_again(start: Start) -> None:
    scene = await start(sends="1 per minute")
    await scene.room()
    cliente = await tab(scene)
    page = await cliente.opens()
    client_id = field(page, "client_id")
    text = '"Três" & <mais>\nde tudo'

    stale = await cliente.sends(page, conteudo=text, _xsrf="forged")
    assert (stale.code, text_kept(stale), field(stale, "client_id")) == (403, text, client_id)

    key, cliente.cookies["sessionid"] = cliente.cookies["sessionid"], "x" * 32
    stranger = await cliente.sends(page, conteudo=text)
    assert (stranger.code, text_kept(stranger), field(stranger, "client_id")) == (401, text, client_id)
    assert "/entrar/?next=%2Fchat%2F1%2F" in stranger.body.decode()
    cliente.cookies["sessionid"] = key

    assert (await cliente.sends(stale, conteudo=text)).code == 303
    other = await cliente.sends(page, conteudo="outro texto")
    assert (other.code, text_kept(other)) == (409, "outro texto")
    assert field(other, "client_id") not in ("", client_id)

    soon = await cliente.sends(await cliente.opens(), conteudo="cedo demais")
    assert (soon.code, text_kept(soon)) == (429, "cedo demais")
    assert 1 <= int(soon.headers["Retry-After"]) <= 60

    long = await cliente.sends(await cliente.opens(), conteudo="x" * 2001)
    assert (long.code, text_kept(long)) == (400, "x" * 2001)
    blank = await cliente.sends(await cliente.opens(), conteudo="  ")
    assert blank.code == 400

    page = await cliente.opens()
    await scene.room(can_write=False, reason="O serviço terminou.")
    closed = await cliente.sends(page, conteudo="tarde")
    assert (closed.code, text_kept(closed)) == (403, "tarde")
    assert "O serviço terminou." in closed.body.decode()
    assert await texts(scene) == [text]


@pytest.mark.gen_test(timeout=60)
async def test_a_store_that_is_away_gives_the_text_back_and_takes_it_later(
    start: Start, own_mongod: EmbeddedMongod
) -> None:
    scene = await start(own_mongod.uri)
    await scene.room()
    cliente = await tab(scene)
    page = await cliente.opens()
    os.kill(own_mongod.pid, signal.SIGSTOP)
    try:
        away = await cliente.sends(page, conteudo="guarde isto")
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    assert (away.code, text_kept(away)) == (503, "guarde isto")
    assert field(away, "client_id") == field(page, "client_id")
    assert int(away.headers["Retry-After"]) >= 1
    assert (await cliente.sends(away, conteudo="guarde isto")).code == 303
    assert await texts(scene) == ["guarde isto"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nothing_is_marked_by_looking_and_everything_by_the_button(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, reforma = await tab(scene), await tab(scene, "reforma")
    for n in range(2):
        await reforma.sends(await reforma.opens(), conteudo=f"mensagem {n}")
    page = await cliente.opens()
    assert "Marcar como lidas" in page.body.decode()
    assert "Lida" not in (await reforma.opens()).body.decode()
    marked = await cliente.sends(page, "/chat/1/lida/")
    assert (marked.code, marked.headers["Location"]) == (303, "/chat/1/")
    assert "Marcar como lidas" not in (await cliente.opens()).body.decode()
    assert (await reforma.opens()).body.decode().count("message__ticks--read") == 2
    said = await cliente.posts("/chat/1/lida/", {"seq": 1})
    assert json.loads(said.body) == {"delivered_seq": 2, "read_seq": 2}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_past_is_paged_back_as_pages_and_as_json(start: Start) -> None:
    scene = await start()
    await scene.room(members=("cliente", "reforma"))
    past = [
        {"conteudo": f"passado {n}", "client_id": f"p{n}", "sent_at": "2026-01-01T12:00:00Z"}
        for n in range(1, 121)
    ]
    assert (await scene.api("POST", "/rooms/1/import", {"messages": past})).code == 200
    cliente = await tab(scene)
    page, seen = await cliente.opens(), 0
    while True:
        text = page.body.decode()
        seen += len(re.findall(r'data-part="message" id="m\d+"', text))
        link = re.search(r'href="(/chat/1/historico/\?before=\d+)"[^>]*>Mensagens anteriores', text)
        if link is None or 'data-part="older" hidden' in text:
            break
        page = await cliente.opens(link[1])
    assert seen == 120
    found = json.loads((await cliente.opens("/chat/1/historico/?before=21", Accept="application/json")).body)
    assert [m["seq"] for m in found["messages"]] == list(range(1, 21))
    assert found["more"] is False
    few = json.loads(
        (await cliente.opens("/chat/1/historico/?limit=2&before=x", Accept="application/json")).body
    )
    assert ([m["seq"] for m in few["messages"]], few["more"]) == ([119, 120], True)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_doors_are_those_of_the_socket(start: Start) -> None:
    scene = await start()
    await scene.room()
    stranger = await tab(scene, "pintura")
    own = await tab(scene)
    page = await own.opens()
    stranger.cookies["prosa_xsrf"] = own.cookies["prosa_xsrf"]
    token = field(page, "_xsrf")
    for path in ("/chat/1/", "/chat/1/historico/"):
        assert (await stranger.opens(path)).code == 404
    refused = await stranger.sends(page, conteudo="deixe-me entrar")
    assert (refused.code, text_kept(refused)) == (404, "deixe-me entrar")
    assert (await stranger.sends(page, "/chat/1/lida/", seq="1")).code == 404
    assert await texts(scene) == []
    no_token = await own._asks(
        "POST", "/chat/1/enviar/", json.dumps({"conteudo": "x"}), {"Content-Type": "application/json"}
    )
    assert (no_token.code, json.loads(no_token.body)["code"]) == (403, "stale_form")
    await asyncio.to_thread(end_session, own.cookies["sessionid"])
    given = {"Content-Type": "application/json", "X-XSRFToken": token}
    gone = await own._asks("POST", "/chat/1/enviar/", json.dumps({"conteudo": "x"}), given)
    assert (gone.code, json.loads(gone.body)["code"]) == (401, "unauthenticated")
    assert (await own.opens("/chat/1/")).headers["Location"] == "/entrar/?next=%2Fchat%2F1%2F"


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "body", ["", "[]", "null", '"x"', "{", '{"conteudo": 5}', '{"conteudo": "a", "client_id": []}', "\ud800"]
)
async def test_nonsense_is_refused_by_name(start: Start, body: str) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    given = {"Content-Type": "application/json", "X-XSRFToken": field(await cliente.opens(), "_xsrf")}
    raw = body.encode("utf-8", "surrogatepass").decode("latin-1")
    answer = await cliente._asks("POST", "/chat/1/enviar/", raw, given)
    assert (answer.code, json.loads(answer.body)["code"]) == (400, "malformed")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_body_over_the_limit_is_too_large(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    large = await cliente.posts("/chat/1/enviar/", {"conteudo": "x" * 300_000})
    assert (large.code, json.loads(large.body)["code"]) == (413, "too_large")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_address_of_a_form_leads_to_its_room(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await tab(scene)
    for path in ("/chat/1/enviar/", "/chat/1/lida/"):
        sent = await cliente.opens(path)
        assert (sent.code, sent.headers["Location"]) == (302, "/chat/1/")
