"""Prosa hears at once who may have lost a right, after it can be seen, and no request waits for that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.test import AsyncClient, Client
from django.test.utils import override_settings

from tests.demo.conftest import Listener
from tests.prosa_django.waiting import until

LogIn = Callable[[str], Client]


def test_a_logout_is_hinted_at(prosa: Listener, logged_in: LogIn) -> None:
    cliente = logged_in("cliente")
    user_id = cliente.session["_auth_user_id"]
    assert cliente.post("/sair/").status_code == 302
    until(lambda: prosa.hints)
    assert prosa.hints == [user_id]


def test_at_the_end_of_a_request_the_session_is_gone_before_the_hint_is_sent(
    prosa: Listener, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prosa_django import sender  # noqa: PLC0415 - only once Django is set up

    sent: list[tuple[set[str], bool]] = []
    cliente = logged_in("cliente")
    key, user_id = cliente.session.session_key, cliente.session["_auth_user_id"]
    sessions = import_module(settings.SESSION_ENGINE).SessionStore
    monkeypatch.setattr(sender, "hint", lambda people: sent.append((people, sessions().exists(key))))
    cliente.post("/sair/")
    assert sent == [({user_id}, False)]


def test_the_same_holds_where_the_site_is_asynchronous(
    prosa: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up

    from prosa_django import sender  # noqa: PLC0415 - only once Django is set up

    sent: list[tuple[set[str], bool]] = []
    client, cliente = AsyncClient(), get_user_model().objects.get(username="cliente")
    client.force_login(cliente)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    sessions = import_module(settings.SESSION_ENGINE).SessionStore
    monkeypatch.setattr(sender, "hint", lambda people: sent.append((people, session_is_there())))

    def session_is_there() -> bool:
        with ThreadPoolExecutor(1) as elsewhere:  # Django's database is not to be asked on the loop
            return bool(elsewhere.submit(lambda: sessions().exists(key)).result())

    async def leaves() -> None:
        await client.post("/sair/")  # before Django 5.0 no coroutine function, but what returns a coroutine

    async_to_sync(leaves)()
    assert sent == [({str(cliente.pk)}, False)]


def test_a_password_a_deactivation_and_a_removal_are_hinted_at_and_a_login_is_not(
    prosa: Listener, stranger: Any, logged_in: LogIn
) -> None:
    user_id = str(stranger.pk)
    logged_in("joana")
    stranger.set_password("outra")
    stranger.save()
    until(lambda: prosa.hints == [user_id])
    stranger.is_active = False
    stranger.save(update_fields=["is_active"])
    until(lambda: prosa.hints == [user_id] * 2)
    stranger.delete()
    until(lambda: prosa.hints == [user_id] * 3)


def test_what_is_undone_is_not_hinted_at(prosa: Listener, stranger: Any) -> None:
    with transaction.atomic():
        stranger.save()
        transaction.set_rollback(True)
    stranger.save()
    until(lambda: prosa.hints)
    assert prosa.hints == [str(stranger.pk)]


def test_a_hint_waits_for_the_database_in_which_somebody_has_changed(
    prosa: Listener, stranger: Any, deals: str
) -> None:
    from prosa_django import hints  # noqa: PLC0415 - only once Django is set up

    with transaction.atomic(using=deals):
        hints.hint(stranger.pk, using=deals)
        hints.hint(0)
        until(lambda: prosa.hints)
        assert prosa.hints == ["0"]
    until(lambda: prosa.hints == ["0", str(stranger.pk)])


def test_a_logout_does_not_wait_for_a_prosa_that_is_away(logged_in: LogIn) -> None:
    with override_settings(PROSA_URL="http://127.0.0.1:9", PROSA_KEY="k" * 32):
        assert logged_in("cliente").post("/sair/").status_code == 302


def test_many_at_once_are_few_calls_and_too_many_are_dropped(prosa: Listener) -> None:
    from prosa_django import sender  # noqa: PLC0415 - only once Django is set up

    for n in range(1500):
        sender.hint({str(n)})
    until(lambda: len(prosa.hints) >= sender.HINTS_MAX)
    assert len(set(prosa.hints)) == len(prosa.hints)
