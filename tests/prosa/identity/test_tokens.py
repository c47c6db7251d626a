"""Which service tokens open the site's API."""

import time
from typing import Any

import jwt
import pytest

from prosa.identity.tokens import ServiceTokens
from prosa.models.errors import UnauthenticatedError

OLD, NEW = "o" * 64, "n" * 64
tokens = ServiceTokens({"old": OLD, "new": NEW})


def minted(key: str = NEW, *, kid: object = "new", algorithm: str = "HS256", **changed: Any) -> str:
    now = int(time.time())
    claims = {"aud": "prosa-api", "scope": "rooms messages", "iat": now, "exp": now + 60, **changed}
    headers = {"kid": kid} if kid else None
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        key,
        algorithm=algorithm,
        headers=headers,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("kid", "key"), [("old", OLD), ("new", NEW)])
def test_every_key_in_force_is_good(kid: str, key: str) -> None:
    tokens.verify(minted(key, kid=kid), "rooms")
    tokens.verify(minted(key, kid=kid), "messages")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é",
        "x" * 5000,
        minted() + "x",
        minted(OLD),
        minted(kid="third"),
        minted(kid=None),
        minted(algorithm="HS512"),
        minted("", algorithm="none"),
        minted(aud="prosa"),
        minted(aud=None),
        minted(exp=None),
        minted(iat=None),
        minted(scope=None),
        minted(scope="room"),
        minted(exp=int(time.time()) - 60),
        minted(iat=int(time.time()) + 7200, exp=int(time.time()) + 7260),
        minted(exp=int(time.time()) + 3700),
        minted(exp="soon"),
        minted(exp=float("inf")),
    ],
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens.verify(token, "rooms")


def test_a_scope_opens_only_its_own_door() -> None:
    with pytest.raises(UnauthenticatedError):
        tokens.verify(minted(scope="rooms"), "messages")


def test_without_keys_nobody_is_let_in() -> None:
    with pytest.raises(UnauthenticatedError):
        ServiceTokens({}).verify(minted(), "rooms")


def test_a_key_that_is_too_short_is_none() -> None:
    with pytest.raises(ValueError, match="'k'"):
        ServiceTokens({"k": "short"})
