"""Somebody without scripts, for ``people.py``: they write by the room's form, and read by looking again.

Whatever goes wrong with a request, the same form is sent again, with the ``client_id`` that stands in it.
"""

import asyncio
import itertools
import json
import re
import time
import uuid
from http import HTTPStatus
from typing import Any, TextIO
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient

AGAIN_SECONDS = 0.15
LOOK_SECONDS = 0.4
REQUEST_SECONDS = 30.0
PAGE = 100
TOKEN = re.compile(r'name="_xsrf" value="([^"]+)"')
LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

Data = dict[str, Any]


class Visitor:
    """Somebody in a room, their notes, and what their page shows."""

    def __init__(self, url: str, about: Data, notes: TextIO) -> None:
        self.name: str = about["name"]
        self._url = url
        self._room = f"/chat/{about['room']}/"
        self._cookies = {"sessionid": about["key"]}
        self._every_seconds: float = about["everyMs"] / 1000
        self._notes = notes
        self._client: AsyncHTTPClient = SimpleAsyncHTTPClient(force_instance=True)
        self._token = ""
        self._top: int | None = None
        self._is_finishing = False
        self._is_ending = False

    def _note(self, kind: str, **more: Any) -> None:
        self._notes.write(json.dumps({"kind": kind, "at": round(time.time() * 1000), **more}) + "\n")
        self._notes.flush()

    async def lives(self) -> None:
        """Write and look, until told to finish; then look until it is over."""
        looking = asyncio.create_task(self._looks(), name=f"looks of {self.name}")
        for count in itertools.count(1):
            if self._is_finishing:
                break
            began = time.monotonic()
            await self._says(f"{self.name} {count}")
            await asyncio.sleep(max(0.0, self._every_seconds - (time.monotonic() - began)))
        print(f"idle {self.name}", flush=True)  # noqa: T201 - to whoever runs this
        await looking

    def finishes(self) -> None:
        """Nothing new is written."""
        self._is_finishing = True

    def ends(self) -> None:
        """What breaks off now is no fault."""
        self._is_ending = True

    async def _says(self, text: str) -> None:
        client_id = str(uuid.uuid4())
        self._note("will", id=client_id, text=text)
        while not self._token:
            page = await self._insists(self._room)
            found = TOKEN.search(page.body.decode())
            self._token = found[1] if found else ""
        form = {"conteudo": text, "client_id": client_id, "_xsrf": self._token}
        answer = await self._insists(f"{self._room}enviar/", form)
        if answer.code == HTTPStatus.SEE_OTHER:
            self._note("ack", id=client_id)
        else:
            self._note("failed", id=client_id, code=answer.code)

    async def _looks(self) -> None:
        while True:
            page = await self._history()
            if self._top is None:
                self._top = page[-1]["seq"] if page else 0
                self._note("from", seq=self._top)
            while page and page[0]["seq"] > self._top + 1:
                page = await self._history(before=page[0]["seq"]) + page
            for entry in page:
                if entry["seq"] > self._top:
                    self._note("shown", seq=entry["seq"], id=entry["client_id"])
                    self._top = entry["seq"]
            await asyncio.sleep(LOOK_SECONDS)

    async def _history(self, **before: int) -> list[Data]:
        page = await self._insists(f"{self._room}historico/?{urlencode({**before, 'limit': PAGE})}")
        messages: list[Data] = json.loads(page.body)["messages"]
        return messages

    async def _insists(self, path: str, form: Data | None = None) -> HTTPResponse:
        """What is answered in the end: neither "later" nor a fault of the server's."""
        while True:
            try:
                answer = await self._client.fetch(
                    self._url + path,
                    raise_error=False,
                    method="GET" if form is None else "POST",
                    headers=self._headers(path),
                    body=None if form is None else urlencode(form),
                    follow_redirects=False,
                    request_timeout=REQUEST_SECONDS,
                )
            except (OSError, HTTPClientError) as error:
                self._broke(path, str(error))
            else:
                for cookie in answer.headers.get_list("Set-Cookie"):
                    name, _, value = cookie.partition(";")[0].partition("=")
                    self._cookies[name] = value
                if answer.code not in LATER and answer.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer
                self._broke(path, str(answer.code))
            await asyncio.sleep(AGAIN_SECONDS)

    def _headers(self, path: str) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        accepted = {"Accept": "application/json"} if "/historico/" in path else {}
        return {"Cookie": cookies, "Origin": self._url, **accepted}

    def _broke(self, path: str, why: str) -> None:
        if not self._is_ending:
            self._note("broken", path=path.partition("?")[0], why=why)
