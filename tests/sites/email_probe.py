"""Run as a process of its own, with the e-mail site's settings: what Prosa makes of its people, as JSON."""

import asyncio
import json
import logging
import os
import sys
import time
from importlib import import_module
from typing import Any

from prosa.identity.direct import Direct
from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Credential


def log_in(user: Any) -> str:
    """A new session, as a login makes one: its key."""
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up
    from django.contrib import auth  # noqa: PLC0415

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def main() -> None:
    """Print what was found."""
    direct = Direct()
    from chat.models import ChatRoom  # noqa: PLC0415 - the site's, once Django is set up
    from django.core.management import call_command  # noqa: PLC0415
    from users.models import User  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
    named = User.objects.create(email="ana@example.org", nome="Ana Souza")
    nameless = User.objects.create(email="rui@example.org")
    keys = [Credential("session", key) for key in (log_in(named), log_in(nameless), "x" * 32)]
    people = asyncio.run(direct.identify(keys))
    os.rename(os.environ["EMAIL_SITE_DIR"], os.environ["EMAIL_SITE_DIR"] + ".away")  # noqa: PTH104
    try:
        outage: Any = asyncio.run(direct.identify(keys[:1]))
    except IdentityUnknownError as error:
        outage = error.code
    direct.close()
    json.dump(
        {
            "people": [person and [person.user_id, person.name] for person in people],
            "expires_in": [
                person and person.expires_at and person.expires_at - time.time() for person in people
            ],
            "ids": [str(named.pk), str(nameless.pk)],
            "cookie": direct.cookie_name,
            "login": direct.login_url,
            "room": ChatRoom.__module__,
            "outage": outage,
            "zone": time.tzname[0],
            "handlers": len(logging.getLogger().handlers),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
