"""A person's files are in their export, and go where their words go."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from prosa.storage.deletions import Deletions
from prosa.storage.retention import Retention
from tests.browser import Browser
from tests.files import PDF, photograph
from tests.journeys.scene import Scene, Start
from tests.journeys.uploading import Sender, left, sends_file, uploaded

SECONDS = 60
PHOTO = photograph()
NAME = "quarto-da-ana.jpg"


async def given(scene: Scene) -> tuple[Browser, dict[str, str]]:
    """The cliente has sent a photograph with its thumbnail, and has a file that was never sent."""
    await scene.room()
    cliente = await scene.browser("cliente")
    attachment = await uploaded(cliente, PHOTO, NAME)
    await sends_file(cliente, attachment, "Veja")
    await uploaded(cliente, PDF, "rascunho.pdf")
    return cliente, attachment


async def gets(scene: Scene, url: str, username: str) -> int:
    return (await (await Sender.open(scene, username)).gets(url)).code


async def owners(scene: Scene) -> set[str]:
    """Whose the files are that the store holds, by whatever it says of them."""
    return {str(document) async for document in scene.worker.database.files.find()}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_export_names_the_files_and_where_they_are(start: Start) -> None:
    scene = await start()
    _, attachment = await given(scene)
    person = f"/people/{scene.ids['cliente']}/export"
    (message,) = json.loads((await scene.api("GET", person)).body)["rooms"][0]["messages"]
    assert (message["attachment"]["name"], message["attachment"]["url"]) == (NAME, attachment["url"])
    assert NAME in (await scene.api("GET", person, accept="text/html")).body.decode()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_erasure_leaves_the_other_the_files_and_nobody_whose_they_were(start: Start) -> None:
    scene = await start()
    _, attachment = await given(scene)
    user_id = scene.ids["cliente"]
    assert (await scene.api("POST", f"/people/{user_id}/erase", {"texts": "keep"})).code == 200
    assert (await left(scene))["files"] == 2  # the photograph and its thumbnail
    assert await gets(scene, attachment["url"], "reforma") == 200
    assert await gets(scene, attachment["thumbnail_url"], "reforma") == 200
    assert not [one for one in await owners(scene) if f"'owner_id': '{user_id}'" in one]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_erasure_that_blanks_leaves_no_file_at_all(start: Start) -> None:
    scene = await start()
    _, attachment = await given(scene)
    erased = await scene.api("POST", f"/people/{scene.ids['cliente']}/erase", {"texts": "blank"})
    assert erased.code == 200
    assert await left(scene) == {}
    for url in (attachment["url"], attachment["thumbnail_url"]):
        assert await gets(scene, url, "reforma") == 404
    assert NAME not in (await scene.get("/chat/1/", "reforma")).body.decode()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_is_kept_no_longer_takes_its_files_along(start: Start) -> None:
    scene = await start()
    cliente, attachment = await given(scene)
    await scene.worker.database.messages.update_many(
        {}, {"$set": {"sent_at": datetime.now(UTC) - timedelta(days=9)}}
    )
    await cliente.says("Recente", in_room=1)
    retention = Retention(scene.worker.database)
    async for expired in retention.expired(datetime.now(UTC) - timedelta(days=1)):
        await retention.remove(expired)
    assert (await left(scene))["files"] == 1  # the one that was never sent
    assert await gets(scene, attachment["url"], "cliente") == 404


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_was_deleted_loses_its_file_with_its_text(start: Start) -> None:
    scene = await start()
    cliente, attachment = await given(scene)
    await cliente.asks("delete_message", chat_id=1, target=1)
    deletions = Deletions(scene.worker.database)
    async for chat_id, targets in deletions.before(datetime.now(UTC) + timedelta(seconds=1)):
        await deletions.blank(chat_id, targets)
    assert (await left(scene))["files"] == 1
    assert await gets(scene, attachment["url"], "cliente") == 404
    assert NAME not in str([document async for document in scene.worker.database.messages.find()])
