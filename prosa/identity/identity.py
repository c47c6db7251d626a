"""What every way to know who somebody is can do: ``direct.py`` reads beside the site, ``ask.py`` asks it."""

from collections.abc import Sequence
from typing import Protocol

from prosa.models.errors import IdentityUnknownError
from prosa.models.people import Credential, Person


class Identity(Protocol):
    """Tells whose a credential is."""

    cookie_name: str
    """Of the site's session."""
    login_url: str

    async def identify(self, credentials: Sequence[Credential]) -> list[Person | IdentityUnknownError | None]:
        """For each credential, in order, its person or ``None`` for nobody.

        An account on which the site's own code fails has the error in its place. Raises
        ``IdentityUnknownError`` for all of them where it cannot be told now: an outage is never "nobody".
        """

    def close(self) -> None:
        """Nothing new is asked."""
