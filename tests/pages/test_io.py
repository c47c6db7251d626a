"""Scripts written for Socket.IO speak to Prosa unchanged."""

import time
from collections.abc import Callable

import jwt
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import TOKEN_SECRET, People
from tests.pages.room import ROOM_1, is_live, message, say
from tests.server import Server

OUTSIDE = (
    '<!doctype html><meta charset="utf-8"><title>Outra página</title><script src="/prosa/io.js"></script>'
)

AUTOMATIC = """
const socket = io('/chat', {
    transports: ['websocket', 'polling'],
    upgrade: true
});

// Entrar em uma sala
socket.emit('join_chat', {
    chat_id: chatId
});

// Enviar mensagem
socket.emit('send_message', {
    chat_id: chatId,
    conteudo: 'Olá!'
});
"""
"""The snippets of the chat that Prosa replaces, word for word."""

BY_SESSION = """
const socket = io('/chat', {
    query: {
        session_key: 'abc123...'
    }
});
"""

HEAR = """
window.heard = [];
for (const name of ['connect', 'disconnect', 'connect_error', 'token_expiring', 'new_message', 'error',
    'history_gap']) {
    socket.on(name, data => heard.push([name, data && (data.conteudo || data.code || data.message || data)]));
}
window.socket = socket;
"""


def outside(server: Server, context: BrowserContext, script: str, username: str | None = None) -> Page:
    """A page of another author on the site's own host, on which ``script`` runs."""
    if username is not None:
        context.add_cookies([{"name": "sessionid", "value": server.login(username), "url": server.url}])
    page = context.new_page()
    page.route("**/outside.html", lambda route: route.fulfill(body=OUTSIDE, content_type="text/html"))
    page.goto(f"{server.url}/outside.html")
    page.evaluate("() => { const chatId = 1;" + script + HEAR + "}")
    return page


def test_the_snippets_of_the_old_chat_connect_join_and_send(
    server: Server, contexts: Callable[..., BrowserContext], people: People
) -> None:
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    before = message(reforma, "Olá!").count()
    page = outside(server, contexts(), AUTOMATIC, "cliente")
    expect(message(reforma, "Olá!")).to_have_count(before + 1)
    page.wait_for_function("heard.some(one => one[0] === 'new_message' && one[1] === 'Olá!')")
    assert page.evaluate("[socket.connected, typeof socket.id]") == [True, "string"]
    say(reforma, "Ouviu pelo io?")
    page.wait_for_function("heard.some(one => one[1] === 'Ouviu pelo io?')")
    assert page.evaluate("heard.filter(one => one[0] === 'error')") == []


def test_they_run_on_a_page_of_ours_too(people: People) -> None:
    reforma, cliente = people("reforma", ROOM_1), people("cliente", ROOM_1)
    is_live(reforma)
    is_live(cliente)
    before = message(reforma, "Olá!").count()
    cliente.evaluate("() => { const chatId = 1;" + AUTOMATIC + HEAR + "}")
    expect(message(reforma, "Olá!")).to_have_count(before + 1)
    expect(message(cliente, "Olá!")).to_have_count(before + 1)


def test_an_acknowledgement_carries_the_answer_or_the_refusal(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    script = "const socket = io('/chat', {transports: ['polling']});"
    page = outside(server, contexts(), script, "cliente")
    asks = "([name, data]) => new Promise(done => socket.emit(name, data, done))"
    joined = page.evaluate(asks, ["join_chat", {"chat_id": 1}])
    sent = page.evaluate(asks, ["send_message", {"chat_id": 1, "conteudo": "Com resposta"}])
    assert sent["seq"] == joined["top_seq"] + 1
    assert len(sent["client_id"]) == 36
    refused = page.evaluate(asks, ["send_message", {"chat_id": 3, "conteudo": "Não é minha"}])
    assert refused["error"]["code"] == "not_found"


def test_a_break_tells_what_was_missed_once_and_sends_what_waited(
    server: Server, contexts: Callable[..., BrowserContext], people: People
) -> None:
    page = outside(server, contexts(), AUTOMATIC.replace("Olá!", "antes do corte"), "cliente")
    page.wait_for_function("heard.some(one => one[1] === 'antes do corte')")
    server.stop()
    page.wait_for_function("heard.some(one => one[0] === 'disconnect')")
    page.evaluate("socket.emit('send_message', {chat_id: 1, conteudo: 'durante o corte'})")
    server.start()
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    expect(message(reforma, "durante o corte")).to_have_count(1, timeout=40_000)
    page.wait_for_function("heard.some(one => one[1] === 'durante o corte')")
    said = page.evaluate("heard.filter(one => one[0] === 'new_message').map(one => one[1])")
    assert (said.count("antes do corte"), said.count("durante o corte")) == (1, 1)


def test_a_session_key_says_who_it_is_and_a_wrong_one_is_told(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    good = BY_SESSION.replace("abc123...", server.login("cliente"))
    page = outside(server, contexts(), good)
    page.wait_for_function("heard.some(one => one[0] === 'connect')")
    wrong = outside(server, contexts(), BY_SESSION)
    wrong.wait_for_function("heard.some(one => one[0] === 'connect_error' && one[1] === 'unauthenticated')")
    assert wrong.evaluate("socket.connected") is False


def minted(user_id: str, *, seconds: int) -> str:
    """A token as the site mints it."""
    now = int(time.time())
    claims = {"sub": user_id, "aud": "prosa", "iat": now, "exp": now + seconds}
    return jwt.encode(claims, TOKEN_SECRET, algorithm="HS256", headers={"kid": "k"})


def by_token(token: str) -> str:
    """A script of a page that has no cookie."""
    return f"window.query = {{token: '{token}'}}; const socket = io('/chat', {{query}});"


def test_a_token_is_renewed_on_the_open_line_and_the_fresh_one_is_said_from_then_on(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    page = outside(server, contexts(), by_token(minted("1", seconds=20)))
    page.wait_for_function("heard.some(one => one[0] === 'token_expiring')")
    asks = "token => new Promise(done => socket.emit('refresh_token', {token}, done))"
    assert "expires_at" in page.evaluate(asks, minted("1", seconds=120))
    server.stop()
    page.wait_for_function("heard.some(one => one[0] === 'disconnect')")
    page.wait_for_timeout(10_000)
    server.start()
    page.wait_for_function("heard.filter(one => one[0] === 'connect').length === 2", timeout=40_000)
    assert (
        page.evaluate("heard.filter(one => one[0] === 'connect_error' && one[1] !== 'transport error')") == []
    )


def test_after_a_token_has_ended_a_fresh_one_opens_the_line_again(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    page = outside(server, contexts(), by_token(minted("1", seconds=15)))
    page.wait_for_function("heard.some(one => one[0] === 'connect')")
    page.wait_for_function("heard.some(one => one[0] === 'connect_error' && one[1] === 'unauthenticated')")
    assert page.evaluate("heard.filter(one => one[0] === 'disconnect').length") == 1
    page.evaluate("token => { query.token = token; socket.connect(); }", minted("1", seconds=60))
    page.wait_for_function("heard.filter(one => one[0] === 'connect').length === 2")
