"""Prosa hears of every room in the end, in the room's latest shape, and never of what was undone."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from prosa_django.client import ProsaCallError
from tests.demo.conftest import Listener
from tests.prosa_django.waiting import until


@pytest.fixture
def outbox(deal: Any, prosa: Listener) -> Any:
    """The outbox of a site with one deal, all of it told."""
    from prosa_django import outbox  # noqa: PLC0415 - only once Django is set up
    from prosa_django.models import PendingMessage, PendingRoom  # noqa: PLC0415

    PendingRoom.objects.all().delete()
    PendingMessage.objects.all().delete()
    prosa.calls.clear()
    return outbox


def puts(prosa: Listener, chat_id: str) -> list[str]:
    """The status that each ``PUT`` of the room has told, in order."""
    return [
        body["context"]["Status"] for method, path, body in prosa.calls if (method, path) == ("PUT", chat_id)
    ]


def test_a_change_is_told_after_the_commit_from_another_thread(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    threads: list[str] = []
    prosa.during = lambda: threads.append(threading.current_thread().name)
    with transaction.atomic():
        outbox.sync_room(str(deal.pk))
        assert prosa.calls == []
    until(lambda: not outbox.pending([str(deal.pk)]))
    assert puts(prosa, str(deal.pk)) == ["Em atendimento"]
    assert threading.current_thread().name not in threads


def test_what_changes_in_another_database_is_told_as_it_is_after_that_ones_commit(
    outbox: Any, deal: Any, prosa: Listener, deals: str
) -> None:
    need, chat_id = deal.orcamento.necessidade, str(deal.pk)
    with transaction.atomic(using=deals):
        outbox.sync_room(chat_id, using=deals)
        outbox.told(chat_id)  # whoever tells it in between tells of what was before
        type(need).objects.filter(pk=need.pk).update(status="finalizado")
    until(lambda: puts(prosa, chat_id) == ["Em atendimento", "Finalizado"])
    until(lambda: not outbox.pending([chat_id]))


def test_what_is_said_of_another_database_is_said_after_its_commit_and_not_at_all_where_it_is_undone(
    outbox: Any, deal: Any, prosa: Listener, deals: str
) -> None:
    chat_id = str(deal.pk)
    with transaction.atomic(using=deals):
        outbox.say_in_room(chat_id, "Finalizado", client_id="c", using=deals)
        outbox.sync_room(chat_id)
        assert outbox.told(chat_id)
        assert [method for method, _, _ in prosa.calls] == ["PUT"]
    until(lambda: [method for method, _, _ in prosa.calls] == ["PUT", "PUT", "POST"])
    with transaction.atomic(using=deals):
        outbox.say_in_room(chat_id, "Nunca dito", client_id="d", using=deals)
        transaction.set_rollback(True, using=deals)
    outbox.sync_room(chat_id)
    assert outbox.told(chat_id)
    assert [body["conteudo"] for method, _, body in prosa.calls if method == "POST"] == ["Finalizado"]


def test_what_is_undone_is_not_told(outbox: Any, deal: Any, prosa: Listener) -> None:
    with transaction.atomic():
        outbox.say_in_room(str(deal.pk), "Nunca dito", client_id="c")
        transaction.set_rollback(True)
    assert outbox.pending([str(deal.pk)]) == set()
    assert outbox.told(str(deal.pk))
    assert prosa.calls == []


def test_while_prosa_is_away_it_stays_and_is_told_by_itself_once_it_is_back(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    prosa.status = 503
    outbox.say_in_room(str(deal.pk), "Guardado", client_id="c")
    outbox.say_in_room(str(deal.pk), "Guardado", client_id="c")
    assert outbox.told(str(deal.pk)) is False
    assert outbox.pending([str(deal.pk), "9999"]) == {str(deal.pk)}
    prosa.status = 200
    until(lambda: not outbox.pending([str(deal.pk)]))
    said = [body for method, path, body in prosa.calls if method == "POST"]
    assert said == [{"conteudo": "Guardado", "client_id": "c"}]
    assert prosa.calls[0][0] == "PUT"


def test_a_change_that_comes_while_the_room_is_told_is_told_too(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    need = type(deal.orcamento.necessidade).objects.filter(pk=deal.orcamento.necessidade_id)

    def changes() -> None:
        prosa.during = lambda: None
        need.update(status="finalizado")
        outbox.write_down(str(deal.pk))
        connection.close()

    prosa.during = changes
    outbox.write_down(str(deal.pk))
    assert outbox.told(str(deal.pk))
    assert puts(prosa, str(deal.pk)) == ["Em atendimento", "Finalizado"]


def test_one_at_a_time_tells_a_room_and_a_dead_one_is_followed(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    from prosa_django.models import PendingRoom  # noqa: PLC0415 - only once Django is set up

    outbox.write_down(str(deal.pk))
    row = PendingRoom.objects.filter(pk=deal.pk)
    row.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert outbox.deliver(str(deal.pk)) is False
    assert prosa.calls == []
    row.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert outbox.deliver(str(deal.pk)) is True
    assert puts(prosa, str(deal.pk)) == ["Em atendimento"]


def test_many_tellers_leave_the_latest_shape(outbox: Any, deal: Any, prosa: Listener) -> None:
    need = type(deal.orcamento.necessidade).objects.filter(pk=deal.orcamento.necessidade_id)
    statuses = ["em_disputa", "em_atendimento"] * 5 + ["finalizado"]

    def tells() -> None:
        try:
            for _ in range(20):
                outbox.deliver(str(deal.pk))
        finally:
            connection.close()

    tellers = [threading.Thread(target=tells) for _ in range(4)]
    for teller in tellers:
        teller.start()
    for status in statuses:
        need.update(status=status)
        outbox.write_down(str(deal.pk))
    for teller in tellers:
        teller.join()
    assert outbox.told(str(deal.pk))
    assert puts(prosa, str(deal.pk))[-1] == "Finalizado"


def test_a_room_that_is_gone_is_deleted_there_and_its_words_with_it(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    chat_id = str(deal.pk)
    with transaction.atomic():
        outbox.say_in_room(chat_id, "Tarde demais", client_id="c")
        deal.delete()
    until(lambda: not outbox.pending([chat_id]))
    assert [call[:2] for call in prosa.calls] == [("DELETE", chat_id)]
    from prosa_django.models import PendingMessage  # noqa: PLC0415 - only once Django is set up

    assert not PendingMessage.objects.exists()


def test_a_room_that_prosa_refuses_keeps_no_other_one_waiting(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    prosa.refused = {"1"}
    with transaction.atomic():
        for chat_id in ("1", str(deal.pk)):
            outbox.sync_room(chat_id)
    until(lambda: outbox.pending(["1", str(deal.pk)]) == {"1"})
    with pytest.raises(ProsaCallError, match="400"):
        outbox.deliver("1")


def test_words_that_prosa_refuses_keep_no_later_ones_waiting(outbox: Any, deal: Any, prosa: Listener) -> None:
    from prosa_django.models import PendingMessage  # noqa: PLC0415 - only once Django is set up

    prosa.unsaid = {"": 400, "Longas demais": 413, "Outras de antes": 409}
    with transaction.atomic():
        for text in (*prosa.unsaid, "Finalizado"):
            outbox.say_in_room(str(deal.pk), text, client_id=text or "vazias")
    assert outbox.told(str(deal.pk)) is False
    assert [body["conteudo"] for method, _, body in prosa.calls if method == "POST"] == ["Finalizado"]
    assert [message.conteudo for message in PendingMessage.objects.all()] == ["", "Longas demais"]
    prosa.unsaid = {}
    assert outbox.deliver(str(deal.pk)) is True
    assert not PendingMessage.objects.exists()


def test_a_room_that_has_been_refused_for_days_is_tried_again_as_every_other(
    outbox: Any, deal: Any, prosa: Listener
) -> None:
    from prosa_django.models import PendingRoom  # noqa: PLC0415 - only once Django is set up

    outbox.write_down(str(deal.pk))
    PendingRoom.objects.update(attempts=5_000)
    prosa.status = 503
    with pytest.raises(ProsaCallError, match="503"):
        outbox.deliver(str(deal.pk))
    row = PendingRoom.objects.get()
    assert (row.attempts, row.claimed_until) == (5_001, None)
    assert row.not_before < timezone.now() + timedelta(seconds=outbox.BACKOFF_MAX_SECONDS + 1)


def test_a_room_that_cannot_be_described_stays_pending_and_is_put_off(
    outbox: Any, deal: Any, prosa: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prosa_django.models import PendingRoom  # noqa: PLC0415 - only once Django is set up

    def fails(_: str) -> None:
        raise ZeroDivisionError("Ana")

    monkeypatch.setattr(outbox, "describe", fails)
    outbox.write_down(str(deal.pk))
    with pytest.raises(ZeroDivisionError):
        outbox.deliver(str(deal.pk))
    assert outbox.due(timezone.now()) == []
    assert outbox.next_due() > timezone.now()
    assert PendingRoom.objects.get().last_error == "ZeroDivisionError"
    monkeypatch.undo()
    assert outbox.deliver(str(deal.pk)) is True


def test_prosa_sync_tells_the_rooms_after_one_that_cannot_be_described(
    outbox: Any,
    deal: Any,
    prosa: Listener,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    describe = outbox.describe
    monkeypatch.setattr(outbox, "describe", lambda chat_id: describe(str(int(chat_id))))
    outbox.write_down("none")
    outbox.write_down(str(deal.pk))
    with pytest.raises(CommandError, match="1 rooms"):
        call_command("prosa_sync", "none", str(deal.pk))
    assert "none: ValueError" in capsys.readouterr().err
    assert outbox.pending(["none", str(deal.pk)]) == {"none"}


def test_prosa_sync_tells_what_an_update_changed_and_fails_where_it_cannot(
    outbox: Any, deal: Any, prosa: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    type(deal.orcamento.necessidade).objects.filter(pk=deal.orcamento.necessidade_id).update(status="ativo")
    call_command("prosa_sync")
    assert prosa.calls == []
    call_command("prosa_sync", "--all")
    assert puts(prosa, str(deal.pk)) == ["Ativo"]
    assert {path for _, path, _ in prosa.calls} >= {"1", "2", "3"}
    assert "pending 0" in capsys.readouterr().out
    prosa.status = 503
    with pytest.raises(CommandError, match="1 rooms"):
        call_command("prosa_sync", str(deal.pk))
    assert "503" in capsys.readouterr().err
    prosa.status = 200
    call_command("prosa_sync")
    assert not outbox.pending([str(deal.pk)])
