"""Reading the site's sessions with its own session engine, and never writing one.

``django.contrib.auth.get_user`` is not used: it writes. Where the hash in a session matches a
fallback of ``SECRET_KEY`` only, it moves the session to a new key that a socket cannot hand
to the browser; where it matches nothing, it deletes the session. Either way a chat would log people
out of the site. So its reading half is repeated here.
"""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

from prosa_django.accounts import Answer, vouched
from prosa_django.sealed import sealed


def person_of_session(session_key: str) -> Answer:
    """Whose session it is. Raises what the database or the cache raises where it cannot tell."""
    session = sealed(import_module(settings.SESSION_ENGINE).SessionStore)(session_key)
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
    return vouched(
        lambda: auth.load_backend(backend).get_user(user_id),
        is_good=lambda user: _is_of(session, user),
        ends=session.row_expires_at,
    )


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
