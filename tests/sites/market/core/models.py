"""Sessions that know whose they are, so that a person's devices can be listed."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Device(AbstractBaseSession):
    """A session, and its person."""

    account_id = models.CharField(max_length=64, default="", db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type:
        """Who keeps them."""
        from core.sessions import SessionStore  # noqa: PLC0415 - it imports this module

        return SessionStore
