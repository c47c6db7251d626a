"""Whatever answers in Prosa's place, the site gets one error that names it."""

import socket
import threading
from collections.abc import Iterator

import pytest

from prosa_django.client import Prosa, ProsaCallError

ANSWERS = {
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n", 302),
    "a refusal": (b'HTTP/1.1 409 No\r\nContent-Length: 19\r\n\r\n{"code":"conflict"}', 409),
    "a refusal of a proxy": (b"HTTP/1.1 502 Bad\r\nContent-Length: 4\r\n\r\n<h1>", 502),
    "nonsense": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", 200),
    "half an answer": (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", 200),
    "no HTTP": (b"SSH-2.0\r\n", 0),
    "nothing": (b"", 0),
}


@pytest.fixture(params=ANSWERS)
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    """Something that gives one answer; its URL, and the status that the site is to see."""
    answer, status = ANSWERS[request.param]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as asked:
            head = {line.lower() for line in iter(asked.readline, b"\r\n")}
            length = next(line for line in head if line.startswith(b"content-length:"))
            # What is left unread would turn the answer into a reset.
            asked.read(int(length.partition(b":")[2]))
            peer.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", status
    thread.join()
    listener.close()


def test_every_wrong_answer_is_one_named_error(answering: tuple[str, int]) -> None:
    url, status = answering
    with pytest.raises(ProsaCallError) as caught:
        Prosa(url, kid="k", key="k" * 32).hint(["1"])
    assert caught.value.status == status


def test_nobody_at_all_is_unreachable() -> None:
    with pytest.raises(ProsaCallError, match="0 unreachable"):
        Prosa("http://127.0.0.1:1", kid="k", key="k" * 32).delete_room("1")
