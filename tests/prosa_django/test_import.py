"""The conversations of the chat that was here before are in Prosa: each message once, in order, compared."""

import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import override_settings
from tornado.ioloop import IOLoop

import app
from environ import load
from prosa.identity.direct import Direct
from prosa.storage.database import Database
from tests import files
from tests.journeys.scene import Scene
from tests.ports import free_port
from tests.sites.site import KEYS

ROOMS = """CREATE TABLE chat_chatroom (id integer PRIMARY KEY, criado_em datetime, ativo bool NOT NULL,
 cliente_id bigint NOT NULL, fornecedor_id bigint NOT NULL, necessidade_id bigint NOT NULL)"""
MESSAGES = """CREATE TABLE chat_chatmessage (id integer PRIMARY KEY, conteudo text NOT NULL,
 data_envio datetime NOT NULL, lida bool NOT NULL, editada bool NOT NULL, data_edicao datetime NULL,
 arquivo_anexo varchar(100) NULL, tipo_arquivo varchar(20), chat_room_id bigint NOT NULL,
 remetente_id bigint NOT NULL)"""
CLIENTE, REFORMA, EQUIPE = 1, 2, 4
CPU_SECONDS = 20
"""In order at once, the marks take a hundredth of one; one swap at a time, a minute."""


def said(
    room: int, author: int, text: str, minute: float, *, lida: bool = True, file: str | None = ""
) -> None:
    """A row of the old chat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_chatmessage (conteudo, data_envio, lida, editada, arquivo_anexo, chat_room_id,"
            " remetente_id) VALUES (%s, datetime('2025-03-01 12:00:00', %s), %s, false, %s, %s, %s)",
            [text, f"{minute:+} minutes", lida, file, room, author],
        )


@pytest.fixture
def old(site: None) -> Iterator[None]:
    """Two rooms of the old chat: one that the site describes, one that it has forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(ROOMS)
        cursor.execute(MESSAGES)
        cursor.execute("INSERT INTO chat_chatroom VALUES (1, '2025-03-01', true, 1, 2, 1)")
        cursor.execute("INSERT INTO chat_chatroom VALUES (900, '2025-03-01', false, 1, 2, 9)")
        cursor.execute("INSERT INTO chat_chatroom VALUES (901, '2025-03-01', true, 1, 2, 9)")
    said(1, REFORMA, "Olá! Estou interessado em conversar sobre 'Reforma'.", 0)
    said(1, CLIENTE, "Cafe\u0301 às 9h?\r\nPode ser.", 1)
    said(1, REFORMA, "[Arquivo: planta.pdf]", 3, file="chat_anexos/2025/03/01/planta_GqL8WVN.pdf")
    said(1, REFORMA, "Esta foi escrita antes da anterior", 2)
    said(1, REFORMA, "Veja a foto", 4, lida=False, file="chat_anexos/2025/03/01/foto_x.png")
    said(1, REFORMA, "Lida, mas depois de uma que não foi", 5)
    said(1, EQUIPE, "De quem não é da conversa", 6, file=None)
    said(900, CLIENTE, "longa " * 600, 0, lida=False)
    for n in range(1203):
        said(900, (CLIENTE, REFORMA)[n % 2], f"Mensagem {n}", 1 + n / 100)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE chat_chatroom")
        cursor.execute("DROP TABLE chat_chatmessage")


class Beside:
    """A worker in a thread of its own, so that a command of the site can call it and wait."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._database = f"i_{uuid4().hex}"
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._started.wait(30)

    def _run(self) -> None:
        self._loop = IOLoop(make_current=False)
        self._loop.run_sync(self._serve)
        self._started.set()
        self._loop.start()
        self._loop.run_sync(self._end)
        self._loop.close()

    async def _serve(self) -> None:
        environ = {
            "PROSA_PORT": str(port := free_port()),
            "PROSA_ADDRESS": "127.0.0.1",
            "PROSA_MONGODB_DATABASE": self._database,
            "PROSA_API_KEYS": f'{{"test": "{KEYS["test"]}"}}',
        }
        self._identity = Direct(threads=1)
        self.scene = Scene(await app.start(load(environ), self._uri, self._identity, []), port)

    async def _end(self) -> None:
        await self.scene.close()
        opened = await Database.open(self._uri, self._database)
        await opened.drop()
        await opened.close()
        self._identity.close()

    def asks(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """What a coroutine of the worker's own loop returns."""
        answered, answer = threading.Event(), []

        async def ask() -> None:
            try:
                answer.append(await question())
            finally:
                answered.set()

        self._loop.add_callback(ask)
        assert answered.wait(30)
        return answer[0]

    def close(self) -> None:
        """The worker has ended, and its data is gone."""
        self._loop.add_callback(self._loop.stop)
        self._thread.join()


