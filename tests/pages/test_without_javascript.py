"""A room is complete for a browser that runs no script."""

from pathlib import Path

from playwright.sync_api import expect

from tests.pages.conftest import People
from tests.pages.lynx import as_person, browse, find
from tests.pages.room import ROOM_1, is_live, message, say, texts
from tests.server import Server


def test_lynx_reads_sends_and_marks_as_read(server: Server, people: People, tmp_path: Path) -> None:
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    say(reforma, "Isto se lê no terminal")
    own = message(reforma, "Isto se lê no terminal")
    expect(own).to_have_count(1)
    login = f"{server.url}/entrar/?next=/chat/1/"
    seen = browse(
        tmp_path, login, *as_person("cliente"), *find("Enviar"), "Up Arrow", "Do terminal", "Down Arrow", "^J"
    )
    assert "Reforma do banheiro" in seen
    expect(message(reforma, "Do terminal")).to_have_count(1)
    expect(own.locator("[data-part=tick-word]")).not_to_have_text("Lida")
    browse(tmp_path, login, *as_person("cliente"), *find("Marcar como lidas"), "Down Arrow", "^J")
    expect(own.locator("[data-part=tick-word]")).to_have_text("Lida")


def test_lynx_pages_back(server: Server, people: People, tmp_path: Path) -> None:
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    first = texts(reforma)[0][:40]
    for n in range(35):
        say(reforma, f"linha {n}")
    expect(message(reforma, "linha 34")).to_have_count(1, timeout=60_000)
    login = f"{server.url}/entrar/?next=/chat/1/"
    seen = browse(tmp_path, login, *as_person("cliente"), *find("Mensagens anteriores"), "^J")
    assert first in seen
