"""The session engine: in the cache and in a table of the site's own."""

from typing import Any

from django.contrib.sessions.backends import cached_db

from core.models import Device


class SessionStore(cached_db.SessionStore):
    """Sessions that know whose they are."""

    cache_key_prefix = "market.device."

    @classmethod
    def get_model_class(cls) -> type[Device]:
        """The table."""
        return Device

    def create_model_instance(self, data: dict[str, Any]) -> Device:
        """A row."""
        row: Device = super().create_model_instance(data)
        row.account_id = str(data.get("_auth_user_id", ""))
        return row
