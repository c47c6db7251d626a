"""A running worker and the people who talk over it."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

import jwt
import msgspec
from django.conf import settings
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from app import Worker
from prosa.models.entries import Entry
from prosa.models.ids import ChatId
from tests.browser import PATIENCE, Browser

KEYS = {"test": "a-key-of-the-tests-of-at-least-32-bytes"}


def session_of(username: str) -> tuple[str, str]:
    """A new session of a demo person, as a login makes one: its key, and the person's id."""
    from django.contrib.auth import (  # noqa: PLC0415 - only once Django is set up
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )

    user = get_user_model().objects.get(username=username)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key, str(user.pk)


def end_session(key: str) -> None:
    """What a logout does to the session's row."""
    import_module(settings.SESSION_ENGINE).SessionStore(key).delete()


class Scene:
    """One worker, reached as the world reaches it."""

    def __init__(self, worker: Worker, port: int) -> None:
        self.worker = worker
        self.url = f"http://127.0.0.1:{port}"
        self.ids: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self._browsers: list[Browser] = []

    async def logs_in(self, username: str) -> str:
        """The person's session key."""
        if username not in self.keys:
            self.keys[username], self.ids[username] = await asyncio.to_thread(session_of, username)
        return self.keys[username]

    async def browser(self, username: str) -> Browser:
        """A new tab of a person, greeted."""
        browser = await Browser.open(self.url, await self.logs_in(username))
        self._browsers.append(browser)
        await browser.hears("welcome")
        return browser

    async def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        scope: str = "rooms messages hints exports erasure",
        accept: str = "application/json",
        language: str = "pt-BR",
        **fetching: Any,
    ) -> HTTPResponse:
        """Call the site's API with a service token; ``fetching`` is for Tornado's client."""
        now = int(time.time())
        claims = {"aud": "prosa-api", "iat": now, "exp": now + 60, "scope": scope}
        minted = jwt.encode(claims, KEYS["test"], algorithm="HS256", headers={"kid": "test"})
        return await AsyncHTTPClient().fetch(
            f"{self.url}/chat/api/v1{path}",
            method=method,
            headers={
                "Authorization": f"Bearer {token or minted}",
                "Accept": accept,
                "Accept-Language": language,
            },
            body=None if body is None else msgspec.json.encode(body),
            **{"raise_error": False, **fetching},
        )

    async def room(
        self, chat_id: str = "1", members: tuple[str, ...] = ("cliente", "reforma"), **said: Any
    ) -> None:
        """The site says that there is such a room."""
        for username in members:
            await self.logs_in(username)
        shape = {
            "title": "Reforma do banheiro",
            "members": [{"user_id": self.ids[name], "name": name.title(), "role": name} for name in members],
            **said,
        }
        response = await self.api("PUT", f"/rooms/{chat_id}", shape)
        assert response.code == 200, response.body

    async def get(self, path: str, username: str | None = None, **headers: str) -> HTTPResponse:
        """A page, as a person or a stranger sees it; redirects are not followed."""
        if username is not None:
            headers["Cookie"] = f"sessionid={await self.logs_in(username)}"
        return await AsyncHTTPClient().fetch(
            self.url + path, headers=headers, follow_redirects=False, raise_error=False
        )

    async def log(self, chat_id: str = "1") -> tuple[Entry, ...]:
        """Everything that is stored of a room."""
        return await self.worker.stored.after(ChatId(chat_id), 0, 100_000)

    async def close(self) -> None:
        """Everybody leaves, and the worker drains."""
        await self.worker.drain()
        for browser in self._browsers:
            await browser.is_closed()


def told(page: HTTPResponse) -> bytes:
    """What a page says, without the token of its form and the address that was asked for."""
    return re.sub(rb'<input type="hidden"[^>]*>', b"", page.body)


Start = Callable[..., Awaitable[Scene]]


async def redis_is(state: str, *scenes: Scene) -> None:
    """Every worker is ready, and says this of its Redis."""
    async with asyncio.timeout(PATIENCE):
        for scene in scenes:
            while json.loads((ready := await scene.get("/readyz")).body) != {"status": "ok", "redis": state}:
                assert ready.code == 200
                await asyncio.sleep(0.02)
