"""Every setting of Prosa: its type, its default and what it means. Not Django's.

Read once, by ``app.py``, from environment variables that begin with ``PROSA_``: ``PROSA_PORT`` sets
``port`` (``environ.py``). A value that does not fit stops the start with a sentence that names it, and so
does a name that is not here: a setting that is misspelt would otherwise be a setting that is ignored.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PREFIX = "PROSA_"

PER_PERSON = (
    "sends",
    "typing",
    "joins",
    "queries",
    "searches",
    "commands",
    "chunks",
    "connects",
    "uploads",
    "upload_chunks",
)
RATES = (*PER_PERSON, "connects_per_address", "requests_per_address")
"""Settings that say how often something may be done, in the words of ``limits``."""

Count = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]


class SettingsError(Exception):
    """A setting is wrong; the text is one sentence for whoever starts Prosa."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Prosa can be told, as it was told."""

    port: Annotated[int, Meta(ge=1, le=65535, description="The port that Prosa listens on.")] = 8888
    private_port: Annotated[
        int,
        Meta(
            ge=0,
            le=65535,
            description="A second port, for requests whose SockJS session is in this worker; 0: none.",
        ),
    ] = 0
    sessions_folder: Annotated[
        str,
        Meta(description="Where a proxy finds which SockJS sessions are in this worker; empty: it asks not."),
    ] = ""
    address: Annotated[
        str, Meta(description="The address or host name that Prosa listens on; empty: all addresses.")
    ] = "localhost"
    data_dir: Annotated[
        str, Meta(description="Where the embedded MongoDB and the demo site keep their data.")
    ] = ".data"
    demo: Annotated[bool, Meta(description="Run the demo site in this process. `make run` sets it.")] = False
    mongodb_uri: Annotated[
        str,
        Meta(description="The MongoDB replica set; empty: an embedded one-node set, for development."),
    ] = ""
    mongodb_database: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{1,38}$", description="The database's name.")
    ] = "prosa"
    redis_url: Annotated[
        str,
        Meta(
            pattern="^((redis|rediss|unix)://.+)?$",
            description="The Redis by which workers tell each other at once, such as"
            " `redis://localhost:6379` or `unix:///run/redis.sock`; empty: this is the only worker.",
        ),
    ] = ""
    site_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s?#@]+)?$",
            description="Where the site is asked who somebody is, such as `http://10.0.0.5:8000`, by Prosa"
            " itself and not through the public's proxy; empty: it is read by `DJANGO_SETTINGS_MODULE`.",
        ),
    ] = ""
    site_token: Annotated[
        str,
        Meta(
            pattern=r"^([!-~]{32,})?$",
            description="The secret (at least 32 characters) with which the site is asked: its own"
            " `PROSA_SITE_TOKEN`.",
        ),
    ] = ""
    login_url: Annotated[
        str,
        Meta(
            description="Where strangers are sent; empty: the site's own `LOGIN_URL`, or where the site is"
            " asked, `/accounts/login/`."
        ),
    ] = ""
    session_cookie: Annotated[
        str,
        Meta(
            description="The name of the site's session cookie; empty: its `SESSION_COOKIE_NAME`, or where"
            " the site is asked, `sessionid`."
        ),
    ] = ""
    sockjs_url: Annotated[
        str,
        Meta(
            pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[!-~]*)?$",
            description="Where the pages have the browser's SockJS from, such as a CDN; empty: from Prosa"
            " itself.",
        ),
    ] = ""
    sockjs_integrity: Annotated[
        str,
        Meta(
            pattern=r"^(sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}( (?!$)|$))*$",
            description="What `PROSA_SOCKJS_URL` must be for a browser to run it: its `integrity`, such as"
            " `sha384-…`.",
        ),
    ] = ""
    home_url: Annotated[str, Meta(description="Where the pages' way back to the site leads.")] = "/"
    api_keys: Annotated[
        dict[str, Annotated[str, Meta(min_length=32)]],
        Meta(
            description="The keys of the site's service tokens, a JSON object of key id to secret"
            " (at least 32 characters). Empty: the site's API refuses everybody."
        ),
    ] = {}
    token_keys: Annotated[
        dict[str, tuple[Literal["HS256", "HS384", "HS512"], Annotated[str, Meta(min_length=32)]]],
        Meta(
            description="The keys of its people's tokens, a JSON object of key id to algorithm and secret,"
            ' such as `{"2026": ["HS256", "…"]}`; the key id `""` is that of the site\'s own access tokens.'
            " Empty: the site is asked about those, and no other token is good."
        ),
    ] = {}
    allow_session_key_in_url: Annotated[
        bool,
        Meta(description="Accept `?session_key=` at the SockJS endpoint: URLs get written down."),
    ] = False
    allowed_origins: Annotated[
        list[Annotated[str, Meta(pattern=r"^https?://[^/\s,]+$")]],
        Meta(description="Foreign origins that may connect, without a cookie; separated by commas."),
    ] = []
    trust_proxy: Annotated[
        bool,
        Meta(description="Believe `X-Forwarded-For` and `X-Forwarded-Proto`: only behind one's own proxy."),
    ] = False
    timezone: Annotated[
        str,
        Meta(description="The zone in which days and hours are shown and `data_envio` is written."),
    ] = "America/Sao_Paulo"
    language: Annotated[
        Literal["pt-BR", "en"],
        Meta(description="The language for whoever has chosen none and whose browser asks for none of ours."),
    ] = "pt-BR"
    worker: Annotated[str, Meta(description="This process's name in logs and in `welcome`.")] = "1"
    log_level: Annotated[
        str,
        Meta(pattern="^(debug|info|warning|error)$", description="`debug`, `info`, `warning` or `error`."),
    ] = "info"
    retention_days: Annotated[
        int,
        Meta(
            ge=0,
            description="Days that what was said is kept; `python -m privacy retain` removes what is older."
            " 0: for ever.",
        ),
    ] = 0
    deleted_days: Annotated[
        int,
        Meta(
            ge=0,
            description="Days that the text of a message which its author has deleted is still kept;"
            " `python -m privacy retain` takes it away after that. 0: as long as its place.",
        ),
    ] = 30
    identity_threads: Annotated[Count, Meta(description="Threads that ask Django who somebody is.")] = 2
    revalidate_seconds: Annotated[
        Seconds, Meta(description="How often an open connection's person is asked about again.")
    ] = 60
    unknown_seconds: Annotated[
        Seconds,
        Meta(description="How long a known person stays while the site cannot say who they are."),
    ] = 600
    hello_seconds: Annotated[
        Seconds, Meta(description="Time for a connection without a cookie to say who it is.")
    ] = 10
    grace_seconds: Annotated[
        Seconds, Meta(description="Time before somebody who went away is said to be away.")
    ] = 10
    last_seen: Annotated[
        bool, Meta(description="Say when somebody who is not here last was: kept for at most a month.")
    ] = True
    typing_seconds: Annotated[
        Seconds, Meta(description="How long one `typing_start` means that somebody is typing.")
    ] = 8
    watch_seconds: Annotated[
        Seconds, Meta(description="How often the live rooms are compared with the store.")
    ] = 2
    sends: Annotated[str, Meta(description="Messages that one person may send.")] = "20 per 10 seconds"
    typing: Annotated[str, Meta(description="Typing starts of one person.")] = "1 per second"
    joins: Annotated[str, Meta(description="Joins of one person.")] = "10 per second"
    queries: Annotated[str, Meta(description="Pages, room lists and marks of one person.")] = (
        "500 per 10 seconds"
    )
    searches: Annotated[str, Meta(description="Searches of one person.")] = "30 per 10 seconds"
    commands: Annotated[
        str, Meta(description="Commands, pages and forms, refused ones too, of one person at one worker.")
    ] = "500 per 10 seconds"
    chunks: Annotated[str, Meta(description="Pieces of 64 KiB that one person may send over SockJS.")] = (
        "64 per 10 seconds"
    )
    uploads: Annotated[str, Meta(description="Pieces of 64 KiB that one person may begin to upload.")] = (
        "960 per minute"
    )
    upload_chunks: Annotated[
        str, Meta(description="Chunks of files that one person may send over SockJS.")
    ] = "100 per 10 seconds"
    connects: Annotated[str, Meta(description="Connections that one person may open.")] = "60 per 10 seconds"
    connects_per_address: Annotated[
        str, Meta(description="Connections that one address (of IPv6: a /64), maybe an office's, may open.")
    ] = "5000 per 10 seconds"
    requests_per_address: Annotated[
        str, Meta(description="Pages and forms that one address may ask for.")
    ] = "5000 per 10 seconds"
    strangers_per_address: Annotated[
        Count,
        Meta(description="Connections of one address, at one worker, whose person is not known yet."),
    ] = 1_000
    connections_per_person: Annotated[Count, Meta(description="Open connections of one person.")] = 20
    rooms_per_connection: Annotated[Count, Meta(description="Rooms that one connection may join.")] = 50
    connections: Annotated[
        Count, Meta(description="Open SockJS sessions of this worker; one more is told to come back.")
    ] = 10_000
    conteudo: Annotated[Count, Meta(description="Unicode code points of a message.")] = 2_000
    edit_seconds: Annotated[
        int,
        Meta(ge=0, description="How long its author may edit or delete a message; 0: not at all."),
    ] = 900
    message_bytes: Annotated[Count, Meta(description="Bytes of one inner message from a browser.")] = 32_768
    frame_bytes: Annotated[Count, Meta(description="Bytes of one SockJS frame or POST body.")] = 262_144
    reply_bytes: Annotated[Count, Meta(description="Bytes of one reply with entries.")] = 262_144
    queue_bytes: Annotated[Count, Meta(description="Bytes that may wait for a slow reader.")] = 2_097_152
    queue_messages: Annotated[Count, Meta(description="Messages that may wait for a slow reader.")] = 1_000
    attachment_bytes: Annotated[Count, Meta(description="Bytes of an attachment.")] = 10_485_760
    open_uploads: Annotated[Count, Meta(description="Files of one person that are on their way.")] = 5
    unsent_bytes: Annotated[
        Count, Meta(description="Bytes of one person that are on their way, or wait to be sent.")
    ] = 52_428_800
    upload_seconds: Annotated[
        Seconds,
        Meta(description="How long one upload over HTTP may take, and how long a halted one is kept."),
    ] = 900
    unsent_seconds: Annotated[Seconds, Meta(description="How long a file that is not sent is kept.")] = 86_400
    page: Annotated[int, Meta(ge=1, le=100, description="Messages of a page of history.")] = 50
    recovery: Annotated[Count, Meta(description="Entries that a join may recover.")] = 300
    heartbeat_seconds: Annotated[
        Seconds, Meta(description="How often a silent connection is given a sign of life.")
    ] = 25
    disconnect_seconds: Annotated[
        Seconds, Meta(description="How long a polling session may be without a request.")
    ] = 5
    jsonp: Annotated[bool, Meta(description="Serve the jsonp-polling transport.")] = False
    htmlfile: Annotated[bool, Meta(description="Serve the htmlfile transport.")] = False

    @property
    def limits(self) -> dict[str, int]:
        """What a browser is told of the limits, in its ``welcome`` and on its page."""
        names = (
            "conteudo",
            "message_bytes",
            "frame_bytes",
            "attachment_bytes",
            "page",
            "recovery",
            "edit_seconds",
        )
        return {name: getattr(self, name) for name in names}

    @property
    def rates(self) -> dict[str, str]:
        """How often something may be done, by its name."""
        return {name: getattr(self, name) for name in RATES}
