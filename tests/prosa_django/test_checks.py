"""``manage.py check`` names what is wrong with a site's settings, and nothing where all is well."""

from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test.utils import override_settings

FIRST = "prosa_django.middleware.WhoamiMiddleware"
GOOD = {
    "PROSA_SITE_TOKEN": "t" * 32,
    "PROSA_URL": "http://127.0.0.1:9101",
    "PROSA_KID": "site",
    "PROSA_KEY": "k" * 32,
    "PROSA_ROOMS": "demo.market.rooms",
}


def found(**changed: Any) -> list[str]:
    """Which things are said to be wrong."""
    from prosa_django.checks import settings_fit  # noqa: PLC0415 - only once Django is set up

    with override_settings(**{**GOOD, **changed}):
        return [str(message.id) for message in settings_fit()]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, []),
        ({"PROSA_ROOMS": ""}, []),
        ({"MIDDLEWARE": ["x"]}, ["prosa.W001"]),
        ({"MIDDLEWARE": ["x", FIRST]}, ["prosa.W002"]),
        ({"PROSA_URL": ""}, ["prosa.W003"]),
        ({"PROSA_URL": "prosa:9101"}, ["prosa.E001"]),
        ({"PROSA_KID": "", "PROSA_KEY": ""}, ["prosa.E002", "prosa.E002"]),
        ({"PROSA_SITE_TOKEN": "short"}, ["prosa.E003"]),
        ({"PROSA_KEY": b"k" * 40}, ["prosa.E003"]),
        ({"SECRET_KEY": "s" * 40, "PROSA_TOKEN_KEY": "s" * 40}, ["prosa.E004"]),
        ({"PROSA_ROOMS": "nowhere.rooms"}, ["prosa.E005"]),
        ({"PROSA_ROOMS": "demo.market.models"}, ["prosa.E006", "prosa.E006"]),
    ],
)
def test_what_is_wrong_is_named(site: None, changed: dict[str, Any], wrong: list[str]) -> None:
    assert found(**changed) == wrong


def test_a_site_with_a_mistake_is_told_by_its_own_check(site: None) -> None:
    with override_settings(**GOOD):
        call_command("check")
    with override_settings(**{**GOOD, "PROSA_KEY": "short"}), pytest.raises(CommandError, match="PROSA_KEY"):
        call_command("check")
    assert settings.PROSA_KEY != "short"
