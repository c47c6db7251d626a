"""A room of ten thousand messages is as light as any: one stretch of it is on the page at a time."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages.conftest import People
from tests.pages.room import is_live, is_whole, message, part, say, seqs
from tests.pages.site import has_past, has_room, tells
from tests.server import Server

COUNT = 10_000
PAGE = 50
ROOM = "/chat/dez_mil/websocket/"
MESSAGES_MAX = 400
BESIDE = 1_500
"""Elements of the page that are no messages."""
MORE_BYTES = 300_000
"""What the engine itself may keep for twenty pages more; their thousand messages would be thrice that."""

NODES = "document.getElementsByTagName('*').length"
NODES_OF_ONE = (
    "2 + document.querySelectorAll('[data-part=blanks] li:first-child[data-part=message] *').length"
    " + document.querySelectorAll('[data-part=blanks] [data-part=day] *').length"
)
SCROLL = "([way]) => { document.querySelector('[data-part=scroller]').scrollTop = way * 1e7; }"
EDGE_IS_PAST = """([way, seq]) => {
  const all = document.querySelectorAll('[data-part=messages] [data-part=message]');
  const edge = +all[way < 0 ? 0 : all.length - 1].dataset.seq;
  return way < 0 ? edge < seq : edge > seq;
}"""


@pytest.fixture(scope="module")
def long_room(server: Server) -> str:
    """The path of the room, in which so much has been said."""
    has_room(server, "dez_mil", title="Obra longa")
    has_past(server, "dez_mil", COUNT)
    return ROOM


def at(page: Page, seq: int) -> Locator:
    """The message at this place."""
    return page.locator(f"[data-part=messages] [data-seq='{seq}']")


def is_light(page: Page) -> None:
    """No more is on the page than a stretch without a hole."""
    is_whole(page)
    assert len(seqs(page)) <= MESSAGES_MAX
    assert page.evaluate(NODES) <= BESIDE + MESSAGES_MAX * page.evaluate(NODES_OF_ONE)


def goes(page: Page, way: int, times: int) -> None:
    """So often an end of the page is scrolled to, and what was beyond comes; what was there is in sight."""
    for _ in range(times):
        edge = seqs(page)[0 if way < 0 else -1]
        page.evaluate(SCROLL, [way])
        page.wait_for_function(EDGE_IS_PAST, arg=[way, edge])
        expect(at(page, edge)).to_be_in_viewport()
        assert abs(seqs(page)[0 if way < 0 else -1] - edge) == PAGE


def test_one_scrolls_back_page_by_page_and_down_again_and_the_page_stays_light(
    people: People, long_room: str
) -> None:
    cliente = people("cliente", long_room)
    is_live(cliente)
    assert seqs(cliente)[-1] == COUNT
    goes(cliente, -1, 9)
    is_light(cliente)
    assert seqs(cliente)[-1] < COUNT
    expect(part(cliente, "down")).to_have_text("Ir para as mais recentes")
    goes(cliente, 1, 3)
    is_light(cliente)
    part(cliente, "down").click()
    expect(at(cliente, COUNT)).to_be_in_viewport()
    expect(part(cliente, "down")).to_have_count(0)
    is_light(cliente)
    goes(cliente, -1, 1)


def test_however_far_one_scrolls_the_page_needs_no_more_memory(people: People, long_room: str) -> None:
    cliente = people("cliente", long_room)
    is_live(cliente)
    line = cliente.context.new_cdp_session(cliente)
    line.send("Performance.enable")
    needs = []
    for _ in range(3):
        goes(cliente, -1, 20)
        line.send("HeapProfiler.collectGarbage")
        used = {one["name"]: one["value"] for one in line.send("Performance.getMetrics")["metrics"]}
        needs.append([used["Nodes"], used["JSEventListeners"], used["JSHeapUsedSize"]])
    assert needs[2][:2] == needs[1][:2]
    assert needs[2][2] - needs[1][2] < MORE_BYTES


def test_a_link_opens_the_room_at_its_message_and_one_goes_on_in_both_directions(
    people: People, long_room: str
) -> None:
    cliente = people("cliente", f"{long_room}?em=1234#m1234")
    is_live(cliente)
    expect(at(cliente, 1234)).to_be_in_viewport()
    assert "message--found" in str(at(cliente, 1234).get_attribute("class"))
    assert seqs(cliente) == list(range(1209, 1259))
    goes(cliente, 1, 3)
    goes(cliente, -1, 3)
    is_light(cliente)
    part(cliente, "down").click()
    expect(at(cliente, COUNT)).to_be_in_viewport()
    is_light(cliente)


def test_what_is_said_meanwhile_is_not_put_beneath_what_is_old(people: People, long_room: str) -> None:
    cliente = people("cliente", f"{long_room}?em=1234")
    reforma = people("reforma", long_room)
    is_live(cliente)
    is_live(reforma)
    say(reforma, "Ainda está aí?")
    expect(part(cliente, "down")).to_have_text("1 mensagem nova")
    assert seqs(cliente) == list(range(1209, 1259))
    say(cliente, "Estou, lendo o que combinamos")
    expect(message(cliente, "Estou, lendo o que combinamos")).to_be_in_viewport()
    expect(message(cliente, "Ainda está aí?")).to_have_count(1)
    expect(message(reforma, "Estou, lendo o que combinamos")).to_have_count(1)
    expect(part(cliente, "down")).to_have_count(0)
    expect(part(cliente, "pending").locator("li")).to_have_count(0)
    is_light(cliente)


def test_who_reads_further_up_while_much_is_said_keeps_a_light_page(
    server: Server, people: People, long_room: str
) -> None:
    cliente = people("cliente", long_room)
    is_live(cliente)
    goes(cliente, -1, 4)
    reading = seqs(cliente)[0]
    for n in range(MESSAGES_MAX - len(seqs(cliente)) + 1):
        tells(server, "/rooms/dez_mil/messages", {"conteudo": f"Aviso {n}", "client_id": f"aviso-{n}"})
    expect(part(cliente, "down")).to_have_text("Ir para as mais recentes")
    is_light(cliente)
    assert seqs(cliente)[0] == reading
    part(cliente, "down").click()
    expect(message(cliente, f"Aviso {n}")).to_be_in_viewport()
    is_light(cliente)
