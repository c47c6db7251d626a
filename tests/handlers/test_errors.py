"""Every refusal has one code, one status, and a sentence for people."""

from collections.abc import Iterator

import pytest

from handlers.errors import STATUS, status_of
from prosa.chat.events import refusal_shape
from prosa.models import errors
from prosa.models.errors import ProsaError


def leaves(kind: type[ProsaError] = ProsaError) -> Iterator[type[ProsaError]]:
    children = kind.__subclasses__()
    for child in children:
        yield from leaves(child)
    if not children:
        yield kind


def test_every_code_belongs_to_one_error() -> None:
    codes = [kind.code for kind in leaves()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.code)
def test_every_error_has_a_status_a_sentence_and_a_place_in_the_tree(kind: type[ProsaError]) -> None:
    assert any(parent in STATUS for parent in kind.__mro__)
    assert kind.sentence.endswith(".")
    assert kind.code in str(errors.__doc__)
    shape = refusal_shape(kind(), kind.sentence)
    assert shape == {"code": kind.code, "message": kind.sentence, "retryable": kind.retryable}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.MalformedError, 400),
        (errors.UnknownEventError, 400),
        (errors.UnauthenticatedError, 401),
        (errors.NotFoundError, 404),
        (errors.ReadOnlyError, 403),
        (errors.ForbiddenError, 403),
        (errors.EmptyError, 400),
        (errors.TooLongError, 400),
        (errors.TooLargeError, 413),
        (errors.UnsupportedTypeError, 415),
        (errors.ConflictError, 409),
        (errors.NotJoinedError, 409),
        (errors.TooManyRoomsError, 429),
        (errors.RateLimitedError, 429),
        (errors.OutcomeUnknownError, 503),
        (errors.UnavailableError, 503),
        (errors.InternalError, 500),
    ],
)
def test_the_status_is_the_protocols(kind: type[ProsaError], status: int) -> None:
    assert status_of(kind()) == status


def test_the_details_travel_with_the_refusal() -> None:
    assert refusal_shape(errors.TooLongError(limit=2000), "")["limit"] == 2000
