"""What a screen reader is given to read out: each thing once, and nothing that only changes its sign."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests import files
from tests.pages.conftest import People
from tests.pages.room import BOX, is_live, message, part, say
from tests.pages.site import has_room
from tests.server import Server

LISTENS = """
window.told = [];
const spoken = 'log, status, alert'.split(', ').map(role => `[role=${role}]`).join() + ', [aria-live]';
new MutationObserver(changes => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      const live = change.target.closest(spoken);
      if (live && live.getAttribute('aria-live') !== 'off' && node.textContent.trim()) {
        told.push(node.textContent.replace(/\\s+/g, ' ').trim());
      }
    }
  }
}).observe(document.body, {childList: true, subtree: true});
"""
"""What is put into a live region; of two that lie in each other, the inner one says whether it is told."""


def told(page: Page, text: str) -> int:
    """How often something with ``text`` was given to be read out."""
    return sum(text in one for one in page.evaluate("told"))


def test_what_is_said_is_told_once_and_what_becomes_of_it_never(server: Server, people: People) -> None:
    has_room(server, "falada", title="Sala falada")
    cliente = people("cliente", "/chat/falada/websocket/")
    is_live(cliente)
    cliente.evaluate(LISTENS)
    for n in range(3):
        say(cliente, f"Dita {n} vez")
        expect(message(cliente, f"Dita {n} vez")).to_have_count(1)
    reforma = people("reforma", "/chat/falada/websocket/")
    read = cliente.locator("[data-part=messages] [data-part=message][data-state=read]")
    expect(read).to_have_count(3)
    is_live(reforma)
    say(reforma, "Respondida")
    expect(message(cliente, "Respondida")).to_have_count(1)
    assert [told(cliente, f"Dita {n} vez") for n in range(3)] == [1, 1, 1]
    assert told(cliente, "Respondida") == 1
    assert [
        one for one in cliente.evaluate("told") if one in ("Lida", "Entregue", "Enviada", "Enviando")
    ] == []


def test_a_file_on_its_way_is_told_once_and_taken_away_it_leaves_the_keyboard_somewhere(
    server: Server, people: People, tmp_path: Path
) -> None:
    has_room(server, "falada", title="Sala falada")
    cliente = people("cliente", "/chat/falada/websocket/")
    is_live(cliente)
    cliente.evaluate(LISTENS)
    photo = tmp_path / "obra.png"
    photo.write_bytes(files.noise((900, 600)))
    cliente.set_input_files("[data-part=file-input]", str(photo))
    expect(part(cliente, "tile-progress")).to_have_count(0)
    assert told(cliente, "1,5 MB") <= 1
    part(cliente, "tile-remove").press("Enter")
    expect(part(cliente, "tile")).to_have_count(0)
    expect(part(cliente, "attach")).to_be_focused()


def test_a_message_that_is_thrown_away_leaves_the_keyboard_at_the_messages(
    server: Server, people: People
) -> None:
    has_room(server, "falada", title="Sala falada")
    cliente = people("cliente", "/chat/falada/websocket/")
    is_live(cliente)
    cliente.evaluate(
        """() => {
            const user = JSON.parse(document.getElementById('page-data').textContent).user_id;
            const message = {client_id: 'longa-1', conteudo: 'longa '.repeat(400), at: Date.now()};
            localStorage.setItem('prosa:outbox:' + user + ':falada:longa-1', JSON.stringify(message));
        }"""
    )
    cliente.reload()
    failed = cliente.locator("[data-part=pending] [role=alert]")
    expect(failed).to_contain_text("longa demais")
    cliente.get_by_role("button", name="Descartar").press("Enter")
    expect(failed).to_have_count(0)
    expect(part(cliente, "scroller")).to_be_focused()
    expect(cliente.locator(BOX)).to_have_value("")
