"""Reading the site's sessions with its own session engine, and never writing one.

``django.contrib.auth.get_user`` is not used: it writes. Where the hash in a session matches a
fallback of ``SECRET_KEY`` only, it moves the session to a new key that a socket cannot hand
to the browser; where it matches nothing, it deletes the session. Either way a chat would log people
out of the site. So its reading half is repeated here.

Everything in this module blocks, and belongs in a worker thread (``direct.py``).
"""

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.core.cache import close_caches
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.db import close_old_connections, reset_queries
from django.utils.crypto import constant_time_compare

from prosa.identity.sealed import sealed
from prosa.models.ids import UserId
from prosa.models.people import Person

_KEY = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)
"""What can be a session key of any engine; ``signed_cookies`` makes long ones."""


def people_of(session_keys: Sequence[str]) -> list[Person | Exception | None]:
    """The person of each key, in order; ``None`` for nobody.

    Where the site's code fails on one account, the exception stands in that account's place, and its
    neighbours have their answers. Raises whatever the site's database or cache raises where it cannot
    tell. Connections are opened and closed as around a request of the site (``CONN_MAX_AGE``).
    """
    _begin()
    try:
        store = sealed(import_module(settings.SESSION_ENGINE).SessionStore)
        return [_person_of(store, key) for key in session_keys]
    finally:
        _end()


def _begin() -> None:
    reset_queries()
    close_old_connections()


def _end() -> None:
    close_old_connections()
    close_caches(sender=None)


def _person_of(store: Any, session_key: str) -> Person | Exception | None:
    if not _KEY.fullmatch(session_key):
        return None
    session = store(session_key)
    try:
        pk = auth.get_user_model()._meta.pk  # noqa: SLF001 - public by its documentation
        user_id = pk.to_python(session[auth.SESSION_KEY])
        backend = session[auth.BACKEND_SESSION_KEY]
    except KeyError:
        session.raise_outage()
        return None
    except (ValueError, ValidationError):
        return None
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = auth.load_backend(backend).get_user(user_id)
    return None if user is None else _vouched(session, user)


def _vouched(session: Any, user: Any) -> Person | Exception | None:
    try:
        if not getattr(user, "is_active", True) or not _is_of(session, user):
            return None
        return Person(user_id=UserId(str(user.pk)), name=_name(user), expires_at=session.row_expires_at())
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - the user model is the site's, and may raise anything
        return error


def _is_of(session: Any, user: Any) -> bool:
    """Whether the session was made with the person's present password, under any key in force."""
    if not hasattr(user, "get_session_auth_hash"):
        return True
    found = session.get(auth.HASH_SESSION_KEY)
    if not found:
        return False
    fallbacks = getattr(user, "get_session_auth_fallback_hash", tuple)  # absent before Django 4.1.8
    good = (user.get_session_auth_hash(), *fallbacks())
    return any(constant_time_compare(found, one) for one in good)


def _name(user: Any) -> str:
    full_name = getattr(user, "get_full_name", str)()
    username = getattr(user, "get_username", lambda: str(user))()
    return str(full_name).strip() or str(username)
