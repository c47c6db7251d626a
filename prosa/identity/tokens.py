"""The site's own credential: what it shows us when it calls ``/chat/api/v1/``.

Keys of their own, never the site's ``SECRET_KEY``: whoever holds one may speak for the site
here, and nothing else. Minting is the site's business.
"""

from collections.abc import Mapping
from typing import Any

import jwt

from prosa.models.errors import UnauthenticatedError

AUDIENCE = "prosa-api"
ALGORITHM = "HS256"
MIN_KEY_BYTES = 32
"""RFC 7518, 3.2: a key as long as the hash."""
MAX_TOKEN_CHARS = 4096
MAX_LIFETIME_SECONDS = 3600
LEEWAY_SECONDS = 10


class ServiceTokens:
    """Accepts a token signed with one of ``keys`` (kid -> secret); several while a key is changed.

    Raises ``ValueError`` for a secret that is too short to be one. Without keys nobody is let in.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        for kid, secret in keys.items():
            if len(secret.encode()) < MIN_KEY_BYTES:
                message = f"The service key {kid!r} is shorter than {MIN_KEY_BYTES} bytes."
                raise ValueError(message)
        self._keys = dict(keys)

    def verify(self, token: str, scope: str) -> None:
        """Return if ``token`` is ours, still good, and allows ``scope``.

        The header's ``kid`` chooses the key; ``exp``, ``iat``, ``aud`` and ``scope`` (words in one
        string) are required, and a life of at most an hour. Raises ``UnauthenticatedError``.
        """
        try:
            claims = self._claims(token)
            lifetime = int(claims["exp"]) - int(claims["iat"])
            scopes = str(claims["scope"]).split()
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise UnauthenticatedError from error
        if lifetime > MAX_LIFETIME_SECONDS:
            raise UnauthenticatedError
        if scope not in scopes:
            raise UnauthenticatedError

    def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_TOKEN_CHARS:
            raise jwt.InvalidTokenError
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise jwt.InvalidKeyError
        claims: dict[str, Any] = jwt.decode(
            token,
            self._keys[kid],
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "aud", "scope"]},
        )
        return claims
