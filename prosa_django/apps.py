"""Prosa's part of a site, as Django sees it."""

from django.apps import AppConfig
from django.core.checks import register


class ProsaConfig(AppConfig):
    """Listens for what ends a person's right to be in a conversation, and looks at the settings."""

    name = "prosa_django"
    verbose_name = "Prosa"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From now on Prosa is told who has logged out or been changed."""
        from prosa_django import checks, hints  # noqa: PLC0415 - the user model is known from here on

        hints.listen()
        register(checks.settings_fit)
