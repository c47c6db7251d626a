"""What was typed is stored once, in order, or stands in the box: through reload, crash and logout."""

import contextlib
import os
import random
import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.pages.conftest import People, log_in
from tests.pages.room import ROOM_1, is_live, is_whole, message, say
from tests.server import Server

RELOADS = int(os.environ.get("PROSA_TEST_RELOADS", "20"))
CRASHES = int(os.environ.get("PROSA_TEST_CRASHES", "5"))

BOX = "[data-part=text-box]"
PENDING = "[data-part=pending] [data-part=message]"

FORBIDDEN = """
for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, {get: () => { throw new DOMException('no', 'SecurityError'); }});
}
"""


def numbers(said: list[str], name: str) -> list[int]:
    found = (re.fullmatch(rf"{name} (\d+)", text) for text in said)
    return [int(one[1]) for one in found if one is not None]


def all_numbers(page: Page, name: str) -> list[int]:
    """The numbers of everything that ``name`` said, read from the whole history."""
    found = page.evaluate(
        """async () => {
            let before = '', texts = [];
            for (;;) {
                const answer = await fetch('/chat/1/historico/?limit=100' + before,
                    {headers: {Accept: 'application/json'}});
                const page = await answer.json();
                texts = page.messages.map(m => m.conteudo).concat(texts);
                if (!page.more) { return texts; }
                before = '&before=' + page.messages[0].seq;
            }
        }"""
    )
    return numbers(found, name)


def leave_unsent(page: Page, client_id: str, text: str) -> None:
    """As a tab that crashed before it could send."""
    page.evaluate(
        """([clientId, text]) => {
            const user = JSON.parse(document.getElementById('page-data').textContent).user_id;
            localStorage.setItem('prosa:outbox:' + user + ':1:' + clientId,
                JSON.stringify({client_id: clientId, conteudo: text, at: Date.now()}));
        }""",
        [client_id, text],
    )


def test_a_reload_at_any_moment_after_a_send_loses_and_doubles_nothing(people: People) -> None:
    chance = random.Random(7)
    cliente = people("cliente", ROOM_1)
    for n in range(RELOADS):
        cliente.locator(BOX).wait_for()
        say(cliente, f"recarga {n}")
        cliente.wait_for_timeout(chance.uniform(0, 300))
        cliente.reload()
        cliente.wait_for_timeout(500 if n % 20 == 19 else 0)
    is_live(cliente)
    expect(cliente.locator(PENDING)).to_have_count(0, timeout=60_000)
    assert all_numbers(cliente, "recarga") == list(range(RELOADS))


def test_a_crash_of_the_tab_loses_and_doubles_nothing(people: People) -> None:
    chance = random.Random(8)
    cliente = people("cliente", ROOM_1)
    context = cliente.context
    for n in range(CRASHES):
        cliente.locator(BOX).wait_for()
        say(cliente, f"queda {n}")
        cliente.wait_for_timeout(chance.uniform(0, 300))
        url, crashed = cliente.url, cliente
        with crashed.expect_event("crash"), contextlib.suppress(PlaywrightError):
            crashed.goto("chrome://crash")
        cliente = context.new_page()
        cliente.goto(url)
        crashed.close()
    is_live(cliente)
    expect(cliente.locator(PENDING)).to_have_count(0, timeout=60_000)
    assert all_numbers(cliente, "queda") == list(range(CRASHES))


def test_two_tabs_that_write_at_once_keep_the_order_of_each(people: People) -> None:
    one = people("cliente", ROOM_1)
    other = one.context.new_page()
    other.goto(one.url)
    is_live(one)
    is_live(other)
    for n in range(8):
        say(one, f"uma {n}")
        say(other, f"outra {n}")
    for page in (one, other):
        expect(message(page, "uma 7")).to_have_count(1, timeout=30_000)
        expect(message(page, "outra 7")).to_have_count(1, timeout=30_000)
        expect(page.locator(PENDING)).to_have_count(0, timeout=15_000)
        is_whole(page)
    assert all_numbers(one, "uma") == list(range(8))
    assert all_numbers(one, "outra") == list(range(8))


def test_a_login_that_expires_keeps_the_text_until_the_same_person_is_back(
    server: Server, people: People
) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    cliente.context.clear_cookies()
    cliente.evaluate("document.cookie = 'x=1'")
    server.stop()
    say(cliente, "Escrito sem sessão")
    server.start()
    link = cliente.locator("[data-part=notice-link]")
    expect(link).to_have_text("Entrar de novo", timeout=60_000)
    expect(cliente.locator("[data-part=notice-text]")).to_have_text(
        "Sua sessão terminou. O que você escreveu continua aqui."
    )
    expect(cliente.locator(PENDING)).to_have_count(1)
    cliente.fill(BOX, "Ainda na caixa")
    with cliente.context.expect_page() as opened:
        link.click()
    log_in(opened.value, "cliente")
    opened.value.wait_for_url(server.url + ROOM_1)
    is_live(cliente)
    assert cliente.input_value(BOX) == "Ainda na caixa"
    expect(message(cliente, "Escrito sem sessão")).to_have_count(1)
    expect(cliente.locator(PENDING)).to_have_count(0)


