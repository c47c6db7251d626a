"""Prosa hears at once of a logout, a new password, a person deactivated or gone; it would in a minute anyway.

A hint makes Prosa ask the site again, so it has to come after the change can be seen: at the end of the
request (``collected``), when the session is gone and every transaction is over; elsewhere after the commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from prosa_django import sender

_collecting: ContextVar[set[str] | None] = ContextVar("prosa_hints", default=None)


@contextmanager
def collected() -> Iterator[None]:
    """Who is hinted at inside is told to Prosa when it ends."""
    people: set[str] = set()
    token = _collecting.set(people)
    try:
        yield
    finally:
        _collecting.reset(token)
        if people:
            sender.hint(people)


def hint(user_id: object, *, using: str | None = None) -> None:
    """This person's sessions or rights may have changed: Prosa asks about them again. Returns at once.

    ``using``: the database in which they have, the default one otherwise.
    """
    people = _collecting.get()
    if people is not None:
        people.add(str(user_id))
    else:
        transaction.on_commit(lambda: sender.hint({str(user_id)}), using=using)


def listen() -> None:
    """From now on the site's own changes of its people are hints."""
    user_logged_out.connect(_logged_out, dispatch_uid="prosa_logged_out")
    # Of every model: a proxy or a child of the user model sends in its own name.
    post_save.connect(_saved, dispatch_uid="prosa_saved")
    post_delete.connect(_deleted, dispatch_uid="prosa_deleted")


def _logged_out(*, user: Any = None, **_: Any) -> None:
    if user is not None:
        hint(user.pk)


def _saved(
    *,
    instance: Any,
    created: bool,
    raw: bool,
    using: str,
    update_fields: frozenset[str] | None,
    **_: Any,
) -> None:
    is_person = isinstance(instance, get_user_model())
    if is_person and not created and not raw and update_fields != frozenset({"last_login"}):
        hint(instance.pk, using=using)


def _deleted(*, instance: Any, using: str, **_: Any) -> None:
    if isinstance(instance, get_user_model()):
        hint(instance.pk, using=using)
