"""A file goes into a message, once, and only those who are in the room can have it."""

import io

import pytest
from PIL import Image

from tests import files
from tests.browser import Refused
from tests.journeys.scene import Start
from tests.journeys.uploading import Sender, code_of, sends_file, until_left

SECONDS = 60
OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_photograph_reaches_the_other_side_with_its_thumbnail(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, reforma = await scene.browser("cliente"), await scene.browser("reforma")
    await reforma.asks("join_chat", chat_id="1")
    sender = await Sender.open(scene)
    attachment = await sender.attaches(files.photograph(orientation=6), "banheiro antes.jpg")
    assert attachment["name"] == "banheiro antes.jpg"
    assert (attachment["type"], attachment["width"], attachment["height"]) == ("image/jpeg", 40, 60)
    ack = await sends_file(cliente, attachment, "Antes")
    heard = await reforma.hears("new_message")
    assert heard["seq"] == ack["seq"] == 1
    assert (heard["kind"], heard["conteudo"], heard["attachment"]) == ("attachment", "Antes", attachment)
    other = await Sender.open(scene, "reforma")
    for url, kind in ((attachment["url"], "image/jpeg"), (attachment["thumbnail_url"], "image/jpeg")):
        response = await other.gets(url)
        assert (response.code, response.headers["Content-Type"]) == (200, kind)
        with Image.open(io.BytesIO(response.body)) as image:
            assert not dict(image.getexif())
            assert image.size == (40, 60)
    assert len((await other.gets(attachment["url"])).body) == attachment["size_bytes"]


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (files.picture("PNG"), "a.png", "image/png"),
        (files.moving("GIF"), "a.gif", "image/gif"),
        (files.picture("WEBP"), "a.webp", "image/webp"),
        (files.PDF, "a.pdf", "application/pdf"),
        (files.ole("WordDocument"), "a.doc", "application/msword"),
        (files.office(files.WORD), "a.docx", f"{OFFICE}.wordprocessingml.document"),
        (files.ole("Workbook"), "a.xls", "application/vnd.ms-excel"),
        (files.office(files.EXCEL), "a.xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        (files.TEXT, "a.txt", "text/plain"),
    ],
)  # fmt: skip
@pytest.mark.gen_test(timeout=SECONDS)
async def test_every_type_can_be_sent_and_had_again(start: Start, data: bytes, name: str, kind: str) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    attachment = await sender.attaches(data, name)
    assert (attachment["name"], attachment["type"]) == (name, kind)
    response = await sender.gets(attachment["url"])
    headers = response.headers
    is_image = kind.startswith("image/")
    assert headers["Content-Disposition"].startswith("inline;" if is_image else "attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"].startswith("private")
    assert is_image or response.body == data
    assert headers["Content-Type"] == ("text/plain; charset=utf-8" if kind == "text/plain" else kind)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (files.SVG, "a.svg"),
        (files.SVG, "a.png"),
        (files.HTML, "a.html"),
        (files.HTML, "a.txt"),
        (files.PDF + files.office(), "a.pdf"),
        (files.office(word__document_xml=bytes(64 * 1024 * 1024)), "a.docx"),
        (b"", "a.txt"),
        (files.picture()[:-40], "a.png"),
    ],
)
@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_hostile_file_is_refused_and_nothing_of_it_is_left(
    start: Start, data: bytes, name: str
) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    assert code_of(await sender.uploads(data, name)) == (415, "unsupported_type")
    await until_left(scene, {})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_bomb_is_too_large(start: Start) -> None:
    scene = await start()
    await scene.room()
    assert code_of(await (await Sender.open(scene)).uploads(files.bomb())) == (413, "too_large")
    await until_left(scene, {})


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("evil.png.html", "evil.png"),
        ("../../../etc/passwd", "passwd.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie_ x=1.png"),
        ("foto\u202egnp.exe", "fotognp.png"),
        ('"; filename="b.html', "_; filename=_b.png"),
        ("ã" * 300, "ã" * 96 + ".png"),
    ],
)
@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_hostile_name_is_made_safe(start: Start, name: str, safe: str) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    attachment = await sender.attaches(files.picture(), name)
    assert attachment["name"] == safe
    response = await sender.gets(attachment["url"])
    assert response.code == 200
    assert response.headers.get_list("Set-Cookie") == []
    said = response.headers["Content-Disposition"]
    assert said.count('"') == 2
    assert said.isascii()
    assert response.headers["Content-Type"] == "image/png"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_strangers_learn_nothing_of_a_file(start: Start) -> None:
    scene = await start()
    await scene.room()
    await scene.room("2", members=("cliente", "pintura"))
    cliente, sender = await scene.browser("cliente"), await Sender.open(scene)
    attachment = await sender.attaches(files.picture())
    stranger = await Sender.open(scene, "pintura", "2")
    other = await Sender.open(scene, "reforma")
    url, thumbnail = attachment["url"], attachment["thumbnail_url"]
    assert (await other.gets(url)).code == 404  # it has not been sent yet
    await sends_file(cliente, attachment)
    assert (await other.gets(url)).code == 200
    unknown = await stranger.gets(url.replace(attachment["id"], "0" * 32), Accept="application/json")
    for path in (url, thumbnail, url.replace("/chat/1/", "/chat/2/"), url.replace("/chat/1/", "/chat/77/")):
        for response in (
            await stranger.gets(path, Accept="application/json"),
            await scene.get(path, Accept="application/json"),
        ):
            assert response.code == unknown.code == 404
            assert response.body == unknown.body
            assert "Content-Disposition" not in response.headers


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_is_sent_once_by_its_owner_in_its_room(start: Start) -> None:
    scene = await start()
    await scene.room()
    await scene.room("2")
    cliente, reforma = await scene.browser("cliente"), await scene.browser("reforma")
    attachment = await (await Sender.open(scene)).attaches(files.picture())
    for browser, chat_id in ((reforma, "1"), (cliente, "2")):
        with pytest.raises(Refused) as caught:
            await sends_file(browser, attachment, chat_id=chat_id)
        assert caught.value.code == "not_found"
    first = await sends_file(cliente, attachment, client_id="um")
    again = await sends_file(cliente, attachment, client_id="um")
    assert (again["seq"], again["duplicate"]) == (first["seq"], True)
    for more in ({"client_id": "dois"}, {"client_id": "um", "conteudo": "outra"}):
        with pytest.raises(Refused) as caught:
            await sends_file(cliente, attachment, **more)
        assert caught.value.code == "conflict"
    with pytest.raises(Refused) as caught:
        await cliente.asks("send_message", chat_id="1", conteudo="", client_id="tres")
    assert caught.value.code == "empty"
    assert [entry.kind for entry in await scene.log()] == ["attachment"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_parts_of_a_file_are_served_and_what_is_known_is_not_sent_again(start: Start) -> None:
    scene = await start()
    await scene.room()
    data = files.PDF.replace(b"\ntrailer", b"\n" + b"%" * 600_000 + b"\ntrailer")
    sender = await Sender.open(scene)
    url = (await sender.attaches(data, "a.pdf"))["url"]
    size = len(data)
    whole = await sender.gets(url)
    assert whole.body == data
    assert whole.headers["Accept-Ranges"] == "bytes"
    for asked, start_, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=261119-261121", 261119, 261122),  # over the edge of a chunk
        ("bytes=500000-", 500000, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size + 5}", 5, size),
    ):
        part = await sender.gets(url, Range=asked)
        assert (part.code, part.body) == (206, data[start_:end])
        assert part.headers["Content-Range"] == f"bytes {start_}-{end - 1}/{size}"
    for asked in ("bytes=0-1,5-6", "bytes=9-3", "lines=1-2", "bytes=-"):
        assert (await sender.gets(url, Range=asked)).code == 200
    beyond = await sender.gets(url, Range=f"bytes={size}-")
    assert (beyond.code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    etag = whole.headers["Etag"]
    known = await sender.gets(url, **{"If-None-Match": etag})
    assert (known.code, known.body) == (304, b"")
    assert (await sender.gets(url, Range="bytes=0-0", **{"If-Range": etag})).code == 206
    assert (await sender.gets(url, Range="bytes=0-0", **{"If-Range": '"old"'})).code == 200


@pytest.mark.gen_test(timeout=SECONDS)
async def test_lists_and_notices_say_what_came(start: Start) -> None:
    scene = await start()
    await scene.room()
    cliente, reforma = await scene.browser("cliente"), await scene.browser("reforma")
    sender = await Sender.open(scene)
    for data, name, text, said in (
        (files.picture(), "foto.png", "", "Foto"),
        (files.PDF, "nota.pdf", "", "Documento: nota.pdf"),
        (files.PDF, "nota.pdf", "Segue a nota", "Segue a nota"),
    ):
        await sends_file(cliente, await sender.attaches(data, name), text)
        assert (await reforma.hears("new_notification"))["message_preview"] == said
        assert said in (await scene.get("/chat/", "reforma")).body.decode()
