"""The one table: what an error of ours is for the outside.

Looked up along the class's MRO, so that a new error is mapped by its parent until it has a row.
"""

from http import HTTPStatus

from prosa.models.errors import (
    ConflictError,
    ForbiddenError,
    IdentityUnknownError,
    LaterError,
    NotFoundError,
    NotJoinedError,
    ProsaError,
    RateLimitedError,
    ReadOnlyError,
    RefusedError,
    StaleFormError,
    TooLargeError,
    TooLateError,
    TooManyRoomsError,
    UnauthenticatedError,
    UnsupportedTypeError,
)

STATUS: dict[type[ProsaError], HTTPStatus] = {
    ProsaError: HTTPStatus.INTERNAL_SERVER_ERROR,
    RefusedError: HTTPStatus.BAD_REQUEST,
    UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    StaleFormError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ReadOnlyError: HTTPStatus.FORBIDDEN,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    TooLateError: HTTPStatus.FORBIDDEN,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ConflictError: HTTPStatus.CONFLICT,
    NotJoinedError: HTTPStatus.CONFLICT,
    TooManyRoomsError: HTTPStatus.TOO_MANY_REQUESTS,
    LaterError: HTTPStatus.SERVICE_UNAVAILABLE,
    RateLimitedError: HTTPStatus.TOO_MANY_REQUESTS,
    IdentityUnknownError: HTTPStatus.SERVICE_UNAVAILABLE,
}

RESTART = (4000, "restart")
STATE_LOST = (4009, "state lost")
IDENTITY_UNKNOWN = (4010, "identity unknown")
NONSENSE = (4400, "malformed")
UNAUTHENTICATED = (4401, "unauthenticated")
ABUSE = (4429, "abuse")

CLOSE: dict[type[ProsaError], tuple[int, str]] = {
    IdentityUnknownError: IDENTITY_UNKNOWN,
    UnauthenticatedError: UNAUTHENTICATED,
    RateLimitedError: ABUSE,
}
"""For errors that end a connection at the door. All others are answered and it stays open."""


def status_of(error: ProsaError) -> HTTPStatus:
    """The HTTP status of a refusal."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
