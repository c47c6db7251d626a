"""What a SockJS server is told when it is built. Where the values come from is not its business."""

import msgspec

CLIENT_URL = "/prosa/static/vendor/sockjs.min.js"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The limits and switches of one SockJS server. Sizes in bytes, times in seconds."""

    allowed_origins: frozenset[str] = frozenset()
    cookie_name: str = ""
    """The session cookie that a connection may present; empty: none is ever read."""
    language_cookie: str = ""
    """The cookie in which a language may have been chosen; empty: none is read."""
    frame_bytes: int = 262_144
    """The largest SockJS frame (over it: 1009) or POST body (over it: 413)."""
    queue_bytes: int = 2_097_152
    queue_messages: int = 1_000
    """What may wait for a slow reader besides what is being written; more closes with 4008."""
    heartbeat_seconds: float = 25
    disconnect_delay: float = 5
    sessions_max: int = 10_000
    """Open connections of every transport; one more is opened and closed with 4000."""
    jsonp: bool = False
    htmlfile: bool = False
    websocket: bool = True
    check_origins: bool = True
    """Off only for the echo server of the public protocol suite, whose Origins are not origins."""
    close_grace_seconds: float = 5
    """A peer that has not taken its goodbye by then is cut off."""
    client_url: str = CLIENT_URL
    """The sockjs-client that the iframe page loads: ours, never a third party's."""
    response_bytes: int = 131_072
    """A streaming response ends after this many, so that browsers can forget it."""
    sessions_folder: str = ""
    """Where a balancer finds which sessions are here; empty: it does not look."""
    cookie_needed: bool = False
    """Set ``JSESSIONID``, for balancers that know no other way to keep a session on its worker."""
