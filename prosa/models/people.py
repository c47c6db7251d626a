"""A person of the site, as it told us about them."""

import msgspec

from prosa.models.ids import UserId


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the site vouches for until ``expires_at``."""

    user_id: UserId
    name: str
    expires_at: float | None = None
    """Unix seconds when the credential ends; ``None`` where the engine does not know."""
