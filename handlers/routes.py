"""Every URL of Prosa, on one page."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from handlers.api.attachments import BringApi
from handlers.api.document import PREFIX as API
from handlers.api.document import DocumentApi, document_of
from handlers.api.door import Api, Nowhere, Verify
from handlers.api.people import EraseApi, ExportApi, HintsApi, RoomsApi
from handlers.api.rooms import ImportApi, RoomApi, SystemApi
from handlers.attachments import Download, Multipart
from handlers.base import Lost, Site
from handlers.changes import Delete, Edit
from handlers.forms import Mark, Send
from handlers.health import Healthz, Metrics, Readyz
from handlers.language import Choose
from handlers.rooms import HistoryPage, RoomPage, RoomsPage, TraditionalPage, Unread
from handlers.searches import SearchPage
from handlers.static import HASH_CHARS, JOINED, Joined
from handlers.uploads import SendFile, UploadFile
from prosa.chat.service import Chat

ROOM = r"([A-Za-z0-9_-]{1,64})"
FILE = r"([0-9a-f]{32})"
API_ROOM = API + r"/rooms/(?P<chat_id>[A-Za-z0-9_-]{1,64})"
API_PERSON = API + r"/people/(?P<user_id>[^/]{1,500})"

LASTING = ("io.js", "badge.js")
"""Scripts for pages of other authors, under names that stay."""


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What the routes lead to, besides the chat itself."""

    verify: Verify
    ping: Callable[[], Awaitable[None]]
    is_draining: Callable[[], bool]
    is_redis_up: Callable[[], bool] | None
    """None: there is no Redis, and none is missed."""
    metrics: Callable[[], bytes]
    sockjs: list[Any]
    site: list[Any] = []
    """The demo site, where it is served by this process: it gets what is nobody else's."""


def routes(chat: Chat, site: Site, doors: Doors) -> list[Any]:
    """What is served where. The first match wins."""
    pages = {"chat": chat, "site": site}
    door = {**pages, "verify": doors.verify}
    api: list[tuple[str, type[Api], dict[str, Any]]] = [
        (API_ROOM, RoomApi, door),
        (API_ROOM + "/messages", SystemApi, door),
        (API_ROOM + "/import", ImportApi, door),
        (API_ROOM + "/attachments", BringApi, door),
        (API_PERSON + "/rooms", RoomsApi, door),
        (API_PERSON + "/export", ExportApi, door),
        (API_PERSON + "/erase", EraseApi, door),
        (API + "/hints", HintsApi, door),
    ]
    health = {"ping": doors.ping, "is_draining": doors.is_draining, "is_redis_up": doors.is_redis_up}
    return [
        (r"/healthz", Healthz),
        (r"/readyz", Readyz, health),
        (r"/metrics", Metrics, {"metrics": doors.metrics}),
        *doors.sockjs,
        *((_by_hash(bundle.name), Joined, {"bundle": bundle}) for bundle in site.bundles.values()),
        *((f"/prosa/{re.escape(name)}", Joined, {"bundle": site.bundles[name]}) for name in LASTING),
        (r"/prosa/unread", Unread, pages),
        (r"/prosa/idioma/", Choose, pages),
        *api,
        (API + r"/openapi\.json", DocumentApi, {**pages, "document": document_of(api)}),
        (r"/chat/api(?:/.*)?", Nowhere, pages),
        (r"/chat/", RoomsPage, pages),
        (r"/chat/buscar/", SearchPage, pages),
        (r"/chat/" + ROOM + "/buscar/", SearchPage, pages),
        (r"/chat/" + ROOM + "/websocket/", RoomPage, pages),
        (r"/chat/" + ROOM + "/", TraditionalPage, pages),
        (r"/chat/" + ROOM + "/historico/", HistoryPage, pages),
        (Multipart(r"/chat/" + ROOM + "/enviar/"), SendFile, pages),
        (Multipart(r"/chat/" + ROOM + "/anexos/"), UploadFile, pages),
        (r"/chat/" + ROOM + "/enviar/", Send, pages),
        (r"/chat/" + ROOM + "/anexos/" + FILE + "/miniatura/", Download, {**pages, "is_thumbnail": True}),
        (r"/chat/" + ROOM + "/anexos/" + FILE + "/([^/]*)", Download, {**pages, "is_thumbnail": False}),
        (r"/chat/" + ROOM + "/editar/", Edit, pages),
        (r"/chat/" + ROOM + "/apagar/", Delete, pages),
        (r"/chat/" + ROOM + "/lida/", Mark, pages),
        (r"/chat(?:/.*)?", Lost, pages),
        *doors.site,
        (r"/.*", Lost, pages),
    ]


def _by_hash(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return rf"{JOINED}{re.escape(stem)}\.([0-9a-f]{{{HASH_CHARS}}})\.{ending}"
