"""Where one reads: at what is new, undisturbed further up, and back at the end by one press."""

from playwright.sync_api import Page, expect

from tests.pages.conftest import People
from tests.pages.room import is_live, message, say, seqs
from tests.pages.site import has_past, has_room
from tests.server import Server

LONG = "\nlinha" * 14
TOP = """
one => one.getBoundingClientRect().top -
  document.querySelector('[data-part=scroller]').getBoundingClientRect().top
"""
AFTER_LINE = "[data-part=unread] ~ [data-part=message]"


def path(chat_id: str) -> str:
    """The room's page."""
    return f"/chat/{chat_id}/websocket/"


def speaks(page: Page, *texts: str) -> None:
    """Each of ``texts`` is said and stored."""
    for text in texts:
        say(page, text)
        expect(page.locator("[data-part=messages] [data-part=message]").last).to_contain_text(text[:12])


def asks_for_older(page: Page) -> None:
    """The link is pressed, without scrolling to it."""
    page.locator("[data-part=older]").evaluate("one => one.click()")


def test_a_page_opens_at_what_is_new_and_the_line_above_it_stays(server: Server, people: People) -> None:
    has_room(server, "leitura")
    has_past(server, "leitura", 60)
    reforma = people("reforma", path("leitura"))
    is_live(reforma)
    speaks(
        reforma, "Primeira nova" + LONG, "Segunda nova" + LONG, "Terceira nova" + LONG, "Quarta nova" + LONG
    )
    cliente = people("cliente", path("leitura"))
    line = cliente.locator("[data-part=messages] [data-part=unread]")
    expect(line).to_have_text("Novas mensagens")
    expect(cliente.locator(AFTER_LINE).first).to_contain_text("Primeira nova")
    assert 0 <= line.evaluate(TOP) < 60
    is_live(cliente)
    expect(cliente.locator("[data-part=down]")).to_contain_text("mensagens novas")
    cliente.press("[data-part=down]", "Enter")
    expect(cliente.locator("[data-part=down]")).to_be_hidden()
    expect(cliente.locator("[data-part=scroller]")).to_be_focused()
    last = reforma.locator("[data-part=messages] [data-part=message]").last
    expect(last).to_have_attribute("data-state", "read")
    speaks(cliente, "Li tudo")
    expect(cliente.locator(AFTER_LINE)).to_have_count(5)
    expect(line).to_have_count(1)
    cliente.reload()
    is_live(cliente)
    expect(line).to_have_count(0)


def test_without_scripts_the_line_is_there_too(server: Server, people: People) -> None:
    has_room(server, "linha")
    reforma = people("reforma", path("linha"))
    is_live(reforma)
    speaks(reforma, "Nova para quem não tem scripts")
    cliente = people("cliente", path("linha"), java_script_enabled=False)
    expect(cliente.locator(AFTER_LINE)).to_have_count(1)
    cliente.click("button:has-text('Marcar como lidas')")
    expect(cliente.locator("[data-part=messages] [data-part=unread]")).to_have_count(0)


def test_who_reads_further_up_is_told_how_many_are_new_and_moves_only_by_a_press(
    server: Server, people: People
) -> None:
    has_room(server, "acima")
    has_past(server, "acima", 120)
    cliente, reforma = people("cliente", path("acima")), people("reforma", path("acima"))
    is_live(cliente)
    is_live(reforma)
    first = seqs(cliente)[0]
    asks_for_older(cliente)
    expect(message(cliente, "Antiga 30")).to_have_count(1)
    anchor = cliente.locator(f"[data-part=messages] [data-seq='{first}']")
    cliente.locator("[data-part=scroller]").evaluate("one => { one.scrollTop -= 400; }")
    expect(cliente.locator("[data-part=down]")).to_have_text("Ir para o fim")
    before = anchor.evaluate(TOP)
    asks_for_older(cliente)
    expect(message(cliente, "Antiga 3")).to_have_count(1)
    speaks(reforma, "Uma nova embaixo")
    expect(cliente.locator("[data-part=down]")).to_have_text("1 mensagem nova")
    speaks(reforma, "Outra nova embaixo")
    expect(cliente.locator("[data-part=down]")).to_have_text("2 mensagens novas")
    assert abs(anchor.evaluate(TOP) - before) < 3
    expect(message(reforma, "Outra nova embaixo")).to_have_attribute("data-state", "delivered")
    cliente.click("[data-part=down]")
    expect(cliente.locator("[data-part=down]")).to_be_hidden()
    expect(message(reforma, "Outra nova embaixo")).to_have_attribute("data-state", "read")
