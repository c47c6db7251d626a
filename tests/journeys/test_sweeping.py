"""What nobody goes on with is cleaned up, and what is in a message stays for as long as it does."""

import asyncio

import pytest

from tests import files
from tests.journeys.scene import Scene, Start
from tests.journeys.uploading import (
    CHUNK_BYTES,
    Sender,
    announced,
    chunked,
    left,
    sends_file,
    uploaded,
)

SECONDS = 60
PHOTO = files.noise((150, 150))  # four chunks
BIG = files.PDF.replace(b"\ntrailer", b"\n" + b"%" * 3_000_000 + b"\ntrailer")


async def swept(*scenes: Scene) -> list[tuple[int, int]]:
    """What each of the workers has cleaned up, all at once."""
    return await asyncio.gather(*(scene.worker.chat.attachments.sweep() for scene in scenes))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_nobody_goes_on_with_is_cleaned_up_by_any_worker(start: Start) -> None:
    scenes = [await start(upload_seconds=0.001, unsent_seconds=0.001) for _ in range(2)]
    await scenes[0].room()
    cliente = await scenes[0].browser("cliente")
    sent = await uploaded(cliente, PHOTO, "a.png")
    await sends_file(cliente, sent)
    await uploaded(cliente, PHOTO, "b.png")
    began = await cliente.asks("upload_start", **announced(PHOTO, "c.png"))
    await chunked(cliente, began["upload_id"], PHOTO, end=CHUNK_BYTES)
    both = await swept(*scenes)
    assert sum(removed for _, removed in both) == 1
    assert sum(uploads for uploads, _ in both) == 1
    assert await left(scenes[0]) == {"files": 2, "chunks": 2}
    assert (await (await Sender.open(scenes[0])).gets(sent["url"])).code == 200
    assert await swept(*scenes) == [(0, 0), (0, 0)]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_whose_message_is_stored_stays_though_nobody_has_noted_it(start: Start) -> None:
    scene = await start(unsent_seconds=0.001)
    await scene.room()
    cliente = await scene.browser("cliente")
    attachment = await uploaded(cliente, PHOTO)
    await sends_file(cliente, attachment)
    as_killed = {"$set": {"metadata.is_unsent": True, "metadata.seq": None}}
    await scene.worker.database.files.update_one({"_id": attachment["id"]}, as_killed)
    assert (await (await Sender.open(scene, "reforma")).gets(attachment["url"])).code == 200
    await scene.worker.database.files.update_one({"_id": attachment["id"]}, as_killed)
    assert await swept(scene) == [(0, 0)]
    assert await left(scene) == {"files": 2, "chunks": 2}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_nobody_has_the_file_of_a_deleted_message(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente = await scene.browser("cliente")
    attachment = await uploaded(cliente, PHOTO)
    ack = await sends_file(cliente, attachment, "Veja")
    await cliente.asks("delete_message", chat_id="1", target=ack["seq"])
    for username in ("cliente", "reforma"):
        sender = await Sender.open(scene, username)
        assert (await sender.gets(attachment["url"])).code == 404
        assert (await sender.gets(attachment["thumbnail_url"])).code == 404
        assert attachment["id"] not in (await scene.get("/chat/1/", username)).body.decode()
