"""Prosa beside a site on a server of its own, which it asks; the site is there, stands still, and is gone."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from prosa.identity.ask import Ask
from prosa.identity.direct import Direct
from prosa.models.people import Credential
from tests.browser import Browser
from tests.journeys.scene import Scene, Start
from tests.server import ROOT, Server, log_in, new_browser
from tests.sites.served import ASGI, WSGI, ServedSite

SECONDS = 60
ASKED = {"login_url": "/entrar/", "revalidate_seconds": 1}


@pytest.fixture(params=[WSGI, ASGI], ids=["wsgi", "asgi"])
def site(request: Any, identity: Direct, tmp_path: Path) -> Iterator[ServedSite]:
    """The demo site of the other journeys, with its people, on a server of its own."""
    served = ServedSite(settings.DATA_DIR.parent, tmp_path, request.param)
    try:
        served.start()
        yield served
    finally:
        served.stop(signal.SIGKILL)


@pytest.fixture
def asking(site: ServedSite) -> Iterator[Ask]:
    ask = Ask(site.url, site.token)
    yield ask
    ask.close()


@pytest.fixture
def asked(start: Start, asking: Ask) -> Any:
    """How a test starts a worker that asks the site."""
    return lambda **settings: start(identity=asking, **ASKED, **settings)


async def login(scene: Scene, site: ServedSite, username: str) -> tuple[str, Any]:
    """A session as a browser comes by it, for every tab of the person; and that browser."""
    jar, browser = new_browser()
    await asyncio.to_thread(log_in, browser, site.url, username)
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    scene.keys[username] = cookies["sessionid"]
    scene.ids[username] = await asyncio.to_thread(id_of, username)
    return cookies["csrftoken"], browser


def id_of(username: str) -> str:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up

    return str(get_user_model().objects.get(username=username).pk)


def rows() -> list[Any]:
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as database:
        found = database.execute("SELECT * FROM django_session ORDER BY session_key").fetchall()
    database.close()
    return found


async def refused(scene: Scene, key: str) -> int | None:
    """With which code a newcomer is sent away."""
    tab = await Browser.open(scene.url, key)
    return await tab.is_closed()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_people_log_in_at_the_site_talk_and_are_nobody_once_they_log_out(
    asked: Any, site: ServedSite
) -> None:
    scene = await asked()
    csrf, browser = await login(scene, site, "cliente")
    await login(scene, site, "reforma")
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    await cliente.says("Olá", in_room=1)
    assert (await fornecedor.hears("new_message"))["conteudo"] == "Olá"
    assert (await scene.get("/chat/1/", "cliente")).code == 200
    form = f"csrfmiddlewaretoken={csrf}".encode()
    request = urllib.request.Request(f"{site.url}/sair/", form, {"Referer": site.url})  # noqa: S310 - http, ours
    await asyncio.to_thread(lambda: browser.open(request, timeout=5).close())
    assert await cliente.is_closed() == 4401
    assert await refused(scene, scene.keys["cliente"]) == 4401
    assert (await scene.get("/chat/1/", "cliente")).headers["Location"].startswith("/entrar/?next=")
    assert not fornecedor.closed.is_set()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_asking_leaves_every_session_as_it_was(asked: Any, site: ServedSite) -> None:
    scene = await asked()
    await login(scene, site, "cliente")
    before = await asyncio.to_thread(rows)
    cliente = await scene.browser("cliente")
    await scene.get("/chat/", "cliente")
    assert await refused(scene, "x" * 32) == 4401
    await cliente.leaves()
    assert await asyncio.to_thread(rows) == before != []


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "killed"])
async def test_while_the_site_is_away_those_who_are_known_stay_and_newcomers_wait(
    asked: Any, site: ServedSite, number: int
) -> None:
    scene = await asked()
    await login(scene, site, "cliente")
    await login(scene, site, "reforma")
    await login(scene, site, "pintura")
    await scene.room()
    cliente, fornecedor = await scene.browser("cliente"), await scene.browser("reforma")
    await fornecedor.asks("join_chat", chat_id=1)
    if number == signal.SIGKILL:
        site.stop(number)
    else:
        site.send(number)
    assert await refused(scene, scene.keys["pintura"]) == 4010
    assert await refused(scene, "x" * 32) == 4010
    await asyncio.gather(*(refused(scene, key) for key in ("y" * 32, "z" * 32)))
    assert (await scene.get("/chat/", "cliente")).code == 200
    assert (await scene.get("/chat/", "pintura")).code == 503
    await scene.room(chat_id="2")  # the site's own call needs no answer of the site
    await cliente.says("Ainda aqui", in_room=1)
    await fornecedor.hears("new_message", conteudo="Ainda aqui")
    if number == signal.SIGKILL:
        await asyncio.to_thread(site.start)
    else:
        site.send(signal.SIGCONT)
    await scene.browser("pintura")
    assert await refused(scene, "x" * 32) == 4401
    assert not cliente.closed.is_set()
    assert not fornecedor.closed.is_set()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_with_a_wrong_token_nobody_is_a_nobody(start: Start, site: ServedSite) -> None:
    with contextlib.closing(Ask(site.url, "w" * 40)) as ask:
        scene = await start(identity=ask, **ASKED)
        await login(scene, site, "cliente")
        assert await refused(scene, scene.keys["cliente"]) == 4010
        assert (await scene.get("/chat/", "cliente")).code == 503


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_token_of_the_site_s_own_is_its_person(asked: Any, site: ServedSite) -> None:
    from rest_framework_simplejwt.tokens import AccessToken, RefreshToken  # noqa: PLC0415 - Django is set up

    scene = await asked()
    await login(scene, site, "cliente")
    claims = {"user_id": scene.ids["cliente"]}
    access, refresh = AccessToken(), RefreshToken()
    for token in (access, refresh):
        token.payload.update(claims)
    found = await scene.worker.chat.sessions.identify(Credential("token", str(access)))
    assert found is not None
    assert (found.user_id, found.expires_at) == (scene.ids["cliente"], float(access["exp"]))
    assert await scene.worker.chat.sessions.identify(Credential("token", str(refresh))) is None


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("site", [WSGI], ids=["wsgi"], indirect=True)
async def test_a_long_batch_of_the_longest_keys_is_answered(asking: Ask, site: ServedSite) -> None:
    found = await asking.identify([Credential("session", f"{n:04}" + '"' * 4092) for n in range(250)])
    assert found == [None] * 250


@pytest.mark.parametrize("site", [WSGI], ids=["wsgi"], indirect=True)
def test_a_worker_that_asks_runs_without_django(site: ServedSite, tmp_path: Path) -> None:
    code = "import sys, app; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    server = Server(
        tmp_path,
        PROSA_DEMO="0",
        PROSA_SITE_URL=site.url,
        PROSA_SITE_TOKEN=site.token,
        PROSA_LOGIN_URL="/entrar/",
        PROSA_API_KEYS='{"test": "a-key-of-the-tests-of-at-least-32-bytes"}',
    )
    server.start()
    try:
        jar, browser = new_browser()
        log_in(browser, site.url, "cliente")
        key = next(cookie.value for cookie in jar if cookie.name == "sessionid")
        request = urllib.request.Request(  # noqa: S310 - http, ours
            f"{server.url}/chat/", headers={"Cookie": f"sessionid={key}"}
        )
        assert "Conversas" in new_browser()[1].open(request, timeout=10).read().decode()
    finally:
        server.stop()
