"""Why the server itself ends a session, and how SockJS says so."""

import json

FULL = (4000, "full")
"""No room for one more session: come back later, perhaps to another worker."""
RESTART = (4000, "restart")
TOO_SLOW = (4008, "too slow")
FLOOD = (4429, "abuse")
INTERRUPTED = (1002, "Connection interrupted")
INTERNAL = (1011, "internal")
TWICE = (2010, "Another connection still open")

REASON_BYTES = 123
"""What a WebSocket's close frame has room for (RFC 6455, 5.5)."""


def farewell(code: int, reason: str) -> str:
    """The close frame of SockJS, its reason escaped."""
    return f"c[{code},{json.dumps(reason)}]"


def short(reason: str) -> str:
    """As much of ``reason`` as a WebSocket's close frame can carry."""
    return reason.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore")
