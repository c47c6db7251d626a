"""A person's files are in what is kept of them, and go when what they have said goes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from prosa.storage.database import Database
from prosa.storage.deletions import Deletions
from prosa.storage.retention import Retention
from tests import files
from tests.browser import Browser
from tests.journeys.scene import Scene, Start
from tests.journeys.uploading import Sender, announced, chunked, left, sends_file, uploaded

SECONDS = 60
PHOTO = files.picture(size=(300, 200))
NOTHING: dict[str, int] = {}


async def a_talk(scene: Scene) -> tuple[Browser, dict[str, Any]]:
    """The cliente has sent a photo, keeps another one unsent, and a third is on its way."""
    await scene.room()
    cliente = await scene.browser("cliente")
    sent = await uploaded(cliente, PHOTO, "minha casa.png")
    await sends_file(cliente, sent, "Veja")
    await uploaded(cliente, PHOTO, "outra.png")
    began = await cliente.asks("upload_start", **announced(PHOTO, "terceira.png"))
    await chunked(cliente, began["upload_id"], PHOTO, end=1)
    return cliente, sent


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_names_the_files(start: Start) -> None:
    scene = await start()
    _, sent = await a_talk(scene)
    answer = await scene.api("GET", f"/people/{scene.ids['cliente']}/export")
    [message] = msgspec.json.decode(answer.body)["rooms"][0]["messages"]
    assert message["attachment"] == {name: sent[name] for name in ("id", "name", "type", "size_bytes", "url")}
    page = await scene.api("GET", f"/people/{scene.ids['cliente']}/export", accept="text/html")
    assert sent["url"] in page.body.decode()
    assert "minha casa.png" in page.body.decode()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_erased_leaves_the_files_of_their_messages_and_no_others(start: Start) -> None:
    scene = await start(unsent_seconds=0.001)
    _, sent = await a_talk(scene)
    owner = scene.ids["cliente"]
    await scene.api("POST", f"/people/{owner}/erase", {"texts": "keep"})
    assert await left(scene) == {"files": 2, "chunks": 2}
    assert (await (await Sender.open(scene, "reforma")).gets(sent["url"])).code == 200
    assert await scene.worker.chat.attachments.sweep() == (0, 0)
    assert await left(scene) == {"files": 2, "chunks": 2}
    assert not await scene.worker.database.files.count_documents({"metadata.owner_id": owner})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_is_erased_with_their_words_leaves_no_file(start: Start) -> None:
    scene = await start()
    _, sent = await a_talk(scene)
    await scene.api("POST", f"/people/{scene.ids['cliente']}/erase", {"texts": "blank"})
    assert await left(scene) == NOTHING
    assert (await (await Sender.open(scene, "reforma")).gets(sent["url"])).code == 404
    [entry] = await scene.log()
    assert (entry.attachment, entry.conteudo) == (None, "Mensagem removida")


async def retained(database: Database) -> None:
    retention = Retention(database)
    async for expired in retention.expired(datetime.now(UTC) + timedelta(days=1)):
        await retention.remove(expired)


@pytest.mark.parametrize("is_newest", [True, False])
@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_too_old_goes_with_its_files(start: Start, is_newest: bool) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    sent = await uploaded(cliente, PHOTO)
    await sends_file(cliente, sent)
    if not is_newest:
        await cliente.says("Depois", in_room=1)
    await retained(scene.worker.database)
    assert await left(scene) == NOTHING
    assert (await (await Sender.open(scene)).gets(sent["url"])).code == 404


@pytest.mark.gen_test(timeout=SECONDS)
async def test_the_file_of_a_deleted_message_goes_with_its_text(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    ack = await sends_file(cliente, await uploaded(cliente, PHOTO), "Ops")
    await cliente.asks("delete_message", chat_id="1", target=ack["seq"])
    assert await left(scene) == {"files": 2, "chunks": 2}
    deletions = Deletions(scene.worker.database)
    async for chat_id, targets in deletions.before(datetime.now(UTC) + timedelta(days=1)):
        await deletions.blank(chat_id, targets)
    assert await left(scene) == NOTHING
    assert (await scene.log())[0].attachment is None