@pytest.fixture
def beside(old: None, mongod: str) -> Iterator[Beside]:
    """Prosa, which the site's settings name."""
    worker = Beside(mongod)
    kid, key = next(iter(KEYS.items()))
    with override_settings(PROSA_URL=worker.scene.url, PROSA_KID=kid, PROSA_KEY=key):
        yield worker
    worker.close()


def lines(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """The line of each room in the command's report."""
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    return {row[0]: row[1:] for row in rows}


def test_every_message_is_there_once_in_its_order_and_read_as_far_as_it_was(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        call_command("import_chats")
        report = lines(capsys)
        assert {room: row[-1] for room, row in report.items()} == {"1": "ok", "900": "ok", "901": "ok"}
        assert [row[0] for row in report.values()] == ["7 messages", "1204 messages", "0 messages"]
    log = beside.asks(beside.scene.log)
    assert [entry.conteudo for entry in log] == [
        "Olá! Estou interessado em conversar sobre 'Reforma'.",
        "Café às 9h?\nPode ser.",
        "Esta foi escrita antes da anterior",
        "[Arquivo: planta.pdf]",
        "Veja a foto\n[Arquivo: foto_x.png]",
        "Lida, mas depois de uma que não foi",
        "De quem não é da conversa",
    ]
    assert [entry.author_id for entry in log] == ["2", "1", "2", "2", "2", "2", "4"]
    assert log[6].author_name == "Beatriz Santos"
    assert log[0].sent_at.isoformat() == "2025-03-01T12:00:00+00:00"
    assert len(beside.asks(lambda: beside.scene.log("900"))[0].conteudo) == 3599
    found = beside.asks(lambda: beside.scene.worker.chat.rooms.list("1", since=None, limit=10))
    rooms = {summary.room.chat_id: summary for summary in found[0]}
    assert rooms["1"].room.title == "Reforma do banheiro"
    assert rooms["1"].unread == 3
    assert (rooms["900"].room.can_write, rooms["900"].room.reason) == (False, "Esta conversa foi arquivada.")
    assert rooms["900"].unread == 0


def test_files_come_along_with_their_messages(
    beside: Beside, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "chat_anexos" / "2025" / "03" / "01"
    folder.mkdir(parents=True)
    (folder / "planta_GqL8WVN.pdf").write_bytes(files.PDF)
    (folder / "foto_x.png").write_bytes(files.HTML)  # stored as an image, by its name
    said(1, CLIENTE, "Com a foto", 7, file="chat_anexos/2025/03/01/evil.png.html")
    (folder / "evil.png.html").write_bytes(files.picture())
    said(1, CLIENTE, "", 8, file="../../etc/passwd")
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        for _ in range(2):
            call_command("import_chats", "1")
            told = capsys.readouterr()
            assert "9 messages; 4 files, 2 of them copied" in told.out
            assert "\tok" in told.out
            assert "foto_x.png is not taken (unsupported_type)" in told.err
            assert "passwd cannot be read" in told.err
    log = beside.asks(beside.scene.log)
    assert [(entry.conteudo, entry.attachment.name) for entry in log if entry.attachment] == [
        ("", "planta.pdf"),
        ("Com a foto", "evil.png"),
    ]
    assert log[4].conteudo == "Veja a foto\n[Arquivo: foto_x.png]"
    assert log[8].conteudo == "[Arquivo: passwd]"

    async def served() -> bytes:
        attachment = log[3].attachment
        assert attachment is not None
        return (await beside.scene.get(f"/chat/1/anexos/{attachment.id}/planta.pdf", "reforma")).body

    assert beside.asks(served) == files.PDF


def test_a_dry_run_tells_prosa_nothing(beside: Beside, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_chats", "--dry-run")
    assert lines(capsys)["1"][-1] == "read"
    assert beside.asks(beside.scene.log) == ()


def test_what_is_missing_in_prosa_is_said_and_the_others_go_on(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_chats", "1")
    assert list(lines(capsys)) == ["1"]
    said(1, CLIENTE, "Escrita depois", 0.5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chat_chatmessage SET conteudo = 'Outra' WHERE id = 2")
    with pytest.raises(CommandError, match="1 rooms"):
        call_command("import_chats")
    report = lines(capsys)
    assert report["1"][-1].startswith("FAILED: Prosa answered 409")
    assert report["900"][-1] == "ok"


def test_a_late_message_is_found_by_the_comparison(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_chats", "1")
    said(1, CLIENTE, "De antes da primeira", -5)
    with pytest.raises(CommandError, match="1 rooms"):
        call_command("import_chats", "1")
    assert lines(capsys)["1"][-1].startswith("DIFFERS: 8 messages")


def test_a_row_that_makes_no_sense_fails_its_room_and_no_other(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chat_chatmessage SET data_envio = '0000-00-00 00:00:00' WHERE id = 7")
        cursor.execute("UPDATE chat_chatmessage SET data_envio = '' WHERE id = 9")
    said(901, CLIENTE, "Olá", 0)
    with pytest.raises(CommandError, match="2 rooms"):
        call_command("import_chats")
    report = lines(capsys)
    assert [report[room][-1].partition(":")[0] for room in ("1", "900", "901")] == ["FAILED", "FAILED", "ok"]


def test_a_room_that_the_site_cannot_describe_fails_alone(
    beside: Beside, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "prosa_django.outbox.describe", lambda chat_id: {}[chat_id] if chat_id == "1" else None
    )
    with pytest.raises(CommandError, match="1 rooms"):
        call_command("import_chats")
    report = lines(capsys)
    assert (report["1"][-1], report["900"][-1]) == ("FAILED: KeyError", "ok")


def test_nothing_that_people_typed_keeps_their_room_out(
    beside: Beside, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "planta.pdf").write_bytes(files.PDF)
    for minute in range(45):
        said(901, CLIENTE, "\U0001f600" * 11_000, minute)
    said(901, CLIENTE, "a" + "\u0301\u0316" * 100_000, 50)
    for text in ("[Arquivo: ]", "[Arquivo: " + "A" * 100_000 + "]"):
        said(901, CLIENTE, text, 60, file="planta.pdf")
    said(901, CLIENTE, "Oi", 70, file="planta\0.pdf")
    began = time.process_time()
    with override_settings(MEDIA_ROOT=str(tmp_path)):
        call_command("import_chats", "901")
    assert time.process_time() - began < CPU_SECONDS
    assert lines(capsys)["901"][-1] == "ok"
    files_there = [entry.attachment for entry in beside.asks(lambda: beside.scene.log("901"))]
    assert [file.name for file in files_there if file] == ["planta.pdf"] * 2


def test_an_author_whom_the_site_has_forgotten_is_kept(
    beside: Beside, capsys: pytest.CaptureFixture[str]
) -> None:
    said(901, 777, "Quem fui eu?", 0)
    call_command("import_chats", "901")
    assert lines(capsys)["901"][-1] == "ok"
    entry = beside.asks(lambda: beside.scene.log("901"))[0]
    assert (entry.author_id, entry.author_name) == ("777", "")


def test_other_tables_whose_keys_are_no_numbers(beside: Beside, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction.atomic(), override_settings(PROSA_ROOMS=""), connection.cursor() as cursor:
        cursor.execute("UPDATE chat_chatmessage SET chat_room_id = 'a-1' WHERE chat_room_id = 1")
        cursor.execute("CREATE VIEW sala AS SELECT 'a-1' id, 1 cliente_id, 2 fornecedor_id, 1 ativo")
        call_command("import_chats", rooms_table="sala")
        transaction.set_rollback(True)
    assert lines(capsys)["a-1"][0::2] == ["7 messages", "ok"]
