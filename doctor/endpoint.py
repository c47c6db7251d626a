"""SockJS through nginx: every transport passes, at once, to one worker, and for our own pages only."""

import base64
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPResponse
from types import MappingProxyType

from doctor.findings import Finding, Findings, fail, first_line, grade, ok
from doctor.visitor import Visitor

PREFIX = "/ws/chat"
PRELUDE_BYTES = 2048
"""A streaming answer begins with so many, for browsers that would otherwise wait."""

OPENED = b"o"
OPEN_FRAME = b"\x81\x01o"
SENDS = 12
"""Requests of one polling session. Of three workers taken at random, one in half a million passes."""

FOREIGN = "https://doctor.invalid"


def check(visitor: Visitor) -> Findings:
    """The endpoint as the browser's SockJS uses it, and as a foreign page would. The same is said once."""
    yield from dict.fromkeys(_answered(look, visitor) for look in LOOKS)


def _answered(look: Callable[[Visitor], Finding], visitor: Visitor) -> Finding:
    """What ``look`` finds, whatever breaks on the way."""
    what = look.__name__.strip("_")
    try:
        return look(visitor)
    except TimeoutError:
        return fail(
            "sockjs",
            f"{what}: nothing came",
            "look at proxy_pass and proxy_read_timeout of /ws/chat/ in nginx.",
        )
    except OSError as error:
        return fail("sockjs", f"{what}: {first_line(error)}", "look at nginx's error log.")


def _information(visitor: Visitor) -> Finding:
    reply = visitor.ask(f"{PREFIX}/info")
    if reply.json().get("websocket") is not True:
        return fail(
            "sockjs",
            f"{PREFIX}/info answers {reply.status}, and not as Prosa does",
            "let nginx pass /ws/chat/ to the workers.",
        )
    return ok("sockjs", f"{PREFIX}/info answers, with WebSocket")


def _upgrade(origin: str) -> dict[str, str]:
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Origin": origin,
    }


def _websocket(visitor: Visitor) -> Finding:
    """A page of ours opens a WebSocket and hears that it is open."""
    with visitor.asked(_session("websocket"), headers=_upgrade(visitor.origin)) as response:
        if response.status == HTTPStatus.FORBIDDEN:
            return _refused(visitor)
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            return fail(
                "sockjs",
                f"a WebSocket is answered {response.status}: it is not passed on as one",
                "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
                " proxy_set_header Connection $connection_upgrade; for /ws/chat/.",
            )
        heard = response.fp.read(len(OPEN_FRAME))
    if heard != OPEN_FRAME:
        return fail("sockjs", "a WebSocket passes and then says nothing", "look at the worker's log.")
    return ok("sockjs", "a WebSocket with our own Origin opens")


def _refused(visitor: Visitor) -> Finding:
    return fail(
        "sockjs",
        f"our own Origin {visitor.origin} is refused with 403: the worker believes that it has another name",
        "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; in nginx,"
        " and PROSA_TRUST_PROXY=1 for the workers.",
    )


def _origins(visitor: Visitor) -> Finding:
    """The page of another site may not speak with a person's cookie, nor may a client say who asks."""
    with visitor.asked(_session("websocket"), headers=_upgrade(FOREIGN)) as response:
        over_websocket = response.status
    over_xhr = _asked_as(visitor, FOREIGN)
    if over_websocket == HTTPStatus.SWITCHING_PROTOCOLS or over_xhr != HTTPStatus.FORBIDDEN:
        return fail(
            "sockjs",
            f"a foreign Origin is answered {over_websocket} over WebSocket and {over_xhr} over xhr",
            "let Origin reach the worker: take away any proxy_set_header Origin.",
        )
    other = "http" if visitor.url.scheme == "https" else "https"
    status = _asked_as(visitor, f"{other}://{visitor.url.netloc}", {"X-Forwarded-Proto": other})
    return grade(
        status == HTTPStatus.FORBIDDEN,
        "sockjs",
        f"a foreign Origin is answered {over_websocket}, and a scheme that the client made up {status}",
        "proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr;"
        " they replace what came.",
    )


def _asked_as(visitor: Visitor, origin: str, more: Mapping[str, str] = MappingProxyType({})) -> int:
    """The status with which a polling session of a page from ``origin`` begins."""
    return visitor.ask(_session("xhr"), method="POST", headers={"Origin": origin, **more}).status


def _stream(visitor: Visitor) -> Finding:
    """A streaming answer begins to arrive while it goes on."""
    headers = {"Origin": visitor.origin, "Accept-Encoding": "gzip"}
    try:
        with visitor.asked(_session("xhr_streaming"), method="POST", headers=headers) as response:
            if problem := _stream_problem(visitor, response):
                return problem
            came = response.read1(PRELUDE_BYTES)
            while 0 < len(came) < PRELUDE_BYTES and (more := response.read1(PRELUDE_BYTES - len(came))):
                came += more
    except TimeoutError:
        return fail(
            "sockjs",
            "a stream is held back until it ends: nginx buffers it",
            "proxy_buffering off; proxy_http_version 1.1; for /ws/chat/.",
        )
    if len(came) < PRELUDE_BYTES:
        return fail("sockjs", f"a stream ends after {len(came)} bytes", "look at the worker's log.")
    return ok("sockjs", "a stream begins to arrive while it is open")


def _stream_problem(visitor: Visitor, response: HTTPResponse) -> Finding | None:
    """What is wrong with the head of a streaming answer."""
    if response.status == HTTPStatus.FORBIDDEN:
        return _refused(visitor)
    if response.status != HTTPStatus.OK:
        return fail(
            "sockjs",
            f"xhr-streaming is answered {response.status}",
            "let nginx pass /ws/chat/ to the workers.",
        )
    if response.headers.get("Content-Encoding"):
        return fail("sockjs", "streams are compressed, and so held back", "gzip off; for /ws/chat/.")
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        return fail(
            "sockjs",
            "/ws/chat/ has lost its X-Content-Type-Options",
            "take away the proxy_hide_header that drops it.",
        )
    return None


def _polling(visitor: Visitor) -> Finding:
    """Every request of a polling session comes to the worker that has it."""
    session = _session("")
    headers = {"Origin": visitor.origin}
    opened = visitor.ask(f"{session}xhr", method="POST", headers=headers)
    if opened.status == HTTPStatus.FORBIDDEN:
        return _refused(visitor)
    if opened.status != HTTPStatus.OK or not opened.body.startswith(OPENED):
        return fail(
            "sockjs",
            f"xhr-polling is answered {opened.status}",
            "let the workers write their PROSA_SESSIONS_FOLDER, and nginx pass /ws/chat/ to them.",
        )
    answers = [
        visitor.ask(f"{session}xhr_send", method="POST", headers=headers, body=b"[]").status
        for _ in range(SENDS)
    ]
    strays = sum(status != HTTPStatus.NO_CONTENT for status in answers)
    return grade(
        not strays,
        "sockjs",
        f"{SENDS - strays} of {SENDS} requests of one polling session reach its worker",
        "take over the `if (-f …)` lines of deploy/nginx.conf with each worker's PROSA_SESSIONS_FOLDER,"
        " and let nginx's user pass through it (chmod 0711).",
    )


def _session(transport: str) -> str:
    """The address of a session that nobody has had."""
    return f"{PREFIX}/000/{secrets.token_hex(12)}/{transport}"


LOOKS = (_information, _websocket, _origins, _stream, _polling)
