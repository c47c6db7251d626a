"""A person as the site vouches for them, whatever they showed to be known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError


@dataclass(frozen=True)
class Person:
    """Somebody of the site. ``expires_at``: Unix seconds; ``None`` where nobody knows when it ends."""

    user_id: str
    name: str
    expires_at: float | None


Answer = Person | Exception | None
"""Somebody; nobody (``None``); or, of one account, what kept its answer from being told."""


def vouched(
    find: Callable[[], Any], *, is_good: Callable[[Any], bool], ends: Callable[[], float | None]
) -> Answer:
    """The person whom ``find`` finds, if they are active and what they showed is good, until it ends.

    What the site's own code raises, its backend or its user model, is the answer for this account alone.
    Raises what the database raises: then nothing can be said of anybody.
    """
    try:
        user = find()
        if user is None or not getattr(user, "is_active", True) or not is_good(user):
            return None
        return Person(user_id=str(user.pk), name=_name(user), expires_at=ends())
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - this code is the site's, and may raise anything
        return error


def _name(user: Any) -> str:
    full_name = getattr(user, "get_full_name", str)()
    username = getattr(user, "get_username", lambda: str(user))()
    return str(full_name).strip() or str(username)
