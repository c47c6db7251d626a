"""Two people send each other files, by the button, by a paste, and without scripts."""

import io
import json
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute, expect

from tests import files
from tests.pages.conftest import People
from tests.pages.room import ROOM_1, is_live, message, part, say
from tests.pages.site import has_room
from tests.server import Server

CHUNK_BYTES = 18 * 1024
LOSES_COMMAND, LOSES_ANSWER = 4, 7
"""Which of all that is asked about a file never arrives, and which arrives but is never answered."""


def written(folder: Path, name: str, data: bytes) -> str:
    """A file that can be chosen."""
    path = folder / name
    path.write_bytes(data)
    return str(path)


def last(page: Page) -> str:
    """Where the newest message of the log is found."""
    return "[data-part=messages] [data-part=message] >> nth=-1"


def test_a_photo_is_chosen_seen_on_its_way_and_shown_to_the_other(
    people: People, tmp_path: Path, shots: Path
) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    for page in (cliente, reforma):
        is_live(page)
    photo = written(tmp_path, "banheiro antes.png", files.noise((900, 600)))
    held: list[Route] = []
    cliente.route("**/anexos/", lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for its signature
    cliente.set_input_files("[data-part=file-input]", photo)
    tile = part(cliente, "tile")
    expect(tile.get_by_role("progressbar")).to_be_visible()
    expect(tile).to_contain_text("banheiro antes.png")
    expect(tile).to_contain_text("1,5 MB")
    cliente.fill("[data-part=text-box]", "Antes da obra")
    cliente.press("[data-part=text-box]", "Enter")  # it is sent once it is there
    cliente.screenshot(path=shots / "file-tile.png")
    held[0].continue_()
    expect(tile).to_have_count(0)
    image = reforma.locator(last(reforma)).locator("[data-part=attachment-image]")
    expect(image).to_have_attribute("alt", "Foto: banheiro antes.png")
    expect(image).to_have_attribute("width", "320")
    expect(image).to_have_attribute("height", "213")
    expect(reforma.locator(last(reforma)).locator("[data-part=text]")).to_have_text("Antes da obra")
    expect(image).to_have_js_property("complete", value=True)
    assert image.evaluate("image => image.naturalWidth") == 480
    own = cliente.locator(last(cliente)).locator("[data-part=attachment-image]")
    expect(own).to_be_visible()
    reforma.screenshot(path=shots / "file-photo.png")
    reforma.reload()
    is_live(reforma)
    expect(image).to_have_attribute("alt", "Foto: banheiro antes.png")


def test_where_http_does_not_get_through_a_file_goes_by_the_socket(people: People, tmp_path: Path) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    for page in (cliente, reforma):
        is_live(page)
    cliente.route("**/anexos/", lambda route: route.abort())
    cliente.set_input_files("[data-part=file-input]", written(tmp_path, "nota.pdf", files.PDF * 1))
    expect(part(cliente, "tile").locator("[data-part=tile-progress]")).to_be_hidden()
    cliente.click("[data-part=send]")
    card = reforma.locator(last(reforma)).locator("[data-part=attachment-card]")
    expect(card).to_contain_text("nota.pdf")
    expect(card).to_contain_text("bytes")


def test_a_file_on_the_socket_goes_on_where_it_was_after_every_cut(people: People, tmp_path: Path) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    asked: list[tuple[str, int]] = []
    is_answer_lost = False

    def carries(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def out(frame: str | bytes) -> None:
            nonlocal is_answer_lost
            said = [json.loads(text) for text in json.loads(frame)]
            uploads = [one for one in said if one["event"].startswith("upload_")]
            asked.extend((one["event"], one["data"].get("offset", -1)) for one in uploads)
            is_answer_lost = bool(uploads) and len(asked) == LOSES_ANSWER
            if uploads and len(asked) == LOSES_COMMAND:
                line.close()
            else:
                server.send(frame)

        def back(frame: str | bytes) -> None:
            nonlocal is_answer_lost
            if is_answer_lost:
                is_answer_lost = False
                line.close()
            else:
                line.send(frame)

        line.on_message(out)
        server.on_message(back)

    cliente.context.route_web_socket("**/ws/chat/**", carries)
    cliente.route("**/anexos/", lambda route: route.abort())
    for page in (cliente, reforma):
        page.reload()
        is_live(page)
    photo = files.noise((300, 200))
    chunks = -(-len(photo) // CHUNK_BYTES)
    assert chunks > LOSES_ANSWER
    cliente.set_input_files("[data-part=file-input]", written(tmp_path, "em partes.png", photo))
    expect(part(cliente, "tile-progress")).to_have_count(0, timeout=40_000)
    cliente.click("[data-part=send]")
    expect(reforma.locator(last(reforma)).locator("[data-part=attachment-image]")).to_have_attribute(
        "alt", "Foto: em partes.png"
    )
    offsets = [offset for name, offset in asked if name == "upload_chunk"]
    again = [offset for offset in set(offsets) if offsets.count(offset) > 1]
    assert [name for name, _ in asked].count("upload_start") == 1
    assert sorted(set(offsets)) == [n * CHUNK_BYTES for n in range(chunks)]
    assert offsets == sorted(offsets)
    assert sorted(again) == [(n - 2) * CHUNK_BYTES for n in (LOSES_COMMAND, LOSES_ANSWER - 1)]


def test_a_message_with_a_file_is_deleted_and_the_file_is_nobody_s_any_more(
    people: People, tmp_path: Path
) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    for page in (cliente, reforma):
        is_live(page)
    cliente.set_input_files("[data-part=file-input]", written(tmp_path, "box.png", files.noise((60, 40))))
    expect(part(cliente, "tile-progress")).to_have_count(0)
    cliente.click("[data-part=send]")
    for page in (cliente, reforma):
        image = page.locator(last(page)).locator("[data-part=attachment-image]")
        expect(image).to_have_attribute("alt", "Foto: box.png")
    address = reforma.locator(last(reforma)).locator("[data-part=attachment]").get_attribute("href")
    seq = cliente.locator(last(cliente)).get_attribute("data-seq")
    own = cliente.locator(f"[data-part=messages] [data-seq='{seq}']")
    own.locator("[data-part=more]").click()
    expect(own.locator("[data-part=edit]")).to_be_hidden()
    own.locator("[data-part=delete]").click()
    expect(part(cliente, "deleting")).to_contain_text("box.png")
    part(cliente, "deleting-confirm").click()
    for page in (cliente, reforma):
        gone = page.locator(f"[data-part=messages] [data-seq='{seq}']")
        for _ in range(2):
            expect(gone.locator("[data-part=text]")).to_have_text("Mensagem apagada")
            expect(gone.locator("[data-part=attachment]")).to_have_count(0)
            assert "box.png" not in gone.inner_html()
            assert page.evaluate("address => fetch(address).then(answer => answer.status)", address) == 404
            page.reload()
            is_live(page)


def test_what_is_refused_says_why_and_can_be_taken_away(people: People, tmp_path: Path) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    cliente.set_input_files("[data-part=file-input]", written(tmp_path, "x.png", files.SVG))
    expect(part(cliente, "tile-state")).to_contain_text("não é aceito")
    expect(part(cliente, "tile-retry")).to_have_count(0)
    cliente.click("[data-part=tile-remove]")
    expect(part(cliente, "tile")).to_have_count(0)
    expect(cliente.locator("[data-part=send]")).to_be_disabled()
    say(cliente, "Sem arquivo")
    expect(message(cliente, "Sem arquivo")).to_have_count(1)


def test_a_file_that_did_not_get_through_is_tried_again(people: People, tmp_path: Path) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    away = {"code": "unavailable", "message": "O serviço está indisponível.", "retryable": True}
    cliente.route("**/anexos/", lambda route: route.fulfill(status=503, json={**away, "retry_after_ms": 1}))
    cliente.set_input_files("[data-part=file-input]", written(tmp_path, "nota.pdf", files.PDF))
    expect(part(cliente, "tile-state")).to_have_text("O serviço está indisponível.")
    cliente.unroute("**/anexos/")
    cliente.click("[data-part=tile-retry]")
    expect(part(cliente, "tile-state")).to_have_text("69 bytes")
    expect(part(cliente, "tile-progress")).to_have_count(0)
    cliente.click("[data-part=send]")
    expect(cliente.locator(last(cliente)).locator("[data-part=attachment-card]")).to_contain_text("nota.pdf")


def test_a_file_is_dropped_on_the_page(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    cliente.evaluate(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "nota.pdf", {type: "application/pdf"}));
          for (const name of ["dragover", "drop"]) {
            const event = new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true});
            document.querySelector("[data-part=scroller]").dispatchEvent(event);
          }
        }""",
        list(files.PDF),
    )
    expect(part(cliente, "tile")).to_contain_text("nota.pdf")
    cliente.click("[data-part=tile-remove]")
    expect(part(cliente, "tile")).to_have_count(0)


def test_a_picture_is_pasted(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    png = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(png, "PNG")
    cliente.evaluate(
        """bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "image.png", {type: "image/png"}));
          const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
          document.querySelector("[data-part=text-box]").dispatchEvent(paste);
        }""",
        list(png.getvalue()),
    )
    expect(cliente.locator("[data-part=tile-image]:visible")).to_have_count(1)
    cliente.click("[data-part=send]")
    expect(cliente.locator(last(cliente)).locator("[data-part=attachment-image]")).to_have_attribute(
        "width", "20"
    )


def test_a_page_without_scripts_sends_a_file(
    server: Server, contexts: Callable[..., BrowserContext], tmp_path: Path, shots: Path
) -> None:
    context = contexts(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": server.login("cliente"), "url": server.url}])
    page = context.new_page()
    page.goto(f"{server.url}/chat/1/")
    page.set_input_files("input[type=file]", written(tmp_path, "prazos.txt", files.TEXT))
    page.screenshot(path=shots / "file-form.png")
    page.click("[data-part=send]")
    card = page.locator(last(page)).locator("[data-part=attachment-card]")
    expect(card).to_contain_text("prazos.txt")
    with page.expect_download() as download:
        card.click()
    assert Path(download.value.path()).read_bytes() == files.TEXT
    assert download.value.suggested_filename == "prazos.txt"


def test_a_file_that_is_taken_away_again_is_not_kept_and_one_that_waits_is_seen_in_a_locked_room(
    server: Server, people: People, tmp_path: Path
) -> None:
    has_room(server, "tranca")
    cliente = people("cliente", "/chat/tranca/websocket/")
    is_live(cliente)
    choose = written(tmp_path, "nota.pdf", files.PDF)
    cliente.set_input_files("[data-part=file-input]", choose)
    tile = part(cliente, "tile")
    expect(part(cliente, "send")).to_be_enabled()
    expect(tile.locator("[data-part=tile-progress]")).to_be_hidden()
    with cliente.expect_response("**/anexos/") as answer:
        cliente.set_input_files("[data-part=file-input]", choose)
    expect(tile).to_have_count(2)
    expect(tile.last.locator("[data-part=tile-progress]")).to_be_hidden()
    url = answer.value.json()["attachment"]["url"]
    assert cliente.request.get(server.url + url).status == 200
    tile.last.locator("[data-part=tile-remove]").click()
    expect(tile).to_have_count(1)
    for _ in range(100):
        if cliente.request.get(server.url + url).status == 404:
            break
        cliente.wait_for_timeout(50)
    assert cliente.request.get(server.url + url).status == 404
    has_room(server, "tranca", can_write=False, reason="Serviço finalizado.")
    expect(part(cliente, "closed-reason")).to_have_text("Serviço finalizado.")
    expect(tile).to_be_visible()
    tile.locator("[data-part=tile-remove]").click()
    expect(part(cliente, "composer")).to_be_hidden()
