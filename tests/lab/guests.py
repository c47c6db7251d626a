"""Two hundred strangers in one room, brought into the demo site from within: users, sessions, a room.

Run by the site's own ``shell``; prints a JSON object of session keys by name.
"""

import json
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.hashers import make_password

from prosa_django.client import prosa


def invite(chat_id: str, count: int) -> None:
    """So many people are logged in, and belong to a room of their own."""
    users = [
        get_user_model()(username=f"{chat_id}-{n}", password=make_password(None)) for n in range(1, count + 1)
    ]
    get_user_model().objects.bulk_create(users, ignore_conflicts=True)
    users = list(get_user_model().objects.filter(username__startswith=f"{chat_id}-"))
    engine = import_module(settings.SESSION_ENGINE).SessionStore
    sessions = [engine().create_model_instance(_logged_in(user)) for user in users]
    engine.get_model_class().objects.bulk_create(sessions)
    keys = {user.username: session.session_key for user, session in zip(users, sessions, strict=True)}
    members = [{"user_id": str(user.pk), "name": user.username, "role": "convidado"} for user in users]
    prosa().put_room(
        chat_id, {"title": "Convidados", "members": members, "can_write": True, "reason": "", "context": {}}
    )
    print(json.dumps(keys))  # noqa: T201 - to whoever runs the shell


def _logged_in(user: Any) -> dict[str, str]:
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
