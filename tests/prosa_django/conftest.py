"""The demo site with the package in it, and a listener in Prosa's place."""

from tests.demo.conftest import deal, logged_in, prosa, stranger
from tests.sites.site import site

__all__ = ["deal", "logged_in", "prosa", "site", "stranger"]
