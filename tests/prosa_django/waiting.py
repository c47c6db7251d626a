"""What a thread of the site's does is waited for, never timed."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 20.0


def until(holds: Callable[[], object]) -> None:
    """Return as soon as it holds; fails where it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)