def test_another_person_in_the_same_browser_finds_nothing_of_it(
    server: Server, contexts: Callable[..., BrowserContext]
) -> None:
    context = contexts()
    context.add_cookies([{"name": "sessionid", "value": server.login("cliente"), "url": server.url}])
    page = context.new_page()
    page.goto(server.url + ROOM_1)
    is_live(page)
    context.set_offline(True)
    say(page, "Segredo na fila")
    page.fill(BOX, "Segredo no rascunho")
    context.set_offline(False)
    context.clear_cookies()
    context.add_cookies([{"name": "sessionid", "value": server.login("reforma"), "url": server.url}])
    page.route("**/ws/**", lambda route: route.abort())
    page.goto(server.url + ROOM_1)
    assert page.input_value(BOX) == ""
    expect(page.locator(PENDING)).to_have_count(0)
    kept = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage)).join(' ')")
    assert "outbox" not in kept
    assert "draft" not in kept


def test_a_browser_that_keeps_nothing_still_sends_and_warns_before_it_forgets(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    cliente.context.add_init_script(FORBIDDEN)
    cliente.reload()
    is_live(cliente)
    say(cliente, "Sem memória")
    expect(message(cliente, "Sem memória")).to_have_count(1)
    cliente.context.set_offline(True)
    say(cliente, "Ainda sem memória")
    asked: list[str] = []
    cliente.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    cliente.close(run_before_unload=True)
    cliente.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    cliente.context.set_offline(False)
    expect(message(cliente, "Ainda sem memória")).to_have_count(1, timeout=60_000)


def test_what_the_server_will_not_have_says_so_and_can_be_written_anew_or_discarded(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    leave_unsent(cliente, "long", "x" * 2001)
    leave_unsent(cliente, "longer", "y" * 2002)
    cliente.reload()
    refused = cliente.locator(PENDING)
    expect(refused).to_have_count(2)
    refused.filter(has_text="yyy").get_by_role("button", name="Descartar").click()
    failed = cliente.locator(PENDING)
    expect(failed.locator("[data-part=tick-word]")).to_have_text("Não enviada")
    expect(failed.locator("[data-part=failed-reason]")).to_have_text("A mensagem é longa demais.")
    say(cliente, "Depois da recusada")
    expect(message(cliente, "Depois da recusada")).to_have_count(1)
    expect(failed.get_by_role("button", name="Tentar de novo")).to_have_count(0)
    failed.get_by_role("button", name="Editar").click()
    expect(failed).to_have_count(0)
    box = cliente.locator("[data-part=text-box]")
    expect(box).to_be_focused()
    expect(box).to_have_value("x" * 2001)
    box.press("Backspace")
    box.press("Enter")
    expect(message(cliente, "x" * 2000)).to_have_count(1)
    cliente.reload()
    is_live(cliente)
    expect(failed).to_have_count(0)


def test_a_room_that_closes_gives_the_text_back_to_the_box(people: People) -> None:
    cliente, site = people("cliente", ROOM_1), people("cliente", "/necessidades/1/")
    is_live(cliente)
    leave_unsent(cliente, "antes", "Escrito antes do fim")
    site.click("button[value=finalizado]")
    try:
        expect(cliente.locator("[data-part=closed]")).to_be_visible()
        cliente.reload()
        expect(cliente.locator(BOX)).to_have_value("Escrito antes do fim")
        expect(cliente.locator(PENDING)).to_have_count(0)
        expect(cliente.locator("[data-part=closed]")).to_be_visible()
    finally:
        site.click("button[value=em_atendimento]")
    expect(cliente.locator("[data-part=closed]")).to_be_hidden()
    cliente.press(BOX, "Enter")
    expect(message(cliente, "Escrito antes do fim")).to_have_count(1)


def test_a_text_in_the_box_is_there_after_a_reload(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    cliente.fill(BOX, "Ainda não terminei")
    cliente.reload()
    assert cliente.input_value(BOX) == "Ainda não terminei"
    is_live(cliente)
    cliente.press(BOX, "Enter")
    expect(message(cliente, "Ainda não terminei")).to_have_count(1)
    cliente.reload()
    assert cliente.input_value(BOX) == ""
