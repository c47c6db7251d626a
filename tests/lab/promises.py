"""What a row promises beyond that nothing is lost, doubled, misplaced or left out."""

from collections.abc import Callable

from tests.lab.checker import Verdict
from tests.lab.faults import redis_flushed, redis_frozen, redis_killed, redis_parted, rolling
from tests.lab.lab import Strike

SILENCE_MS = 3000
"""The longest that somebody waits for the next message while the workers are replaced."""

LATE_MS = 3000
"""What Redis does not tell is found in the store within 2 s (``watch.py``); then it has to be shown."""


def nobody_notices(verdict: Verdict) -> str:
    """No close that was not announced, no request that fails, nobody who waits."""
    if verdict.unannounced or verdict.broken:
        return f"{verdict.unannounced} closes unannounced, {verdict.broken} requests failed"
    if verdict.silence_ms > SILENCE_MS:
        return f"somebody waited {verdict.silence_ms} ms for the next message"
    return ""


def the_store_tells(verdict: Verdict) -> str:
    """Everybody stays, and what was acknowledged is shown to all soon after."""
    if verdict.unannounced or verdict.broken:
        return f"{verdict.unannounced} closes, {verdict.broken} requests failed"
    if verdict.late_ms > LATE_MS:
        return f"something was shown {verdict.late_ms} ms after its acknowledgement"
    return ""


PROMISES: dict[Strike, Callable[[Verdict], str]] = {
    rolling: nobody_notices,
    redis_killed: the_store_tells,
    redis_frozen: the_store_tells,
    redis_parted: the_store_tells,
    redis_flushed: the_store_tells,
}
"""By what strikes; what was promised and not kept, or nothing."""
