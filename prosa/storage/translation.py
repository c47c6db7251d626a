"""What the driver raises, in our words. Every read and every repeatable write goes through here."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from prosa.models.errors import UnavailableError

RETRY_AFTER_MS = 1000


@contextmanager
def unavailable() -> Iterator[None]:
    """Whatever the driver raises inside is ``UnavailableError``: nothing was told, so ask again.

    Not for inserts into the log, whose outcome is unknown then: ``committer.py`` settles those.
    """
    try:
        yield
    except PyMongoError as error:
        raise UnavailableError(retry_after_ms=RETRY_AFTER_MS) from error
