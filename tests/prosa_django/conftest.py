"""The demo site with the package in it, and a listener in Prosa's place."""

from collections.abc import Iterator

import pytest

from tests.demo.conftest import deal, logged_in, prosa, stranger
from tests.sites.site import site

__all__ = ["deal", "logged_in", "prosa", "site", "stranger"]


@pytest.fixture
def deals(site: None) -> Iterator[str]:
    """The name of another database of the site."""
    from django.db import connections  # noqa: PLC0415 - only once Django is set up

    connections.settings["deals"] = {**connections.settings["default"], "NAME": ":memory:"}
    yield "deals"
    connections["deals"].close()
    del connections["deals"], connections.settings["deals"]
