"""Access tokens as ``djangorestframework-simplejwt`` makes them, where the site has it.

They are checked here, so that nobody else needs the key they are signed with. One lives a few minutes
and outlives a logout; a refresh token, which bears the same signature, is nobody's.
"""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ValidationError

from prosa_django.accounts import Answer, vouched

IS_INSTALLED = find_spec("rest_framework_simplejwt") is not None
ACCESS = "access"


def person_of_token(token: str) -> Answer:
    """Whose access token it is; nobody's where the site makes none.

    Raises what the database raises, and what keeps the keys of a site with a ``JWK_URL`` from being read.
    """
    claims = _claims(token) if IS_INSTALLED else None
    if claims is None:
        return None
    return vouched(lambda: _user(claims), is_good=lambda _: True, ends=lambda: float(claims["exp"]))


def _user(claims: Any) -> Any:
    """Of whom they speak; ``None`` where the site knows no such person, or refuses them."""
    from rest_framework.exceptions import APIException  # noqa: PLC0415 - most sites have none of these
    from rest_framework_simplejwt.authentication import JWTAuthentication  # noqa: PLC0415

    try:
        return JWTAuthentication().get_user(claims)
    except (APIException, ValueError, ValidationError):
        return None


def _claims(token: str) -> Any:
    """What an access token that is good says; ``None`` for every other."""
    from rest_framework_simplejwt.exceptions import TokenError  # noqa: PLC0415 - most sites have it not
    from rest_framework_simplejwt.settings import api_settings  # noqa: PLC0415
    from rest_framework_simplejwt.tokens import AccessToken  # noqa: PLC0415

    try:
        claims = AccessToken(token)  # type: ignore[arg-type] # it takes text; its annotation does not say so
    except TokenError as error:
        _raise_outage(error)
        return None
    except ValueError:
        return None
    return claims if claims.payload.get(api_settings.TOKEN_TYPE_CLAIM or "token_type") == ACCESS else None


def _raise_outage(error: BaseException | None) -> None:
    """Raise, of what a refused token came of, that the keys could not be fetched."""
    from jwt.exceptions import PyJWKClientConnectionError  # noqa: PLC0415 - comes with simplejwt

    cause: Any = error
    while cause is not None:
        if isinstance(cause, PyJWKClientConnectionError):
            raise cause
        cause = cause.__cause__
