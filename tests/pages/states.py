"""Every state that a page can be in, by name: what ``make shots`` takes pictures of, and axe looks at."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests import files
from tests.pages.room import is_live, message, say
from tests.pages.site import has_room
from tests.pages.stage import ARABIC, CARD, LONG_WORD, Stage


def _scrolled_up(stage: Stage) -> Page:
    reforma, page = stage.live("longa", "reforma"), stage.live("longa")
    page.locator("[data-part=scroller]").evaluate("one => { one.scrollTop = -2000; }")
    say(reforma, "Pode ser na terça?")
    expect(page.locator("[data-part=down]")).to_contain_text("nova")
    return page


def _unread(stage: Stage) -> Page:
    reforma = stage.live("longa", "reforma")
    for text in ("Bom dia!", "O piso chegou."):
        say(reforma, text)
        expect(message(reforma, text).last).to_be_visible()
    return stage.live("longa")


def _typing(stage: Stage) -> Page:
    reforma, page = stage.live("1", "reforma"), stage.live("1")
    reforma.locator("[data-part=text-box]").press_sequentially("Olá")
    expect(page.locator("[data-part=typing]")).not_to_be_empty()
    return page


def _writing_long(stage: Stage) -> Page:
    page = stage.live("1")
    page.fill("[data-part=text-box]", "Uma descrição bem longa do serviço. " * 54)
    return page


def _failed(stage: Stage) -> Page:
    page = stage.live("vazia")
    page.evaluate(
        """() => {
            const user = JSON.parse(document.getElementById('page-data').textContent).user_id;
            const id = crypto.randomUUID();
            const message = {client_id: id, conteudo: 'longa '.repeat(400), at: Date.now()};
            localStorage.setItem('prosa:outbox:' + user + ':vazia:' + id, JSON.stringify(message));
        }"""
    )
    page.reload()
    expect(page.locator("[data-part=pending] [data-part=failed]")).to_be_visible()
    return page


def _locked(stage: Stage) -> Page:
    room = {"title": "Instalação elétrica", "context": CARD}
    has_room(stage.server, "trancada", "Reforma Já", **room, can_write=True)
    page = stage.live("trancada")
    page.fill("[data-part=text-box]", "Posso ir na quinta de manhã")
    reason = "Este atendimento foi finalizado."
    has_room(stage.server, "trancada", "Reforma Já", **room, can_write=False, reason=reason)
    expect(page.locator("[data-part=closed]")).to_be_visible()
    return page


def _reconnecting(stage: Stage) -> Page:
    page = stage.cuttable("1")
    stage.cut(page)
    expect(page.locator("[data-part=notice]")).to_be_visible()
    return page


def _offline(stage: Stage) -> Page:
    page = stage.cuttable("1")
    page.context.set_offline(True)
    stage.cut(page)
    say(page, "Escrevo mesmo sem internet")
    expect(page.locator("[data-part=notice]")).to_contain_text("Sem internet")
    return page


def _expired(stage: Stage) -> Page:
    page = stage.cuttable("1")
    page.context.clear_cookies()
    while stage.lines:
        stage.lines.pop().close()
    expect(page.locator("[data-part=notice-link]")).to_be_visible(timeout=30_000)
    return page


def _connecting(stage: Stage) -> Page:
    page = stage.opens("/chat/", java_script_enabled=True)
    page.context.route_web_socket("**/ws/chat/**", lambda _: None)
    page.goto(stage.server.url + "/chat/1/websocket/")
    expect(page.locator("[data-part=status-text]")).to_have_text("Conectando")
    return page


def _toast(stage: Stage) -> Page:
    page, reforma = stage.live("2"), stage.live("1", "reforma")
    say(reforma, "Chegamos às 8h, pode ser?")
    expect(page.locator("[data-part=toasts] [data-part=toast]")).to_be_visible()
    return page


def _hostile(stage: Stage) -> Page:
    page = stage.live("hostil")
    if not page.locator("[data-part=messages] [data-part=message]").count():
        address = "https://exemplo.com.br/" + "x" * 300
        for text in (LONG_WORD, ARABIC, "a\u202egnp.exe " + "e\u0301" * 60, "🙂", address):
            say(page, text)
        expect(page.locator("[data-part=pending] [data-part=message]")).to_have_count(0)
    return page


def _english(stage: Stage) -> Page:
    page = stage.opens("/chat/1/websocket/", locale="en-US")
    expect(page.locator("[data-part=status-text]")).to_have_text("Live")
    return page


def _unsent(stage: Stage) -> Page:
    page = stage.opens("/chat/1/", java_script_enabled=False)
    page.context.clear_cookies(name="sessionid")
    page.fill("textarea", "Combinado, até amanhã às oito.")
    page.click("[data-part=send]")
    expect(page.locator("textarea")).to_have_value("Combinado, até amanhã às oito.")
    return page


def _own(stage: Stage, text: str) -> tuple[Page, Locator]:
    """A room where the person has just said ``text``, and that message."""
    page = stage.live("mudancas")
    say(page, text)
    expect(page.locator("[data-part=pending] [data-part=message]")).to_have_count(0)
    own = message(page, text).last
    expect(own).to_be_visible()
    return page, own


def _menu(stage: Stage) -> Page:
    page, own = _own(stage, "Chego às 9h")
    own.locator("[data-part=more]").click()
    expect(own.locator("[data-part=edit]")).to_be_visible()
    return page


def _editing(stage: Stage) -> Page:
    page, own = _own(stage, "Chego às 10h")
    own.locator("[data-part=more]").click()
    own.locator("[data-part=edit]").click()
    expect(page.locator("[data-part=editing]")).to_be_visible()
    return page


def _changed(stage: Stage) -> Page:
    page = _editing(stage)
    page.fill("[data-part=text-box]", "Chego às 10h30")
    page.press("[data-part=text-box]", "Enter")
    expect(page.locator("[data-part=editing]")).to_be_hidden()
    expect(page.locator("[data-part=edited]:visible").last).to_be_visible()
    say(page, "Isto foi um engano")
    own = page.locator("[data-part=messages] [data-part=message]").last
    expect(own).to_contain_text("Isto foi um engano")
    own.locator("[data-part=more]").click()
    own.locator("[data-part=delete]").click()
    page.click("[data-part=deleting-confirm]")
    expect(page.locator("[data-part=messages] [data-part=text]").last).to_have_text("Mensagem apagada")
    return page


def _deleting(stage: Stage) -> Page:
    page, own = _own(stage, "Chego às 11h")
    own.locator("[data-part=more]").click()
    own.locator("[data-part=delete]").click()
    expect(page.locator("[data-part=deleting]")).to_be_visible()
    return page


def _chooses(page: Page, name: str, data: bytes) -> None:
    kind = "image/png" if name.endswith("png") else "application/pdf"
    page.set_input_files("[data-part=file-input]", {"name": name, "mimeType": kind, "buffer": data})


def _files(stage: Stage) -> Page:
    page = stage.live("arquivos")
    for name, data, text in (
        ("planta do banheiro, segunda versão.pdf", files.PDF, ""),
        ("banheiro antes.png", files.noise((600, 400)), "Assim ficou o box."),
    ):
        _chooses(page, name, data)
        page.fill("[data-part=text-box]", text)
        page.locator("[data-part=send]").click()
        expect(page.locator("[data-part=messages] [data-part=attachment]:visible").last).to_be_visible()
        expect(page.locator("[data-part=tile]:visible")).to_have_count(0)
    return page


def _sending_files(stage: Stage) -> Page:
    page = stage.live("arquivos")
    page.route("**/anexos/", lambda route: stage.held.append(route))  # noqa: PLW0108 - Playwright marks it
    _chooses(page, "banheiro antes.png", files.noise((300, 200)))
    expect(page.locator("[data-part=tile]:visible")).to_have_count(1)
    return page


def _refused_file(stage: Stage) -> Page:
    page = stage.live("arquivos")
    _chooses(page, "contrato.pdf", files.HTML)
    expect(page.locator("[data-part=tile]:visible")).to_contain_text("não")
    return page


def _dragging(stage: Stage) -> Page:
    page = stage.live("arquivos")
    page.evaluate(
        """() => {
            const dragged = new DataTransfer();
            dragged.items.add(new File(['a'], 'planta.pdf'));
            document.dispatchEvent(new DragEvent('dragover', {dataTransfer: dragged}));
        }"""
    )
    expect(page.locator(".composer--drop")).to_be_visible()
    return page


def _form(stage: Stage, way: str) -> Page:
    """The page of a form that changes a message, as who has no scripts comes to it."""
    page, own = _own(stage, "Chego às 12h")
    page.goto(stage.server.url + str(own.locator(f"[data-part={way}]").get_attribute("href")))
    expect(page.get_by_role("main")).to_contain_text("Chego às 12h")
    return page


def _search(stage: Stage, text: str = "piso", path: str = "/chat/1/websocket/") -> Page:
    page = stage.opens(path)
    is_live(page)
    page.click("[data-part=search-open]")
    page.fill("[data-part=search-field]", text)
    if text:
        expect(page.locator("[data-part=search-state]")).to_contain_text("encontrada")
    return page


def _list(stage: Stage) -> Page:
    page = stage.opens("/chat/")
    is_live(page)
    return page


STATES: dict[str, Callable[[Stage], Page]] = {
    "lista": _list,
    "lista-vazia": lambda stage: stage.opens("/chat/", "equipe"),
    "sala": lambda stage: stage.live("1"),
    "sala-fechada": lambda stage: stage.live("2"),
    "sala-vazia": lambda stage: stage.live("vazia"),
    "sala-em-grupo": lambda stage: stage.live("grupo"),
    "sala-detalhes": lambda stage: stage.opens("/chat/1/websocket/#detalhes"),
    "sala-escrevem": _typing,
    "sala-novas": _unread,
    "sala-mais-acima": _scrolled_up,
    "sala-texto-longo": _writing_long,
    "sala-falhou": _failed,
    "sala-trancada": _locked,
    "sala-conectando": _connecting,
    "sala-reconectando": _reconnecting,
    "sala-sem-internet": _offline,
    "sala-login-expirado": _expired,
    "sala-aviso": _toast,
    "sala-hostil": _hostile,
    "sala-em-ingles": _english,
    "sala-sem-scripts": lambda stage: stage.opens("/chat/1/", java_script_enabled=False),
    "sala-menu": _menu,
    "sala-editando": _editing,
    "sala-mudadas": _changed,
    "sala-apagando": _deleting,
    "sala-arquivos": _files,
    "sala-enviando-arquivo": _sending_files,
    "sala-arquivo-recusado": _refused_file,
    "sala-arrastando": _dragging,
    "sala-busca": _search,
    "sala-busca-aberta": lambda stage: _search(stage, ""),
    "sala-busca-sem-resultado": lambda stage: _search(stage, "helicóptero"),
    "lista-busca": lambda stage: _search(stage, path="/chat/"),
    "lista-busca-sem-resultado": lambda stage: _search(stage, "helicóptero", "/chat/"),
    "historico": lambda stage: stage.opens("/chat/longa/historico/?before=60"),
    "busca": lambda stage: stage.opens("/chat/buscar/?q=piso"),
    "busca-aberta": lambda stage: stage.opens("/chat/buscar/"),
    "busca-vazia": lambda stage: stage.opens("/chat/buscar/?q=helicóptero"),
    "editar": lambda stage: _form(stage, "edit"),
    "apagar": lambda stage: _form(stage, "delete"),
    "nao-enviada": _unsent,
    "erro-403": lambda stage: stage.opens("/chat/longa/editar/?mensagem=1"),
    "erro-404": lambda stage: stage.opens("/chat/nenhuma/"),
}
"""How each is come to, by a name that sorts and reads well in a folder."""
