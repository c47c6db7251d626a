"""For connections that stand beside no transport: nobody frames an event."""

from typing import NoReturn


def never(framed: object) -> NoReturn:
    """A connection's ``pass_on``."""
    raise AssertionError(framed)
