"""Files on their way to a running worker, as a page, a script and a socket bring them."""

import asyncio
import base64
import hashlib
import html
import re
from typing import Any
from uuid import uuid4

import msgspec
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.browser import Browser
from tests.journeys.scene import Scene

CHUNK_BYTES = 18 * 1024
BOUNDARY = "----prosa-tests"


def form_of(*parts: tuple[str, str | None, bytes]) -> bytes:
    """The body of a form: of each part its field, the name of its file or none, and its bytes."""
    body = b""
    for field, filename, data in parts:
        quoted = None if filename is None else re.sub(
            '[\r\n"]', lambda found: {"\r": "%0D", "\n": "%0A", '"': "%22"}[found[0]], filename
        )  # fmt: skip
        file = "" if quoted is None else f'; filename="{quoted}"\r\nContent-Type: application/octet-stream'
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'
        body += head.encode(errors="surrogatepass") + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


class Sender:
    """A person's browser: its cookies, and the tokens of the page that it shows."""

    def __init__(self, scene: Scene, cookies: str, xsrf: str, client_id: str) -> None:
        self._scene = scene
        self.cookies = cookies
        self.xsrf = xsrf
        self.client_id = client_id

    @classmethod
    async def open(cls, scene: Scene, username: str = "cliente", chat_id: str = "1") -> "Sender":
        page = await scene.get(f"/chat/{chat_id}/", username)
        text = page.body.decode()
        token, client_id = (
            html.unescape(found[1])
            for name in ("_xsrf", "client_id")
            if (found := re.search(rf'name="{name}" value="([^"]*)"', text))
        )
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        return cls(scene, f"sessionid={await scene.logs_in(username)}; {cookie}", token, client_id)

    async def posts(self, path: str, body: bytes, **headers: str) -> HTTPResponse:
        return await AsyncHTTPClient().fetch(
            self._scene.url + path,
            method="POST",
            body=body,
            headers={
                "Cookie": self.cookies,
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                **headers,
            },
            follow_redirects=False,
            raise_error=False,
        )

    async def uploads(self, data: bytes, name: str = "foto.png", chat_id: str = "1") -> HTTPResponse:
        """As a script does: the token in a header."""
        body = form_of(("arquivo", name, data))
        return await self.posts(f"/chat/{chat_id}/anexos/", body, **{"X-XSRFToken": self.xsrf})

    async def attaches(self, data: bytes, name: str = "foto.png", chat_id: str = "1") -> dict[str, Any]:
        """What a message may carry."""
        response = await self.uploads(data, name, chat_id)
        assert response.code == 201, response.body
        return dict(msgspec.json.decode(response.body)["attachment"])

    async def sends(self, data: bytes, name: str = "foto.png", text: str = "", **fields: str) -> HTTPResponse:
        """As a page without scripts does: one form."""
        given = {"_xsrf": self.xsrf, "client_id": self.client_id, "conteudo": text, **fields}
        parts = [(field, None, value.encode()) for field, value in given.items()]
        return await self.posts("/chat/1/enviar/", form_of(*parts, ("arquivo", name, data)))

    async def gets(self, path: str, **headers: str) -> HTTPResponse:
        return await AsyncHTTPClient().fetch(
            self._scene.url + path,
            headers={"Cookie": self.cookies, **headers},
            follow_redirects=False,
            raise_error=False,
        )


def announced(data: bytes, name: str = "foto.png", chat_id: str = "1", **more: Any) -> dict[str, Any]:
    """What ``upload_start`` says of a file."""
    digest = hashlib.sha256(data).hexdigest()
    return {"chat_id": chat_id, "name": name, "size_bytes": len(data), "sha256": digest, **more}


async def chunked(
    browser: Browser, upload_id: str, data: bytes, start: int = 0, end: int | None = None
) -> int:
    """The chunks from ``start``, up to ``end``; answers where it has got."""
    offset = start
    while offset < (len(data) if end is None else end):
        chunk = base64.b64encode(data[offset : offset + CHUNK_BYTES]).decode()
        offset = (await browser.asks("upload_chunk", upload_id=upload_id, offset=offset, data=chunk))[
            "offset"
        ]
    return offset


async def uploaded(browser: Browser, data: bytes, name: str = "foto.png") -> dict[str, Any]:
    """A file over the socket, from its beginning to its end."""
    began = await browser.asks("upload_start", **announced(data, name))
    await chunked(browser, began["upload_id"], data, began["offset"])
    return dict((await browser.asks("upload_finish", upload_id=began["upload_id"]))["attachment"])


async def sends_file(
    browser: Browser, attachment: dict[str, Any], text: str = "", **more: Any
) -> dict[str, Any]:
    """A message that carries a file."""
    sent = {"chat_id": "1", "client_id": str(uuid4()), "conteudo": text, "attachment_id": attachment["id"]}
    return await browser.asks("send_message", **{**sent, **more})


async def left(scene: Scene) -> dict[str, int]:
    """How many documents of files, and of what is on its way, the store holds."""
    database = scene.worker.database
    collections = {
        "uploads": database.uploads,
        "pieces": database.pieces,
        "files": database.files,
        "chunks": database.chunks,
    }
    counts = {name: await collection.count_documents({}) for name, collection in collections.items()}
    return {name: count for name, count in counts.items() if count}


def code_of(response: HTTPResponse) -> tuple[int, str]:
    """The status of a refusal, and its code."""
    return response.code, msgspec.json.decode(response.body)["code"]


async def until_left(scene: Scene, expected: dict[str, int]) -> None:
    """Once what is being cleaned up is gone."""
    async with asyncio.timeout(10):
        while await left(scene) != expected:  # noqa: ASYNC110 - what is cleaned up tells nobody
            await asyncio.sleep(0.02)
