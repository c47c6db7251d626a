"""The demo site inside the tests' own process, prepared once however many folders ask for it."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from demo import mount

KEYS = {"test": "a-key-of-the-tests-of-at-least-32-bytes"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Django is set up with the demo's settings, its people and needs in a database of the tests."""
    mount.prepare(data_dir=tmp_path_factory.mktemp("site"), prosa_url="http://127.0.0.1:9", api_keys=KEYS)


def log_in(user: object) -> str:
    """A new session of ``user`` in the engine in force, as a login makes one: its key."""
    from django.conf import settings  # noqa: PLC0415 - only once Django is set up
    from django.contrib import auth  # noqa: PLC0415

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
    session[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
    session.save()
    return str(session.session_key)


def people() -> Iterator[object]:
    """A user of the site, gone afterwards."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up

    user = get_user_model().objects.create_user("joana", password=None, first_name="Joana", last_name="Dias")
    yield user
    get_user_model().objects.filter(username="joana").delete()
