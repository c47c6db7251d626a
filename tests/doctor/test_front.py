"""Each thing that an nginx of one's own gets wrong is found, and nothing else is said to be wrong."""

from pathlib import Path

import pytest

from deploy.cluster import PUBLIC, Cluster
from doctor import endpoint, front
from doctor.visitor import Visitor
from tests.doctor.bent import bent
from tests.doctor.lines import only, troubles
from tests.ports import free_port

LISTEN = "backlog=4096;"
SOCKJS = "location /ws/chat/ {"
HOST = "proxy_set_header Host $http_host;"
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
BUFFERED = "proxy_http_version 1.0; proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;"

PAGES = {
    "the pages are the site's": (
        "location /chat/ {\n            proxy_pass http://prosa;",
        "location /chat/ {\n            proxy_pass http://site;",
        ["/chat/ answers 404, and not as Prosa does", "let nginx pass /chat/"],
    ),
    "a header is dropped": (
        LISTEN,
        f"{LISTEN} proxy_hide_header X-Content-Type-Options;",
        ["/chat/ has lost its X-Content-Type-Options", "proxy_hide_header"],
    ),
    "every form has a token": (
        PROTO,
        f'{PROTO} proxy_set_header X-Xsrftoken abc; proxy_set_header Cookie "prosa_xsrf=abc";',
        ["without its XSRF token comes in", "X-Xsrftoken"],
    ),
    "the API is public": (
        "location /chat/api/ {\n            return 404;",
        "location /chat/api/ {\n            proxy_pass http://prosa;",
        ["/chat/api/ answers 401 from outside", "location /chat/api/"],
    ),
    "readyz is public": (
        LISTEN,
        f"{LISTEN} location = /readyz {{ proxy_pass http://prosa; }}",
        ["/readyz answers 200 from outside", "/chat/"],
    ),
    "healthz is public": (
        LISTEN,
        f"{LISTEN} location = /healthz {{ proxy_pass http://prosa; }}",
        ["/healthz answers 200 from outside", "/chat/"],
    ),
    "metrics are public": (
        LISTEN,
        f'{LISTEN} location = /metrics {{ return 200 "# TYPE prosa_connections gauge"; }}',
        ["/metrics answers 200 from outside", "/chat/"],
    ),
    "io.js is the site's": (
        "location ~ ^/prosa/(io\\.js|",
        "location ~ ^/prosa/(",
        ["/prosa/io.js answers 404", "proxy_pass"],
    ),
    "a script is missing": (
        "/sockjs-client/dist/;",
        "/nowhere/;",
        ["/vendor/sockjs.min.", "answers 404", "alias"],
    ),
}

ENDPOINT = {
    "no upgrade": (
        "proxy_set_header Upgrade $http_upgrade;",
        "",
        ["a WebSocket is answered 400: it is not passed on", "proxy_set_header Upgrade $http_upgrade"],
    ),
    "origin is hidden": (
        PROTO,
        f'{PROTO} proxy_set_header Origin "";',
        ["a foreign Origin is answered 101", "proxy_set_header Origin"],
    ),
    "scheme is believed": (
        PROTO,
        "proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;",
        ["a scheme that the client made up 200", "X-Forwarded-Proto $scheme"],
    ),
    "streams are buffered": (
        "set $worker prosa;",
        f"set $worker prosa; {BUFFERED}",
        ["a stream is held back until it ends", "proxy_buffering off"],
    ),
    "streams are compressed": (
        LISTEN,
        f"{LISTEN} gzip on; gzip_types application/javascript; gzip_min_length 0; gzip_proxied any;",
        ["streams are compressed", "gzip off"],
    ),
    "a header is dropped": (
        LISTEN,
        f"{LISTEN} proxy_hide_header X-Content-Type-Options;",
        ["/ws/chat/ has lost its X-Content-Type-Options", "proxy_hide_header"],
    ),
    "sessions stray": (
        "set $worker prosa_",
        "set $another prosa_",
        ["requests of one polling session reach its worker", "if (-f"],
    ),
}


def test_the_shipped_one_has_no_trouble(cluster: Cluster) -> None:
    visitor = Visitor(cluster.url)
    assert troubles([*front.check(visitor), *endpoint.check(visitor)]) == []


@pytest.mark.parametrize("case", PAGES)
def test_what_is_wrong_with_the_pages_is_found(case: str, cluster: Cluster, tmp_path: Path) -> None:
    old, new, said = PAGES[case]
    with bent(cluster, tmp_path, old, new) as visitor:
        lines = troubles(front.check(visitor))
    assert len([line for line in lines if all(part in line for part in said)]) == 1, lines


@pytest.mark.parametrize("case", ENDPOINT)
def test_what_is_wrong_with_sockjs_is_found(case: str, cluster: Cluster, tmp_path: Path) -> None:
    old, new, said = ENDPOINT[case]
    with bent(cluster, tmp_path, old, new) as visitor:
        line = only(endpoint.check(visitor))
    assert all(part in line for part in said), line
    assert line.startswith("FAIL")


def test_a_host_that_is_not_passed_on_refuses_our_own_pages(cluster: Cluster, tmp_path: Path) -> None:
    with bent(cluster, tmp_path, HOST, "") as visitor:
        line = only(endpoint.check(visitor))
    assert "our own Origin" in line
    assert "proxy_set_header Host $http_host" in line


def test_a_wrong_type_an_old_version_and_no_caching_are_found(cluster: Cluster, tmp_path: Path) -> None:
    for folder, (old, new, grade, said) in enumerate(
        (
            ("include /etc/nginx/mime.types;", "", "FAIL", "application/octet-stream"),
            (
                "location /prosa/whoami/ {",
                f"location /prosa/static/js/ {{ alias {tmp_path}/old/; }} location /prosa/whoami/ {{",
                "FAIL",
                "not this",
            ),
            ("add_header Cache-Control $static_caching;", "", "warn", "$static_caching"),
            (
                "add_header X-Content-Type-Options $sniffing always;",
                "",
                "FAIL",
                "has no X-Content-Type-Options",
            ),
        )
    ):
        (tmp_path / "old").mkdir(exist_ok=True)
        (tmp_path / "old" / "connection.js").write_text("// of yesterday")
        (tmp_path / str(folder)).mkdir()
        with bent(cluster, tmp_path / str(folder), old, new) as visitor:
            lines = troubles(front.check(visitor))
        assert lines
        assert all(line.startswith(grade) and said in line for line in lines), lines


def test_an_nginx_without_workers_behind_it_says_so_once(cluster: Cluster, tmp_path: Path) -> None:
    nobody = free_port()
    with bent(
        cluster, tmp_path, f"127.0.0.1:{(cluster.base + PUBLIC) // 10}", f"127.0.0.1:{nobody}; #"
    ) as visitor:
        assert "nginx reaches no worker" in only(front.check(visitor))


def test_nobody_at_the_address_is_said_once() -> None:
    line = only(front.check(Visitor(f"http://127.0.0.1:{free_port()}")))
    assert line.startswith("FAIL")
    assert "does not answer" in line
