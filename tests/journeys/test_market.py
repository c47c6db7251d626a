"""A public marketplace with settings, one line of middleware and the package; Prosa knows nothing of it.

Django in one process, Prosa in another, PostgreSQL; people by e-mail, sessions of the site's own kind.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator

import pytest

from doctor.visitor import Visitor
from tests.browser import Browser, Refused
from tests.postgres import Postgres, program
from tests.server import Server
from tests.sites.public import PASSWORD, Marketplace, Visit

SECONDS = 120
COOKIE = "indica_session"
AT_ONCE_SECONDS = 5.0
"""Far below the minute after which Prosa would have asked again; a second, where the machine is idle."""
PEOPLE = f"""
for who, supplier in (("ana", False), ("reforma", True), ("rui", False)):
    named = {{"first_name": who.title(), "is_supplier": supplier}}
    User.objects.create_user(f"{{who}}@example.org", "{PASSWORD}", **named)
ana, reforma = (User.objects.get(email=f"{{who}}@example.org") for who in ("ana", "reforma"))
need = Need.objects.create(client=ana, title="Reforma do banheiro")
print(ChatRoom.objects.create(necessidade=need, cliente=ana, fornecedor=reforma).pk)
"""
PAST = """
from datetime import timedelta
from django.utils import timezone
room = ChatRoom.objects.create(necessidade=Need.objects.get(), cliente_id=2, fornecedor_id=1)
gone = User.objects.create_user("gone@example.org", "x", first_name="Quem", last_name="Saiu", is_active=False)
began = timezone.now() - timedelta(days=400)
ChatMessage.objects.bulk_create(
    ChatMessage(chat_room=room, remetente_id=(1, 2, gone.pk)[n % 3], conteudo=f"Mensagem {n} – çã",
                data_envio=began + timedelta(seconds=n // 2, microseconds=n), lida=n < 900)
    for n in range(1201))
print(room.pk)
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """The site's database."""
    if program("initdb") is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    with Postgres("market") as running:
        yield running


@pytest.fixture(scope="module")
def prosa(mongod: str, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A worker that has not been started yet."""
    return Server(
        tmp_path_factory.mktemp("prosa"),
        PROSA_DEMO="0",
        PROSA_MONGODB_URI=mongod,
        PROSA_MONGODB_DATABASE=f"m_{uuid.uuid4().hex}",
        PROSA_SESSION_COOKIE=COOKIE,
        PROSA_LOGIN_URL="/contas/entrar/",
    )


@pytest.fixture(scope="module")
def site(
    postgres: Postgres, prosa: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Marketplace]:
    """The marketplace, with three people and a room, beside Prosa."""
    market = Marketplace(tmp_path_factory.mktemp("market"), postgres.host, prosa.url)
    prosa.also(
        PROSA_SITE_URL=market.url,
        PROSA_SITE_TOKEN=market.token,
        PROSA_API_KEYS=json.dumps({"site": market.key}),
    )
    try:
        prosa.start()
        market.start()
        assert market.does(PEOPLE).split()[-1] == "1"
        yield market
    finally:
        market.stop()
        prosa.stop()


async def tab(prosa: Server, key: str) -> Browser:
    """Somebody's tab, greeted."""
    browser = await Browser.open(prosa.url, key, cookie_name=COOKIE)
    await browser.hears("welcome")
    return browser


async def refused(prosa: Server, key: str) -> int | None:
    """With which code a newcomer is sent away."""
    return await (await Browser.open(prosa.url, key, cookie_name=COOKIE)).is_closed()


def page(prosa: Server, key: str, path: str = "/chat/1/") -> tuple[int, str]:
    """The status of a page, and where it leads."""
    reply = Visitor(prosa.url).ask(path, headers={"Cookie": f"{COOKIE}={key}"})
    return reply.status, reply.header("Location")


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_logs_in_there_talks_here_and_who_logs_out_there_is_out_here(
    site: Marketplace, prosa: Server
) -> None:
    ana, reforma = Visit(site), Visit(site)
    key = await asyncio.to_thread(ana.logs_in, "ana@example.org")
    cliente = await tab(prosa, key)
    fornecedor = await tab(prosa, await asyncio.to_thread(reforma.logs_in, "reforma@example.org"))
    for browser in (cliente, fornecedor):
        room = (await browser.asks("join_chat", chat_id=1))["room"]
    assert [(member["name"], member["role"]) for member in room["members"]] == [
        ("Ana", "cliente"),
        ("Reforma", "fornecedor"),
    ]
    await cliente.says("Olá", in_room=1)
    assert (await fornecedor.hears("new_message"))["remetente"] == "Ana"
    assert (await asyncio.to_thread(page, prosa, key))[0] == 200
    await asyncio.to_thread(ana.logs_out)
    began = time.monotonic()
    assert await cliente.is_closed() == 4401
    assert time.monotonic() - began < AT_ONCE_SECONDS
    assert await refused(prosa, key) == 4401
    status, where = await asyncio.to_thread(page, prosa, key)
    assert (status, where.startswith("/contas/entrar/?next=")) == (302, True)
    assert not fornecedor.closed.is_set()
    await fornecedor.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_no_member_is_told_what_is_told_of_no_room(site: Marketplace, prosa: Server) -> None:
    rui = await tab(prosa, await asyncio.to_thread(Visit(site).logs_in, "rui@example.org"))
    for chat_id in (1, 404):
        with pytest.raises(Refused, match="not_found"):
            await rui.asks("join_chat", chat_id=chat_id)
    await rui.leaves()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_apps_access_token_is_its_person_and_its_refresh_token_nobody(
    site: Marketplace, prosa: Server
) -> None:
    tokens = await asyncio.to_thread(Visit(site).tokens, "ana@example.org")
    app = await Browser.open(prosa.url, None)
    assert "expires_at" in await app.asks("authenticate", token=tokens["access"])
    assert (await app.hears("welcome"))["user"] == "Ana"
    await app.asks("join_chat", chat_id=1)
    await app.leaves()
    other = await Browser.open(prosa.url, None)
    other.writes(json.dumps({"event": "authenticate", "data": {"token": tokens["refresh"]}}))
    assert await other.is_closed() == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_a_command_of_the_site_changes_is_known_here_when_it_has_ended(
    site: Marketplace, prosa: Server
) -> None:
    visit = Visit(site)
    reforma = await tab(prosa, await asyncio.to_thread(visit.logs_in, "reforma@example.org"))
    await reforma.asks("join_chat", chat_id=1)
    await asyncio.to_thread(site.does, "need = Need.objects.get(); need.status = 'finalizado'; need.save()")
    assert (await reforma.hears("room_updated"))["room"]["reason"] == "Este atendimento foi finalizado."
    with pytest.raises(Refused, match="read_only"):
        await reforma.says("E agora?", in_room=1)
    # An UPDATE tells nobody: that is what prosa_sync is for.
    await asyncio.to_thread(site.does, "Need.objects.update(status='em_disputa')")
    assert "told 1, pending 0" in await asyncio.to_thread(site.manage, "prosa_sync", "--all")
    assert (await reforma.hears("room_updated"))["room"]["can_write"] is True
    # As the admin does it, by the proxy model of those who offer something.
    gone = "who = Supplier.objects.get(email='reforma@example.org'); who.is_active = False; who.save()"
    await asyncio.to_thread(site.does, gone)
    began = time.monotonic()
    assert await reforma.is_closed() == 4401
    assert time.monotonic() - began < AT_ONCE_SECONDS
    assert await refused(prosa, visit.cookies[COOKIE]) == 4401


@pytest.mark.gen_test(timeout=SECONDS)
async def test_its_old_chat_is_here_and_may_be_brought_again(site: Marketplace, prosa: Server) -> None:
    room = (await asyncio.to_thread(site.does, PAST)).split()[-1]
    for _ in range(2):
        report = await asyncio.to_thread(site.manage, "import_chats", room)
        line = next(line for line in report.splitlines() if line.startswith(f"{room}\t"))
        assert line.split("\t")[1] == "1201 messages"
        assert line.endswith("\tok")
    ana = await tab(prosa, await asyncio.to_thread(Visit(site).logs_in, "ana@example.org"))
    joined = await ana.asks("join_chat", chat_id=room)
    assert [entry["conteudo"] for entry in joined["messages"][-2:]] == [
        "Mensagem 1199 – çã",
        "Mensagem 1200 – çã",
    ]
    assert {entry["remetente"] for entry in joined["messages"]} == {"Ana", "Reforma", "Quem Saiu"}
    assert {cursor["read_seq"] for cursor in joined["cursors"]} == {900, 901}
    await ana.leaves()


def test_the_site_s_own_check_finds_nothing_to_mend(site: Marketplace) -> None:
    assert "no issues" in site.manage("check")
    assert "No changes" in site.manage("makemigrations", "--check", "prosa_django")
