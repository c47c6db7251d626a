"""What can be done on the demo site, and what Prosa is told of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from tests.demo.conftest import Listener

LogIn = Callable[[str], Client]


def move(client: Client, deal: Any, status: str) -> Any:
    """Press a button of the need's page; the page that follows."""
    path = f"/necessidades/{deal.orcamento.necessidade_id}/status/"
    return client.post(path, {"status": status}, follow=True)


def status_of(deal: Any) -> str:
    """Where the need stands in the database."""
    deal.orcamento.necessidade.refresh_from_db()
    return str(deal.orcamento.necessidade.status)


def test_a_moved_status_closes_the_room_with_its_reason_and_says_so_in_it(
    prosa: Listener, deal: Any, logged_in: LogIn
) -> None:
    move(logged_in("cliente"), deal, "finalizado")
    (put, path, room), (post, said_in, said) = prosa.calls
    assert (put, path) == ("PUT", str(deal.pk))
    assert room["can_write"] is False
    assert room["reason"] == "Este atendimento foi finalizado. O histórico continua disponível para consulta."
    assert room["title"] == "Telhado <novo>"
    assert [(member["name"], member["role"]) for member in room["members"]] == [
        ("Ana Souza", "cliente"),
        ("Reforma Já", "fornecedor"),
    ]
    assert room["context"]["Orçamento"] == "R$ 1.234.567,80"
    assert room["context"]["Status"] == "Finalizado"
    assert room["context"]["Anúncio"]["url"] == f"/necessidades/{deal.orcamento.necessidade_id}/"
    assert (post, said_in, said["conteudo"]) == ("POST", f"{deal.pk}/messages", "Status: Finalizado")


@pytest.mark.parametrize("username", ["cliente", "reforma", "equipe"])
def test_both_parties_and_the_staff_may_move_the_status(
    username: str, prosa: Listener, deal: Any, logged_in: LogIn
) -> None:
    move(logged_in(username), deal, "em_disputa")
    assert status_of(deal) == "em_disputa"
    assert prosa.calls[0][2]["can_write"] is True


def test_others_may_not(prosa: Listener, deal: Any, logged_in: LogIn, stranger: Any) -> None:
    assert move(logged_in("joana"), deal, "em_disputa").status_code == 403
    assert move(logged_in("pintura"), deal, "em_disputa").status_code == 403
    assert move(Client(), deal, "em_disputa").redirect_chain[0][0].startswith("/entrar/?next=")
    assert (
        logged_in("cliente").get(f"/necessidades/{deal.orcamento.necessidade_id}/status/").status_code == 405
    )
    assert status_of(deal) == "em_atendimento"
    assert prosa.calls == []


@pytest.mark.parametrize("status", ["ativo", "em_atendimento", "", "x", "__class__"])
def test_a_step_that_there_is_not_is_not_taken(
    status: str, prosa: Listener, deal: Any, logged_in: LogIn
) -> None:
    assert move(logged_in("cliente"), deal, status).status_code == 200
    assert status_of(deal) == "em_atendimento"
    assert prosa.calls == []


def test_what_prosa_could_not_be_told_is_kept_shown_and_told_later(
    prosa: Listener, deal: Any, logged_in: LogIn
) -> None:
    cliente = logged_in("cliente")
    prosa.status, prosa.after_calls = 503, 1
    page = move(cliente, deal, "em_disputa").content.decode()
    assert "O chat está fora do ar" in page
    assert status_of(deal) == "em_disputa"
    prosa.status = 200
    prosa.calls.clear()
    page = cliente.post(
        f"/necessidades/{deal.orcamento.necessidade_id}/avisar/", follow=True
    ).content.decode()
    assert [call[2].get("conteudo") for call in prosa.calls] == [None, "Status: Em disputa"]
    assert "ainda não sabe" not in page
    move(cliente, deal, "em_atendimento")
    texts = [call[2]["conteudo"] for call in prosa.calls if call[0] == "POST"]
    assert texts == ["Status: Em disputa", "Status: Em atendimento"]


