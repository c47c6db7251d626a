"""No form with a file in it, however it is framed, is a fault of ours or leaves anything behind."""

import asyncio
import logging
import random

import pytest

from tests.attacks.test_values import is_calm
from tests.files import PDF, picture
from tests.journeys.scene import Start
from tests.journeys.uploading import BOUNDARY, Sender, code_of, form_of, left, until_left

SECONDS = 180
CASES = 60
ANSWERS = {201, 303, 400, 403, 404, 409, 413, 415, 422, 429}
PIECES = [
    b"\r\n",
    b"--",
    f"--{BOUNDARY}".encode(),
    f"--{BOUNDARY}--\r\n".encode(),
    b'Content-Disposition: form-data; name="arquivo"; filename="x.png"\r\n\r\n',
    b'Content-Disposition: form-data; name="arquivo"; filename="../../x"; filename*=utf-8\'\'%00%2e\r\n\r\n',
    b'Content-Disposition: form-data; name="_xsrf"\r\n\r\n',
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Length: 999999999\r\n",
    b"X: " + b"y" * 5_000 + b"\r\n",
    b"\x00\xff\xfe",
]
KINDS = [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary="',
    "multipart/form-data; boundary=" + "x" * 500,
    "multipart/form-data; boundary=\xe9",
    f"multipart/form-data; boundary={BOUNDARY}; boundary=y",
]


def mutated(chance: random.Random, body: bytes) -> bytes:
    """The same form with a piece of another one in it, without a stretch of it, or said twice."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        match chance.randrange(3):
            case 0:
                body = body[:at] + chance.choice(PIECES) + body[at:]
            case 1:
                body = body[:at] + body[end:]
            case _:
                body = body[:end] + body[at:]
    return body


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_frame_of_a_form_is_a_fault_or_leaves_anything(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    scene = await start(sends="1000000 per second", uploads="1000000 per second")
    await scene.room()
    sender, chance = await Sender.open(scene), random.Random(7)
    token = ("_xsrf", None, sender.xsrf.encode())
    good = form_of(token, ("conteudo", None, "Olá".encode()), ("arquivo", "x.png", picture()))
    with caplog.at_level(logging.ERROR):
        for case in range(CASES):
            path = ("/chat/1/anexos/", "/chat/1/enviar/")[case % 2]
            answer = await sender.posts(path, mutated(chance, good))
            assert answer.code in ANSWERS, (case, answer.body)
        for kind in KINDS:
            refused = await sender.posts("/chat/1/anexos/", good, **{"Content-Type": kind})
            assert refused.code in {400, 403}, kind
    assert is_calm(caplog)
    stored = await left(scene)
    files = stored.get("files", 0)
    await until_left(scene, {"files": files, "chunks": stored.get("chunks", 0)} if files else {})


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_form_of_too_much_is_refused_by_name(start: Start) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    token = ("_xsrf", None, sender.xsrf.encode())
    for parts, refusal in (
        ([token] + [("campo", None, b"x")] * 20, (413, "too_large")),
        ([token, ("conteudo", None, b"x" * 100_000)], (413, "too_large")),
        ([token, ("arquivo", "a.pdf", PDF), ("arquivo", "b.pdf", PDF)], (400, "malformed")),
        ([("arquivo", "a.pdf", PDF), token], (403, "stale_form")),
        ([token], (400, "malformed")),
    ):
        assert code_of(await sender.posts("/chat/1/anexos/", form_of(*parts))) == refusal
    await until_left(scene, {})


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("length", ["9" * 30, "9" * 5_000, "0" * 5_000 + "9", "-1", "1e3", "0x9"])
async def test_a_length_that_is_none_is_no_fault(
    start: Start, caplog: pytest.LogCaptureFixture, length: str
) -> None:
    scene = await start()
    await scene.room()
    sender = await Sender.open(scene)
    for path in ("/chat/1/anexos/", "/chat/1/enviar/"):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(scene.url.rpartition(":")[2]))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {scene.url[7:]}\r\nCookie: {sender.cookies}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
        )
        writer.write(head.encode())
        async with asyncio.timeout(SECONDS):
            assert (await reader.readline()).split()[1] in {b"400", b"413"}
        writer.close()
    assert is_calm(caplog)


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_file_for_a_room_of_others_is_answered_as_one_for_none(start: Start) -> None:
    scene = await start()
    await scene.room()
    await scene.room("de-outros", members=("pintura", "reforma"))
    sender = await Sender.open(scene)
    answers = [await sender.uploads(PDF, "a.pdf", chat_id) for chat_id in ("de-outros", "nenhuma")]
    assert answers[0].body == answers[1].body
    assert code_of(answers[0]) == (404, "not_found")
    await until_left(scene, {})
