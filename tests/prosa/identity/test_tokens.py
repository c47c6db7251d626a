"""Which service tokens open the site's API, and whose the tokens of its people are."""

import time
from typing import Any

import jwt
import pytest

from prosa.identity.tokens import PersonTokens, ServiceTokens
from prosa.models.errors import ForbiddenError, UnauthenticatedError
from prosa.models.ids import UserId
from prosa.models.people import Person

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
    with pytest.raises(ForbiddenError):
        tokens.verify(minted(scope="rooms"), "messages")
    with pytest.raises(ForbiddenError):
        tokens.verify(minted(scope="room"), "rooms")


def test_without_keys_nobody_is_let_in() -> None:
    with pytest.raises(UnauthenticatedError):
        ServiceTokens({}).verify(minted(), "rooms")


def test_a_key_that_is_too_short_is_none() -> None:
    with pytest.raises(ValueError, match="'k'"):
        ServiceTokens({"k": "short"})


people = PersonTokens({"old": ("HS256", OLD), "new": ("HS512", NEW)}, now=time.time)


def of_a_person(key: str = NEW, *, kid: object = "new", algorithm: str = "HS512", **changed: Any) -> str:
    shown = {"aud": "prosa", "scope": None, "sub": "7", "name": "Ana", **changed}
    return minted(key, kid=kid, algorithm=algorithm, **shown)


def test_a_token_says_who_it_is_and_until_when() -> None:
    exp = int(time.time()) + 300
    ana = Person(user_id=UserId("7"), name="Ana", expires_at=exp)
    assert people.person_of(of_a_person(exp=exp)) == ana
    assert people.person_of(of_a_person(OLD, kid="old", algorithm="HS256", exp=exp)) == ana
    assert people.person_of(of_a_person(aud=["prosa", "other"], exp=exp)) == ana


def test_whoever_has_no_name_is_called_by_the_id() -> None:
    for name in (None, ""):
        person = people.person_of(of_a_person(name=name))
        assert person is not None
        assert person.name == "7"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é",
        "\ud800",
        "x" * 5000,
        of_a_person() + "x",
        of_a_person(OLD),
        of_a_person(kid="third"),
        of_a_person(kid=None),
        of_a_person(OLD, kid="old"),
        of_a_person(algorithm="HS256"),
        of_a_person("", algorithm="none"),
        of_a_person(aud="prosa-api"),
        of_a_person(aud=None),
        of_a_person(exp=None),
        of_a_person(iat=None),
        of_a_person(sub=None),
        of_a_person(sub=""),
        of_a_person(sub=7),
        of_a_person(sub={"$gt": ""}),
        of_a_person(sub="7" * 501),
        of_a_person(name={"$gt": ""}),
        of_a_person(exp=int(time.time()) - 1),
        of_a_person(iat=int(time.time()) + 7200, exp=int(time.time()) + 7260),
        of_a_person(exp=int(time.time()) + 3700),
        of_a_person(exp=float("inf")),
        of_a_person(exp=str(int(time.time()) + 60)),
        of_a_person(sub="7\ud800"),
        of_a_person(name="Ana\ud800"),
    ],
)
def test_any_other_token_is_nobodys(token: str) -> None:
    assert people.person_of(token) is None


def test_a_token_of_the_site_itself_is_no_persons_and_the_other_way_round() -> None:
    assert PersonTokens({"new": ("HS256", NEW)}, now=time.time).person_of(minted(sub="7")) is None
    with pytest.raises(UnauthenticatedError):
        tokens.verify(of_a_person(algorithm="HS256", scope="rooms"), "rooms")


def test_without_keys_no_token_is_anybodys_and_a_short_key_is_none() -> None:
    assert PersonTokens({}, now=time.time).person_of(of_a_person()) is None
    with pytest.raises(ValueError, match="'k'"):
        PersonTokens({"k": ("HS256", "short")}, now=time.time)


SITE = "the site signs its access tokens with this key, and with no other one"
by_key = PersonTokens({"": ("HS256", SITE), "new": ("HS512", NEW)}, now=time.time)


def of_the_site(key: str = SITE, **changed: Any) -> str:
    """A token as djangorestframework-simplejwt mints it."""
    shown = {"aud": None, "scope": None, "token_type": "access", "jti": "0" * 32, "user_id": "7", **changed}
    return minted(key, kid=None, **shown)


def test_an_access_token_of_the_site_is_its_persons_by_the_key_with_no_name() -> None:
    exp = int(time.time()) + 300
    assert by_key.are_ours(of_the_site())
    assert by_key.person_of(of_the_site(exp=exp)) == Person(user_id=UserId("7"), name="7", expires_at=exp)
    assert by_key.person_of(of_the_site(user_id=7, name="Ana", aud="site", exp=exp)) == Person(
        user_id=UserId("7"), name="Ana", expires_at=exp
    )
    assert by_key.person_of(of_a_person()) is not None


@pytest.mark.parametrize(
    "token",
    [
        of_the_site(NEW),
        of_the_site(algorithm="HS512"),
        of_the_site("", algorithm="none"),
        of_the_site(token_type="refresh"),
        of_the_site(token_type=None),
        of_the_site(user_id=None),
        of_the_site(user_id=""),
        of_the_site(user_id=True),
        of_the_site(user_id={"$gt": ""}),
        of_the_site(exp=int(time.time()) - 1),
        of_the_site(exp=None),
        of_the_site(exp=int(time.time()) + 3700),
        minted(SITE, kid=None, aud="prosa", scope=None, sub="7"),
        minted(SITE, kid="new", aud="prosa", scope=None, sub="7"),
    ],
)
def test_whatever_else_the_site_has_signed_is_nobodys(token: str) -> None:
    assert by_key.person_of(token) is None


def test_without_that_key_the_site_is_asked() -> None:
    assert not people.are_ours(of_the_site())
    assert people.person_of(of_the_site()) is None
