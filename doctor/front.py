"""What browsers reach at the public address: the pages, the files, and none of what is not for them.

SockJS is looked at in ``endpoint.py``.
"""

from http import HTTPStatus
from pathlib import Path

from doctor.findings import Finding, Findings, fail, first_line, grade, ok, warn
from doctor.visitor import Reply, Visitor
from handlers.static import Static, hashed

STATIC = Path(__file__).resolve().parent.parent / "static"
SCRIPT, STYLE, CLIENT = "js/connection.js", "css/base.css", "vendor/sockjs.min.js"
YEAR = "max-age=31536000"

ROUTE = "let nginx pass {} to the workers (proxy_pass http://prosa in deploy/nginx.conf)."


def check(visitor: Visitor) -> Findings:
    """Everything but SockJS. Where nobody answers at the address, that alone."""
    try:
        page = visitor.ask("/chat/")
    except OSError as error:
        yield fail(
            "front",
            f"{visitor.origin} does not answer: {first_line(error)}",
            "start nginx, or set URL right.",
        )
        return
    yield _rooms(page)
    if page.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        for look in (_form, _private, _files):
            try:
                yield from look(visitor)
            except OSError as error:
                yield fail("front", f"an answer broke off: {first_line(error)}", "look at nginx's error log.")


def _rooms(page: Reply) -> Finding:
    """The list of rooms, or the way to the login."""
    policy = page.header("Content-Security-Policy")
    if page.status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT):
        return fail(
            "front",
            f"/chat/ answers {page.status}: nginx reaches no worker",
            "give its upstream the workers' ports (PROSA_PORT), and start them.",
        )
    if page.status not in (HTTPStatus.OK, HTTPStatus.FOUND) or "frame-ancestors 'none'" not in policy:
        return fail("front", f"/chat/ answers {page.status}, and not as Prosa does", ROUTE.format("/chat/"))
    if page.header("X-Content-Type-Options") != "nosniff":
        return fail(
            "front",
            "/chat/ has lost its X-Content-Type-Options",
            "take away the proxy_hide_header that drops it.",
        )
    where = f" to {page.headers['Location'].partition('?')[0]}" if page.status == HTTPStatus.FOUND else ""
    return ok("front", f"/chat/ answers {page.status}{where}")


def _form(visitor: Visitor) -> Findings:
    """A form that another site's page sends is refused, for it has no token."""
    reply = visitor.ask(
        "/chat/doctor/enviar/",
        method="POST",
        headers={"Accept": "application/json", "Content-Type": "application/json"},
        body=b"{}",
    )
    code = reply.json().get("code")
    if code == "stale_form":
        yield ok("front", "a form without its XSRF token is refused")
    elif code:
        yield fail(
            "front",
            f"a form without its XSRF token comes in (and is answered {code})",
            "take away the proxy_set_header that gives every request X-Xsrftoken or the cookie prosa_xsrf.",
        )
    else:
        yield fail(
            "front", f"/chat/…/enviar/ answers {reply.status}, and not as Prosa does", ROUTE.format("/chat/")
        )


def _private(visitor: Visitor) -> Findings:
    """The site's API and the workers' own pages are not for the world."""
    api = visitor.ask("/chat/api/v1/rooms/doctor")
    yield grade(
        "code" not in api.json(),
        "front",
        f"/chat/api/ answers {api.status} from outside",
        "put `location /chat/api/ { return 404; }` before /chat/, and give the site a port of its own.",
    )
    for path in ("/readyz", "/healthz"):
        reply = visitor.ask(path)
        yield grade(
            "status" not in reply.json(),
            "front",
            f"{path} answers {reply.status} from outside",
            "pass only /chat/, /ws/chat/ and /prosa/ to the workers.",
        )
    metrics = visitor.ask("/metrics")
    yield grade(
        b"# TYPE" not in metrics.body,
        "front",
        f"/metrics answers {metrics.status} from outside",
        "pass only /chat/, /ws/chat/ and /prosa/ to the workers.",
    )


def _files(visitor: Visitor) -> Findings:
    """Scripts and styles are those of this version, of the right type, and kept by browsers."""
    for name, kind in ((SCRIPT, "javascript"), (STYLE, "text/css"), (CLIENT, "javascript")):
        version = Static.get_content_version(str(STATIC / name)) if (STATIC / name).exists() else ""
        path = f"/prosa/static/{hashed(name, version)}"
        yield _file(path, visitor.ask(path), STATIC / name, kind)
    reply = visitor.ask("/prosa/io.js")
    is_script = reply.status == HTTPStatus.OK and "javascript" in reply.header("Content-Type")
    yield grade(is_script, "front", f"/prosa/io.js answers {reply.status}", ROUTE.format("/prosa/io.js"))


def _file(path: str, reply: Reply, file: Path, kind: str) -> Finding:
    if not file.exists():
        return fail("front", f"{file} is missing", "npm ci --omit=dev --ignore-scripts.")
    if reply.status != HTTPStatus.OK:
        return fail(
            "front",
            f"{path} answers {reply.status}",
            "let nginx's alias lead to static/ (deploy/nginx.conf).",
        )
    if reply.body != file.read_bytes():
        return fail(
            "front", f"{path} is not this version's", "let nginx's alias lead to this folder's static/."
        )
    return _served(path, reply, kind)


def _served(path: str, reply: Reply, kind: str) -> Finding:
    """How a file that is the right one comes."""
    if kind not in reply.header("Content-Type"):
        return fail(
            "front",
            f"{path} is served as {reply.header('Content-Type') or 'nothing'}: no browser takes it",
            "include /etc/nginx/mime.types.",
        )
    if reply.header("X-Content-Type-Options") != "nosniff":
        return fail(
            "front", f"{path} has no X-Content-Type-Options", "add_header X-Content-Type-Options nosniff;"
        )
    caching = reply.header("Cache-Control")
    if "immutable" not in caching or YEAR not in caching:
        return warn(
            "front",
            f"{path} is asked for again and again (Cache-Control: {caching or 'none'})",
            "add_header Cache-Control $static_caching; as in deploy/nginx.conf.",
        )
    return ok("front", f"{path} is this version's, its type right, kept for good")
