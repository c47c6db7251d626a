"""Prosa's part of a site, as Django sees it."""

from django.apps import AppConfig


class ProsaConfig(AppConfig):
    """Listens for what ends a person's right to be in a conversation."""

    name = "prosa_django"
    verbose_name = "Prosa"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """From now on Prosa is told who has logged out or been changed."""
        from prosa_django import hints  # noqa: PLC0415 - the user model is known from here on

        hints.listen()
