"""What every answer tells a browser to forbid, and who is believed to have come over TLS."""

import re
from http.cookies import Morsel, SimpleCookie

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.journeys.scene import Scene, Start

SECONDS = 30
PAGES = [
    "/chat/",
    "/chat/1/",
    "/chat/1/websocket/",
    "/chat/1/historico/",
    "/chat/1/buscar/?q=x",
    "/chat/buscar/",
    "/chat/nenhuma/",
    "/nowhere",
]
OTHERS = [
    "/healthz",
    "/metrics",
    "/prosa/io.js",
    "/prosa/static/css/base.css",
    "/prosa/static/nowhere.css",
    "/prosa/unread",
    "/chat/api/v1/openapi.json",
    "/chat/api/v1/hints",
    "/ws/chat/info",
    "/ws/chat/iframe.html",
    "/ws/chat/000/abc/websocket",
    "/ws/chat/000/a.b/xhr",
]
TLS = {"X-Forwarded-Proto": "https"}


def cookies_of(answer: HTTPResponse) -> dict[str, "Morsel[str]"]:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("Set-Cookie"):
        found.load(line)
    return dict(found)


def directives(policy: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: values for name, _, values in parts}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_answer_forbids_what_it_does_not_need(start: Start) -> None:
    scene = await start()
    await scene.room()
    for path in PAGES + OTHERS:
        headers = (await scene.get(path, "cliente")).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Server"] == "Prosa", path
        told_to = {"same-origin"} if path in PAGES else {"same-origin", "strict-origin"}
        assert headers["Referrer-Policy"] in told_to, path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "microphone=()" in headers["Permissions-Policy"], path
        assert directives(headers["Content-Security-Policy"])["default-src"] == "'none'", path


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_speaks_to_its_own_host_only_and_runs_nothing_inline(start: Start) -> None:
    scene = await start()
    await scene.room()
    for path in PAGES:
        page = await scene.get(path, "cliente")
        allowed = directives(page.headers["Content-Security-Policy"])
        assert allowed["connect-src"] == f"'self' {scene.url.replace('http', 'ws')}"
        assert (allowed["script-src"], allowed["style-src"]) == ("'self'", "'self'")
        assert allowed["frame-ancestors"] == allowed["base-uri"] == "'none'"
        assert allowed["form-action"] == "'self'"
        assert not re.search(
            r"<script(?![^>]*(src=|application/json))|<style|\son\w+=|\sstyle=", page.body.decode()
        )


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "host", ["a;script-src *", "a b", "*", "evil.example script-src", "a'unsafe-inline'"]
)
async def test_no_host_adds_to_the_policy(start: Start, host: str) -> None:
    scene = await start()
    answer = await scene.get("/chat/", Host=host)
    if answer.code != 400:
        assert directives(answer.headers["Content-Security-Policy"])["connect-src"] == "'self'"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_behind_tls_the_browser_is_to_stay_there_and_so_are_the_cookies(start: Start) -> None:
    scene = await start(trust_proxy=True)
    await scene.room()
    for path in PAGES + OTHERS:
        headers = (await scene.get(path, "cliente", **TLS)).headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000", path
    room = await scene.get("/chat/1/", "cliente", **TLS)
    assert f"wss://{scene.url[7:]}" in room.headers["Content-Security-Policy"]
    assert cookies_of(room)["prosa_xsrf"]["secure"]
    assert cookies_of(await scene.get("/chat/1/", **TLS))["prosa_next"]["secure"]
    assert "Strict-Transport-Security" not in (await scene.get("/chat/1/", "cliente")).headers


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_proxy_is_believed_only_by_setting(start: Start) -> None:
    scene = await start()
    await scene.room()
    for said in (TLS, {"X-Scheme": "https"}):
        page = await scene.get("/chat/1/", "cliente", **said)
        assert "Strict-Transport-Security" not in page.headers
        assert "wss:" not in page.headers["Content-Security-Policy"]
        assert not cookies_of(page)["prosa_xsrf"]["secure"]
    foreign = {"Origin": scene.url.replace("http:", "https:"), **TLS}
    refused = await AsyncHTTPClient().fetch(
        f"{scene.url}/ws/chat/000/abc/xhr", method="POST", body="", headers=foreign, raise_error=False
    )
    assert refused.code == 403


@pytest.mark.gen_test(timeout=SECONDS)
async def test_our_cookies_are_read_by_no_script_and_brought_by_no_foreign_form(start: Start) -> None:
    scene = await start()
    await scene.room()
    cookies = {
        **cookies_of(await scene.get("/chat/1/", "cliente")),
        **cookies_of(await scene.get("/chat/1/")),
    }
    assert set(cookies) == {"prosa_xsrf", "prosa_next"}
    for cookie in cookies.values():
        assert (bool(cookie["httponly"]), cookie["samesite"], cookie["domain"]) == (True, "Lax", "")


async def posts(scene: Scene, form: str, **headers: str) -> HTTPResponse:
    """A form with the token's cookie that a sibling subdomain has set."""
    cookie = f"sessionid={await scene.logs_in('cliente')}; prosa_xsrf=tossed"
    return await AsyncHTTPClient().fetch(
        f"{scene.url}/chat/1/enviar/",
        method="POST",
        body=form,
        headers={"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", **headers},
        follow_redirects=False,
        raise_error=False,
    )


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://sibling.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "https://sibling.example/"},
    ],
)
async def test_a_foreign_page_that_has_set_the_tokens_cookie_sends_nothing_and_words_no_page(
    start: Start, headers: dict[str, str]
) -> None:
    scene = await start()
    await scene.room()
    refused = await posts(scene, "_xsrf=tossed&conteudo=palavras+alheias&client_id=c", **headers)
    assert refused.code == 403
    assert "palavras alheias" not in refused.body.decode()
    assert "<form" not in refused.body.decode()
    assert await scene.log() == ()
    ours = await posts(scene, "_xsrf=tossed&conteudo=minhas&client_id=c", Origin=scene.url)
    assert (ours.code, len(await scene.log())) == (303, 1)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_form_carries_the_token(start: Start) -> None:
    scene = await start()
    await scene.room()
    reforma = await scene.browser("reforma")
    await reforma.says("Olá", in_room=1)
    page = (await scene.get("/chat/1/", "cliente")).body.decode()
    unsent = (await posts(scene, "conteudo=x&client_id=c", Origin=scene.url)).body.decode()
    for text, count in ((page, 3), (unsent, 1)):
        forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
        assert len(forms) == count
        assert all(re.search(r'name="_xsrf" value="[^"]{16,}"', form) for form in forms)
