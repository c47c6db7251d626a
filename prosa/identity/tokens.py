"""Tokens that the site signs: those of its people, and its own for ``/chat/api/v1/``.

Each kind has keys of its own, never the site's ``SECRET_KEY``: whoever holds one may speak for the
site here, and nothing else. Minting is the site's business.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jwt

from prosa.models.errors import ForbiddenError, UnauthenticatedError
from prosa.models.ids import UserId
from prosa.models.people import Person

SERVICE_AUDIENCE = "prosa-api"
PERSON_AUDIENCE = "prosa"
SERVICE_ALGORITHM = "HS256"
MIN_KEY_BYTES = 32
"""RFC 7518, 3.2: a key as long as the hash."""
MAX_TOKEN_CHARS = 4096
MAX_LIFETIME_SECONDS = 3600
LEEWAY_SECONDS = 10
USER_ID_CHARS = 500
NAME_CHARS = 500

Claims = dict[str, Any]


class _Keys:
    """What a signed token says. The algorithm belongs to the key: a token does not choose it."""

    def __init__(
        self, keys: Mapping[str, tuple[str, str]], *, audience: str | None, required: list[str]
    ) -> None:
        for kid, (_, secret) in keys.items():
            if len(secret.encode()) < MIN_KEY_BYTES:
                message = f"The key {kid!r} is shorter than {MIN_KEY_BYTES} bytes."
                raise ValueError(message)
        self._keys = dict(keys)
        self._audience = audience
        self._required = required

    def claims(self, token: str) -> Claims | None:
        """The claims of a token that is ours and still good; ``None`` for every other."""
        try:
            return self._claims(token)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
            return None

    def names(self, token: str) -> bool:
        """Whether the token says that one of these keys has signed it."""
        try:
            return len(token) <= MAX_TOKEN_CHARS and _kid(token) in self._keys
        except (jwt.PyJWTError, ValueError, RecursionError):
            return False

    def _claims(self, token: str) -> Claims | None:
        if len(token) > MAX_TOKEN_CHARS:
            return None
        algorithm, secret = self._keys[_kid(token)]
        claims: Claims = jwt.decode(
            token,
            secret,
            algorithms=[algorithm],
            audience=self._audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", *self._required], "verify_aud": self._audience is not None},
        )
        is_short_lived = int(claims["exp"]) - int(claims["iat"]) <= MAX_LIFETIME_SECONDS
        return claims if is_short_lived and isinstance(claims["exp"], int | float) else None


def _can_be_told(text: str) -> bool:
    """Whether no half of a surrogate pair is in it, which JSON lets through and nobody can be sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kid(token: str) -> str:
    """The key that the token names; ``""`` where it names none."""
    kid = jwt.get_unverified_header(token).get("kid")
    return kid if isinstance(kid, str) else ""


class ServiceTokens:
    """Accepts a token signed with one of ``keys`` (kid -> secret); several while a key is changed.

    Raises ``ValueError`` for a secret that is too short to be one. Without keys nobody is let in.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        named = {kid: (SERVICE_ALGORITHM, secret) for kid, secret in keys.items()}
        self._keys = _Keys(named, audience=SERVICE_AUDIENCE, required=["aud", "scope"])

    def verify(self, token: str, scope: str) -> None:
        """Return if ``token`` is ours, still good, and allows ``scope``; else raise.

        The header's ``kid`` chooses the key; ``exp``, ``iat``, ``aud`` and ``scope`` (words in one
        string) are required, and a life of at most an hour. Raises ``UnauthenticatedError``, and
        ``ForbiddenError`` where only the scope is missing (RFC 6750, 3.1: ``insufficient_scope``).
        """
        claims = self._keys.claims(token)
        if claims is None:
            raise UnauthenticatedError
        if scope not in str(claims["scope"]).split():
            raise ForbiddenError


class PersonTokens:
    """Tells whose a token is, by ``keys`` (kid -> algorithm and secret); several while a key is changed.

    The key with no name is that of the site's own access tokens (``SIGNING_KEY`` of
    ``djangorestframework-simplejwt``), which name none. Raises ``ValueError`` for a secret that is too
    short to be one. Without keys nobody is known.
    """

    def __init__(self, keys: Mapping[str, tuple[str, str]], *, now: Callable[[], float]) -> None:
        named = {kid: key for kid, key in keys.items() if kid}
        unnamed = {kid: key for kid, key in keys.items() if kid == ""}
        self._keys = _Keys(named, audience=PERSON_AUDIENCE, required=["aud", "sub"])
        self._access_keys = _Keys(unnamed, audience=None, required=["token_type", "user_id"])
        self._now = now
        self._doubted: dict[UserId, float] = {}

    def doubt(self, user_ids: Iterable[UserId]) -> None:
        """What was signed for these people before this second counts no more. They may be given another."""
        now = self._now()
        recent = {who: at for who, at in self._doubted.items() if now < at + MAX_LIFETIME_SECONDS}
        self._doubted = recent | dict.fromkeys(user_ids, float(int(now)))

    def are_ours(self, token: str) -> bool:
        """Whether ``token`` names one of our keys, good or not; all others are for the site to judge."""
        return self._keys.names(token) or self._access_keys.names(token)

    def person_of(self, token: str) -> Person | None:
        """The person ``sub``, called ``name``, until ``exp``; ``None`` where the token is not good.

        ``aud`` is ``prosa``; ``exp``, ``iat``, ``aud`` and ``sub`` are required, and a life of at most
        an hour. At ``exp`` it is over, to the second: what clocks may differ by goes to ``iat`` alone.
        Of an access token, ``token_type`` is ``access`` (a refresh token has the same signature) and the
        person is ``user_id``, which older versions write as a number.
        """
        claims = self._keys.claims(token) or self._access_claims(token)
        if claims is None or claims["exp"] <= self._now():
            return None
        user_id, name = claims["sub"], claims.get("name", claims["sub"])
        if int(claims["iat"]) < self._doubted.get(user_id, 0):
            return None
        if not user_id or len(user_id) > USER_ID_CHARS or not isinstance(name, str):
            return None
        if not _can_be_told(user_id + name):
            return None
        return Person(
            user_id=UserId(user_id), name=name[:NAME_CHARS] or user_id, expires_at=float(claims["exp"])
        )

    def _access_claims(self, token: str) -> Claims | None:
        claims = self._access_keys.claims(token)
        if claims is None or claims["token_type"] != "access":  # noqa: S105 - a kind
            return None
        user_id = claims["user_id"]
        if isinstance(user_id, bool) or not isinstance(user_id, str | int):
            return None
        return {**claims, "sub": str(user_id)}
