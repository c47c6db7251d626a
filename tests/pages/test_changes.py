"""What somebody takes back or says anew, on the pages of both, with the mouse, the keyboard and a finger."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.pages.conftest import People
from tests.pages.room import BOX, ROOM_1, choose, edited, is_live, message, part, say, texts
from tests.server import Server

TRADITIONAL = "/chat/1/"
FINGER = 44


def menu_of(message: Locator) -> Locator:
    return message.locator("[data-part=menu]")


def placed(page: Page, seq: str | None) -> Locator:
    return page.locator(f"[data-part=messages] [data-seq='{seq}']")


def test_an_edit_is_seen_at_once_by_both_and_after_a_reload(people: People) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", TRADITIONAL)
    is_live(cliente)
    is_live(reforma)
    say(cliente, "Chego as 9h")
    cliente.fill(BOX, "ainda não enviado")
    own = message(cliente, "Chego as 9h")
    seq = own.get_attribute("data-seq")
    choose(own, "edit")
    expect(part(cliente, "editing")).to_contain_text("Editando")
    expect(cliente.locator(BOX)).to_have_value("Chego as 9h")
    expect(cliente.locator(BOX)).to_be_focused()
    say(cliente, "Chego às 9h 👍")
    for page in (cliente, reforma):
        expect(edited(page, "Chego às 9h 👍")).to_contain_text("editada ")
        expect(placed(page, seq).locator("[data-part=text]")).to_have_text("Chego às 9h 👍")
    expect(part(cliente, "editing")).to_have_count(0)
    expect(cliente.locator(BOX)).to_have_value("ainda não enviado")
    expect(part(cliente, "changing")).to_have_count(0)
    for page in (cliente, reforma):
        page.reload()
        is_live(page)
        expect(edited(page, "Chego às 9h 👍")).to_have_count(1)
        expect(message(page, "Chego as 9h")).to_have_count(0)
    assert texts(cliente) == texts(reforma)
    expect(menu_of(message(reforma, "Chego às 9h 👍")).locator("visible=true")).to_have_count(0)


def test_the_keyboard_edits_the_last_message_and_escape_leaves_it_as_it_was(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    say(cliente, "primeira")
    say(cliente, "segunda")
    expect(message(cliente, "segunda")).to_have_count(1)
    cliente.press(BOX, "ArrowUp")
    expect(cliente.locator(BOX)).to_have_value("segunda")
    cliente.fill(BOX, "outra coisa")
    cliente.press(BOX, "Escape")
    expect(cliente.locator(BOX)).to_have_value("")
    expect(part(cliente, "editing")).to_have_count(0)
    cliente.press(BOX, "ArrowUp")
    cliente.press(BOX, "Enter")
    expect(part(cliente, "editing")).to_have_count(0)
    cliente.press(BOX, "ArrowUp")
    say(cliente, "segunda, corrigida")
    expect(edited(cliente, "segunda, corrigida")).to_have_count(1)
    expect(message(cliente, "segunda")).to_have_count(0)
    cliente.fill(BOX, "x")
    cliente.press(BOX, "ArrowUp")
    expect(part(cliente, "editing")).to_have_count(0)


def test_a_deletion_is_asked_about_and_leaves_a_place_to_both(people: People) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", TRADITIONAL)
    is_live(cliente)
    is_live(reforma)
    say(cliente, "Minha senha é 1234")
    own = message(cliente, "Minha senha é 1234")
    seq = own.get_attribute("data-seq")
    expect(message(reforma, "Minha senha é 1234")).to_have_count(1)
    own.locator("[data-part=more]").focus()
    cliente.keyboard.press("Enter")
    cliente.keyboard.press("Escape")
    expect(own.locator("[data-part=choices]:visible")).to_have_count(0)
    expect(own.locator("[data-part=more]")).to_be_focused()
    cliente.keyboard.press("Enter")
    cliente.keyboard.press("Tab")
    cliente.keyboard.press("Tab")
    expect(own.locator("[data-part=delete]")).to_be_focused()
    cliente.keyboard.press("Enter")
    question = cliente.get_by_role("alertdialog", name="Apagar esta mensagem para todos?")
    expect(question).to_contain_text("Minha senha é 1234")
    expect(question.get_by_role("button", name="Cancelar")).to_be_focused()
    cliente.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(own.locator("[data-part=more]")).to_be_focused()
    cliente.keyboard.press("Enter")
    own.locator("[data-part=delete]").click()
    question.get_by_role("button", name="Apagar").click()
    for page in (cliente, reforma):
        gone = placed(page, seq)
        expect(gone.locator("[data-part=text]")).to_have_text("Mensagem apagada")
        expect(message(page, "Minha senha é 1234")).to_have_count(0)
        page.reload()
        is_live(page)
        expect(gone.locator("[data-part=text]")).to_have_text("Mensagem apagada")
        assert "1234" not in page.content()
    expect(menu_of(placed(cliente, seq)).locator("visible=true")).to_have_count(0)
    cliente.goto("/".join(cliente.url.split("/")[:3]) + "/chat/")
    expect(cliente.locator("[data-part=row-preview]").first).to_have_text("Mensagem apagada")


def test_what_is_chosen_with_a_finger_is_large_enough_and_fits_on_a_phone(
    people: People, shots: Path
) -> None:
    phone = people("cliente", ROOM_1, viewport={"width": 320, "height": 640}, has_touch=True)
    is_live(phone)
    said = "Uma mensagem que é comprida o bastante para encher a linha de um telefone pequeno"
    phone.fill(BOX, said)
    phone.locator("[data-part=send]").tap()
    own = message(phone, said)
    own.locator("[data-part=more]").tap()
    targets = [own.locator("[data-part=more]"), own.locator("[data-part=edit]")]
    targets.append(own.locator("[data-part=delete]"))
    phone.screenshot(path=shots / "changes-menu.png")
    check_targets(targets)
    targets[2].tap()
    targets = [part(phone, "deleting-keep"), part(phone, "deleting-confirm")]
    phone.screenshot(path=shots / "changes-deleting.png")
    check_targets(targets)
    targets[0].tap()
    own.locator("[data-part=more]").tap()
    own.locator("[data-part=edit]").tap()
    phone.screenshot(path=shots / "changes-editing.png")
    check_targets([part(phone, "editing-stop")])
    assert phone.evaluate("document.documentElement.scrollWidth") == 320


def check_targets(targets: list[Locator]) -> None:
    """All of them are in sight, and a finger finds them."""
    for target in targets:
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= FINGER, target
        assert 0 <= box["x"] <= 320 - box["width"], target
        assert 0 <= box["y"] <= 640 - box["height"], target


def test_a_message_that_has_become_too_old_has_no_menu_any_more(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    cliente.clock.install()
    cliente.reload()
    is_live(cliente)
    say(cliente, "daqui a pouco é tarde")
    menu = menu_of(message(cliente, "daqui a pouco é tarde"))
    expect(menu).to_be_visible()
    cliente.context.set_offline(True)  # or the server would say what time it is
    cliente.clock.fast_forward("14:50")
    expect(menu).to_be_visible()
    cliente.clock.fast_forward("00:15")
    expect(menu).to_be_hidden()
    cliente.press(BOX, "ArrowUp")
    expect(part(cliente, "editing")).to_have_count(0)


def test_a_change_survives_a_reload_and_one_that_is_refused_gives_the_text_back(people: People) -> None:
    cliente, reforma = people("cliente", ROOM_1), people("reforma", ROOM_1)
    is_live(reforma)
    is_live(cliente)
    say(reforma, "isto é da outra pessoa")
    say(cliente, "isto é meu")
    own, other = message(cliente, "isto é meu"), message(cliente, "isto é da outra pessoa")
    expect(other).to_have_count(1)
    expect(own).to_have_count(1)
    for client_id, target, text in (("w-1", own, "isto é meu!"), ("w-2", other, "roubado")):
        cliente.evaluate(
            """([clientId, target, text]) => {
                const user = JSON.parse(document.getElementById('page-data').textContent).user_id;
                localStorage.setItem('prosa:changes:' + user + ':1:' + clientId, JSON.stringify(
                    {client_id: clientId, kind: 'edit', target, conteudo: text, at: Date.now()}));
            }""",
            [client_id, int(target.get_attribute("data-seq") or 0), text],
        )
    cliente.reload()
    for page in (cliente, reforma):
        expect(edited(page, "isto é meu!")).to_have_count(1)
    expect(cliente.locator(BOX)).to_have_value("roubado")
    expect(part(cliente, "problem")).to_have_text("Isto não é permitido.")
    expect(message(reforma, "isto é da outra pessoa")).to_have_count(1)
    assert cliente.evaluate("Object.keys(localStorage).filter(k => /^prosa:changes:/.test(k))") == []


def test_what_is_deleted_in_another_tab_while_it_is_edited_gives_the_text_back(people: People) -> None:
    cliente = people("cliente", ROOM_1)
    is_live(cliente)
    say(cliente, "em duas abas")
    expect(message(cliente, "em duas abas")).to_have_count(1)
    tab = cliente.context.new_page()
    tab.goto(cliente.url)
    is_live(tab)
    cliente.press(BOX, "ArrowUp")
    cliente.fill(BOX, "em duas abas, editada")
    choose(message(tab, "em duas abas"), "delete")
    part(tab, "deleting-confirm").click()
    expect(part(cliente, "problem")).to_contain_text("foi apagada")
    expect(cliente.locator(BOX)).to_have_value("em duas abas, editada")
    expect(part(cliente, "editing")).to_have_count(0)


def test_without_scripts_a_message_is_edited_and_deleted_by_forms(server: Server, people: People) -> None:
    reforma = people("reforma", ROOM_1)
    is_live(reforma)
    plain = people("cliente", TRADITIONAL, java_script_enabled=False)
    plain.fill("textarea", "escrito sem scripts")
    plain.click("[data-part=send]")
    own = message(plain, "escrito sem scripts")
    choose(own, "edit")
    expect(plain.locator("textarea")).to_have_value("escrito sem scripts")
    plain.fill("textarea", "")
    plain.get_by_role("button", name="Salvar").click()
    expect(plain.get_by_role("alert")).to_have_text("Escreva uma mensagem antes de enviar.")
    plain.fill("textarea", "editado sem scripts")
    plain.get_by_role("button", name="Salvar").click()
    expect(edited(plain, "editado sem scripts")).to_have_count(1)
    expect(edited(reforma, "editado sem scripts")).to_have_count(1)
    seq = message(plain, "editado sem scripts").get_attribute("data-seq")
    choose(message(plain, "editado sem scripts"), "delete")
    plain.get_by_role("button", name="Apagar").click()
    for page in (plain, reforma):
        expect(placed(page, seq).locator("[data-part=text]")).to_have_text("Mensagem apagada")
    plain.goto(f"{server.url}/chat/1/editar/?mensagem={seq}")
    expect(plain.locator("main")).to_contain_text("não existe")
