"""A server furnished with rooms, and the browsers that ``states.py`` brings into a state."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute

from tests.pages.room import is_live
from tests.pages.site import ANA, RUI, has_past, has_room, tells
from tests.server import Server

CARD = {
    "Anúncio": {"text": "Reforma do banheiro", "url": "/necessidades/1/"},
    "Orçamento": "R$ 4.850,00",
    "Prazo": "12 dias úteis",
    "Status": "Em atendimento",
}
LONG_WORD = "Pneumoultramicroscopicossilicovulcanoconiótico" * 4
LONG_NAME = "Construções, Reformas e Acabamentos Finos do Interior Paulista " * 5
ARABIC = "مرحبا، هل يمكنك إرسال عرض السعر اليوم؟ الحمام صغير ونريد تغيير البلاط كله قبل نهاية الشهر."


class Stage:
    """One server, and the browsers of whoever is in a state; all are closed with it."""

    def __init__(self, server: Server, chromium: Browser) -> None:
        self.server = server
        self._chromium = chromium
        self._keys: dict[str, str] = {}
        self._opened: list[BrowserContext] = []
        self.lines: list[WebSocketRoute] = []
        self.held: list[Route] = []
        """Requests that are kept waiting."""

    def opens(self, path: str, username: str | None = "cliente", **options: Any) -> Page:
        """A page of that person's, in a browser of its own."""
        context = self._chromium.new_context(**{"locale": "pt-BR", **options})
        self._opened.append(context)
        if username is not None:
            if username not in self._keys:
                self._keys[username] = self.server.login(username)
            cookie = {"name": "sessionid", "value": self._keys[username], "url": self.server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.goto(self.server.url + path)
        return page

    def live(self, chat_id: str, username: str = "cliente", **options: Any) -> Page:
        """A room, joined."""
        page = self.opens(f"/chat/{chat_id}/websocket/", username, **options)
        is_live(page)
        return page

    def cuttable(self, chat_id: str) -> Page:
        """A room, joined over a line that ``cut`` ends, and no other will do."""
        page = self.live("vazia")
        page.context.route_web_socket("**/ws/chat/**", self._passes)
        page.goto(f"{self.server.url}/chat/{chat_id}/websocket/")
        is_live(page)
        return page

    def cut(self, page: Page) -> None:
        """From now on there is no line."""
        page.context.route_web_socket("**/ws/chat/**", lambda line: line.close())
        page.context.route("**/ws/chat/**", lambda route: route.abort())
        while self.lines:
            self.lines.pop().close()

    def clear(self) -> None:
        """Every browser is closed."""
        self.lines.clear()
        while self.held:
            self.held.pop().abort()
        while self._opened:
            self._opened.pop().close()

    def _passes(self, line: WebSocketRoute) -> None:
        line.connect_to_server()
        self.lines.append(line)


def furnish(server: Server) -> None:
    """The rooms that the states are about are there, beside the demo's own."""
    has_room(server, "vazia", "Reforma Já", title="Troca do piso da sala", context=CARD)
    has_room(server, "mudancas", "Reforma Já", title="Troca da fiação", context=CARD)
    has_room(server, "arquivos", "Reforma Já", title="Projeto do banheiro", context=CARD)
    has_room(server, "trancada", "Reforma Já", title="Instalação elétrica", context=CARD)
    has_room(server, "longa", "Reforma Já", title="Ampliação da cozinha", context=CARD)
    has_past(server, "longa", 120)
    has_room(
        server,
        "hostil",
        "\u202e" + LONG_NAME[:300],
        title=(LONG_WORD + " " + LONG_NAME)[:300],
        context={LONG_NAME[:120]: LONG_WORD, "العرض": ARABIC, "Anúncio": {"text": LONG_WORD, "url": "/x"}},
    )
    members = [
        {"user_id": ANA, "name": "Ana Souza", "role": "cliente"},
        {"user_id": RUI, "name": "Reforma Já", "role": "fornecedor"},
        {"user_id": "3", "name": "Pinturas Oliveira", "role": "fornecedor"},
    ]
    tells(server, "/rooms/grupo", {"title": "Obra da Rua das Flores", "members": members}, "PUT")
    for n, (author, text) in enumerate(
        [
            (RUI, "Bom dia! Chego às 8h com o material."),
            ("3", "Eu começo pelo teto, então, e libero a sala até o meio-dia."),
            ("3", "Depois passo a segunda demão."),
            (ANA, "Perfeito, o porteiro já sabe."),
            (ANA, "👍"),
            (RUI, "O orçamento da tinta está em https://exemplo.com.br/tintas/acrilica?cor=palha&litros=18"),
        ]
    ):
        said = {"conteudo": text, "remetente_id": author, "client_id": f"grupo-{n}", "remetente": "x"}
        said["remetente"] = next(one["name"] for one in members if one["user_id"] == author)
        tells(
            server,
            "/rooms/grupo/import",
            {"messages": [{**said, "sent_at": f"2026-11-20T12:0{n}:00Z"}], "read": {}},
        )
    for n, text in enumerate(["Orçamento de R$ 4.850,00 aceito.", "Atendimento iniciado."]):
        tells(server, "/rooms/grupo/messages", {"conteudo": text, "client_id": f"sistema-{n}"})
