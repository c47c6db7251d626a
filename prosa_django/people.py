"""Who somebody is by what they show: for each credential a person or nobody, and nothing is written.

Everything here blocks, and belongs into a thread of its own where there is a loop.
"""

import re
from collections.abc import Sequence

from django.core.cache import close_caches
from django.db import close_old_connections, reset_queries

from prosa_django.access_tokens import person_of_token
from prosa_django.accounts import Answer
from prosa_django.sessions import person_of_session

READERS = {"session": person_of_session, "token": person_of_token}

_SECRET = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)
"""What can be a session key of any engine (``signed_cookies`` makes long ones), or a token."""


def people_of(credentials: Sequence[tuple[str, str]]) -> list[Answer]:
    """The person of each credential, a kind (one of ``READERS``) and a secret, in order.

    Where the site's code fails on one account, the exception stands in that account's place, and its
    neighbours have their answers. Raises whatever the site's database or cache raises where it cannot
    tell. Connections are opened and closed as around a request of the site (``CONN_MAX_AGE``).
    """
    _begin()
    try:
        return [READERS[kind](secret) if _SECRET.fullmatch(secret) else None for kind, secret in credentials]
    finally:
        _end()


def _begin() -> None:
    reset_queries()
    close_old_connections()


def _end() -> None:
    close_old_connections()
    close_caches(sender=None)
