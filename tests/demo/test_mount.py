"""Django 5.2 behind Tornado: what hangs or breaks without the shim, and a whole login through it."""

import re
import threading
from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
import tornado.web
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from demo import mount
from demo.shim import for_tornado
from handlers.site import routes_of


class Closing:
    """A response body that remembers in which thread it was closed."""

    closed_in = ""

    def __iter__(self) -> Any:
        return iter([b"o", b"i"])

    def close(self) -> None:
        Closing.closed_in = threading.current_thread().name


def awkward(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A WSGI application that does what Django does."""
    if environ["PATH_INFO"] == "/fails":
        raise ValueError
    headers = [("Set-Cookie", " a=1; Path=/"), ("Content-Type", "text/plain"), ("Content-Length", "2")]
    start_response("200 OK", headers)
    return Closing()


@pytest.fixture
def app(site: None) -> tornado.web.Application:
    """The demo site, where Prosa mounts it."""
    return tornado.web.Application(routes_of(mount.wsgi()), xsrf_cookies=True)


async def fetch(url: str, cookies: dict[str, str] | None = None, **options: Any) -> HTTPResponse:
    """One request, as a browser with ``cookies`` makes it; redirects are not followed."""
    jar = cookies if cookies is not None else {}
    if "form" in options:
        options.update(method="POST", body=urlencode(options.pop("form")))
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    response = await AsyncHTTPClient(force_instance=True).fetch(
        url, headers=headers, follow_redirects=False, raise_error=False, request_timeout=10, **options
    )
    for line in response.headers.get_list("Set-Cookie"):
        jar.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
    return response


async def log_in(base: str, cookies: dict[str, str], **form: str) -> HTTPResponse:
    """Fill in the form at ``/entrar/``."""
    page = await fetch(f"{base}/entrar/?{urlencode(form)}", cookies)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body.decode())
    assert found is not None
    filled = {"username": "cliente", "password": "prosa-demo", **form, "csrfmiddlewaretoken": found[1]}
    return await fetch(f"{base}/entrar/", cookies, form=filled)


class TestShim:
    """With an application as awkward as Django."""

    @pytest.fixture
    def app(self, site: None) -> tornado.web.Application:
        """``awkward``, where Prosa mounts the demo."""
        return tornado.web.Application(routes_of(for_tornado(awkward)))

    @pytest.mark.gen_test(timeout=15)
    async def test_a_cookie_with_a_leading_space_arrives(self, http_server: Any, base_url: str) -> None:
        response = await fetch(base_url + "/")
        assert (response.code, response.body) == (200, b"oi")
        assert response.headers["Set-Cookie"] == "a=1; Path=/"

    @pytest.mark.gen_test(timeout=15)
    async def test_head_is_answered_without_a_body(self, http_server: Any, base_url: str) -> None:
        response = await fetch(base_url + "/", method="HEAD")
        assert (response.code, response.body, response.headers["Content-Length"]) == (200, b"", "2")

    @pytest.mark.gen_test(timeout=15)
    async def test_a_response_is_closed_in_the_thread_that_made_it(
        self, http_server: Any, base_url: str
    ) -> None:
        Closing.closed_in = ""
        await fetch(base_url + "/")
        assert Closing.closed_in.startswith("demo-site")

    @pytest.mark.gen_test(timeout=15)
    async def test_an_application_that_raises_is_answered_for(
        self, http_server: Any, base_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = await fetch(base_url + "/fails")
        assert response.code == 500
        assert "ValueError" not in response.body.decode()
        assert "/fails" in caplog.text


@pytest.mark.gen_test(timeout=30)
async def test_a_person_logs_in_returns_to_where_they_were_and_logs_out(
    http_server: Any, base_url: str
) -> None:
    cookies: dict[str, str] = {}
    answer = await log_in(base_url, cookies, next="/chat/1/websocket/")
    assert (answer.code, answer.headers["Location"]) == (302, "/chat/1/websocket/")
    home = (await fetch(base_url + "/", cookies)).body.decode()
    assert "Ana Souza" in home
    assert 'href="/chat/"' in home
    assert (await fetch(base_url + "/sair/", cookies)).code == 405
    form = {"csrfmiddlewaretoken": cookies["csrftoken"]}
    assert (await fetch(base_url + "/sair/", cookies, form=form)).code == 302
    assert "Ana Souza" not in (await fetch(base_url + "/", cookies)).body.decode()


@pytest.mark.parametrize(
    "away", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
@pytest.mark.gen_test(timeout=30)
async def test_a_login_leads_nowhere_else(away: str, http_server: Any, base_url: str) -> None:
    answer = await log_in(base_url, {}, next=away)
    assert (answer.code, answer.headers["Location"]) == (302, "/")


@pytest.mark.gen_test(timeout=30)
async def test_a_wrong_password_and_a_forged_form_are_refused(http_server: Any, base_url: str) -> None:
    answer = await log_in(base_url, {}, password="errada")
    assert answer.code == 200
    assert "incorretos" in answer.body.decode()
    forged = {"username": "cliente", "password": "prosa-demo"}
    assert (await fetch(base_url + "/entrar/", {}, form=forged)).code == 403


@pytest.mark.gen_test(timeout=30)
async def test_style_sheets_are_served_and_lost_pages_say_so(http_server: Any, base_url: str) -> None:
    for path in ("/static/demo/site.css", "/static/admin/css/base.css"):
        sheet = await fetch(base_url + path)
        assert (sheet.code, sheet.headers["Content-Type"]) == (200, "text/css")
    lost = await fetch(base_url + "/nada/")
    assert lost.code == 404
    assert "Página não encontrada" in lost.body.decode()
