"""The demo site's people, asked through its own session engines."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from prosa.identity.direct import Direct
from prosa.models.people import Credential
from tests.sites.site import people, site

__all__ = ["site"]

ENGINES = ("db", "cached_db", "cache", "file", "signed_cookies")

Ask = Callable[[Sequence[str]], list[Any]]


@pytest.fixture
def user(site: None) -> Iterator[Any]:
    """Joana, who is on the site for one test."""
    yield from people()


@pytest.fixture
def ask(site: None) -> Iterator[Ask]:
    """Who these keys are, as the chat would be told."""
    direct = Direct(threads=2)
    with asyncio.Runner() as runner:
        yield lambda keys: runner.run(direct.identify([Credential("session", key) for key in keys]))
    direct.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, site: None, tmp_path: Path) -> Iterator[str]:
    """The site keeps its sessions in this engine, for one test."""
    from django.contrib.sessions.backends import file  # noqa: PLC0415 - only once Django is set up
    from django.test.utils import override_settings  # noqa: PLC0415

    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                SESSION_ENGINE=f"django.contrib.sessions.backends.{request.param}",
                SESSION_FILE_PATH=str(tmp_path),
            )
        )
        stack.callback(lambda: vars(file.SessionStore).get("_storage_path") and _forget_path(file))
        yield request.param


def _forget_path(file: Any) -> None:
    """The engine keeps its folder on its class; the next test has another."""
    del file.SessionStore._storage_path