def test_an_unreachable_prosa_is_a_warning_not_an_error(deal: Any, logged_in: LogIn) -> None:
    with override_settings(PROSA_URL="http://127.0.0.1:9", PROSA_KEY="k" * 32):
        page = move(logged_in("cliente"), deal, "em_disputa")
    assert page.status_code == 200
    assert "O chat está fora do ar" in page.content.decode()


def test_a_conversation_begins_with_a_room_and_opens(prosa: Listener, deal: Any, logged_in: LogIn) -> None:
    quote = deal.orcamento
    deal.delete()
    answer = logged_in("reforma").post(f"/orcamentos/{quote.pk}/conversa/")
    quote.refresh_from_db()
    assert answer["Location"] == f"/chat/{quote.conversa.pk}/websocket/"
    assert [call[1] for call in prosa.calls] == [str(quote.conversa.pk)]
    assert logged_in("pintura").post(f"/orcamentos/{quote.pk}/conversa/").status_code == 403


def test_a_conversation_that_begins_while_prosa_is_away_opens_once_it_is_back(
    prosa: Listener, deal: Any, logged_in: LogIn
) -> None:
    quote = deal.orcamento
    deal.delete()
    prosa.status = 503
    reforma = logged_in("reforma")
    answer = reforma.post(f"/orcamentos/{quote.pk}/conversa/")
    assert answer["Location"] == f"/necessidades/{quote.necessidade_id}/"
    prosa.status = 200
    answer = reforma.post(f"/orcamentos/{quote.pk}/conversa/")
    quote.refresh_from_db()
    assert answer["Location"] == f"/chat/{quote.conversa.pk}/websocket/"
    assert prosa.calls[0][:2] == ("PUT", str(quote.conversa.pk))


def test_the_admin_s_change_reaches_prosa_too(prosa: Listener, deal: Any, logged_in: LogIn) -> None:
    need = deal.orcamento.necessidade
    form = {
        "cliente": need.cliente_id,
        "titulo": need.titulo,
        "descricao": need.descricao,
        "cidade": need.cidade,
        "status": "cancelado",
        "criada_em_0": "01/11/2026",
        "criada_em_1": "10:00:00",
        "orcamentos-TOTAL_FORMS": "0",
        "orcamentos-INITIAL_FORMS": "0",
    }
    answer = logged_in("equipe").post(f"/admin/market/necessidade/{need.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert [call[2].get("conteudo") for call in prosa.calls] == [None, "Status: Cancelado"]


def test_a_name_with_markup_is_shown_as_text(deal: Any, logged_in: LogIn) -> None:
    page = logged_in("cliente").get("/").content.decode()
    assert "Telhado &lt;novo&gt;" in page
    assert "<novo>" not in page


def test_the_quotes_are_seen_by_those_whom_they_concern(deal: Any, logged_in: LogIn) -> None:
    path = f"/necessidades/{deal.orcamento.necessidade_id}/"
    for username in ("cliente", "reforma", "equipe"):
        assert "R$ 1.234.567,80" in logged_in(username).get(path).content.decode()
    for client in (logged_in("pintura"), Client()):
        page = client.get(path).content.decode()
        assert "R$ 1.234.567,80" not in page
        assert 'name="status"' not in page
    assert f'href="/chat/{deal.pk}/websocket/"' in logged_in("reforma").get(path).content.decode()
    assert f'href="/chat/{deal.pk}/websocket/"' not in logged_in("equipe").get(path).content.decode()


def test_the_newest_need_is_the_first(deal: Any, logged_in: LogIn) -> None:
    page = logged_in("cliente").get("/").content.decode()
    titles = ["Telhado", "Conserto de vazamento", "Instalação de ar", "Pintura do esc", "Reforma do banheiro"]
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
