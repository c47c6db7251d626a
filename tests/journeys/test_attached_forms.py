"""A page without scripts sends files, and nobody else does in its name."""

import pytest

from tests import files
from tests.journeys.scene import Start
from tests.journeys.uploading import Sender, code_of, form_of, left, until_left

SECONDS = 60
OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_page_without_scripts_uploads_and_sends_in_one_form(start: Start) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    for _ in range(2):  # sent twice, it is there once
        response = await sender.sends(files.PDF, "orçamento.pdf", "Segue")
        assert (response.code, response.headers["Location"]) == (303, "/chat/1/")
    [entry] = await scene.log()
    assert (entry.kind, entry.conteudo) == ("attachment", "Segue")
    assert entry.attachment is not None
    assert entry.attachment.name == "orçamento.pdf"
    page = (await scene.get("/chat/1/", "reforma")).body.decode()
    assert f"/chat/1/anexos/{entry.attachment.id}/" in page
    await until_left(scene, {"files": 1, "chunks": 1})
    other_file = await sender.sends(files.TEXT, "lista.txt", "Segue")
    assert other_file.code == 409


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_without_a_file_sends_its_text(start: Start) -> None:
    scene = await start()
    await scene.room()
    assert (await (await Sender.open(scene)).sends(b"", "", "Olá")).code == 303
    assert [(entry.kind, entry.conteudo) for entry in await scene.log()] == [("text", "Olá")]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_refused_form_keeps_its_text_and_its_file(start: Start) -> None:
    scene = await start(sends="1 per minute")
    await scene.room()
    sender = await Sender.open(scene)
    refused = await sender.sends(files.SVG, "a.svg", "Meu texto")
    assert refused.code == 415
    assert "Meu texto" in refused.body.decode()
    assert (await sender.sends(b"", "", "Olá")).code == 303
    sender.client_id = "outro"
    limited = await sender.sends(files.PDF, "nota.pdf", "Segue")
    assert limited.code == 429
    page = limited.body.decode()
    assert 'name="attachment_id"' in page
    assert "nota.pdf" in page
    assert sender.client_id in page


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_that_is_refused_before_it_comes_keeps_its_text_too(start: Start) -> None:
    scene = await start(attachment_bytes=300_000)
    await scene.room()
    sender = await Sender.open(scene)
    refused = [await sender.sends(b"x" * 700_000, "vídeo.mp4", "Segue <o> vídeo")]
    sender.cookies = sender.cookies.partition("; ")[2]  # the session has ended
    refused += [
        await sender.sends(data, name, "Segue <o> vídeo") for data, name in ((b"", ""), (files.PDF, "a.pdf"))
    ]
    assert [answer.code for answer in refused] == [413, 401, 401]
    for answer in refused:
        page = answer.body.decode()
        assert "Segue &lt;o&gt; vídeo</textarea>" in page
        assert sender.client_id in page
    body = form_of(("conteudo", None, b"Alheio"))
    evil = await sender.posts("/chat/1/enviar/", body, Origin="https://evil.example")
    assert evil.code == 403
    assert "Alheio" not in evil.body.decode()
    assert await left(scene) == {}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_foreign_page_uploads_nothing(start: Start) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    body = form_of(("arquivo", "a.png", files.picture()))
    for headers in ({}, {"X-XSRFToken": "x"}, {"X-XSRFToken": sender.xsrf, "Origin": "https://evil.example"}):
        assert (await sender.posts("/chat/1/anexos/", body, **headers)).code == 403
    late = form_of(("arquivo", "a.png", files.picture()), ("_xsrf", None, sender.xsrf.encode()))
    assert (await sender.posts("/chat/1/enviar/", late)).code == 403
    assert await left(scene) == {}


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_may_not_write_uploads_nothing(start: Start) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    stranger = await Sender.open(scene, "cliente")
    await scene.room("3", members=("reforma", "pintura"))
    assert code_of(await stranger.uploads(files.picture(), chat_id="3")) == (404, "not_found")
    await scene.room(can_write=False, reason="Anúncio finalizado")
    assert code_of(await sender.uploads(files.picture())) == (403, "read_only")
    assert await left(scene) == {}
