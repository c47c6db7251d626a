"""A person of the site, as it told us about them, and what they showed to be known."""

from typing import Literal

import msgspec

from prosa.models.ids import UserId

REMOVED_PERSON = "Pessoa removida"
"""What somebody is called who has been erased."""


class Credential(msgspec.Struct, frozen=True):
    """A session key of the site, or a token that it has minted. Printed, it tells nothing."""

    kind: Literal["session", "token"]
    secret: str

    def __repr__(self) -> str:
        """No log and no traceback shows it."""
        return f"Credential({self.kind!r}, …)"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the site vouches for until ``expires_at``."""

    user_id: UserId
    name: str
    expires_at: float | None = None
    """Unix seconds when the credential ends; ``None`` where the engine does not know."""
