"""The composition root: builds the parts, serves, and closes them in the order that loses nothing.

Everybody else is handed values; only here are the settings read and the parts known to each other.
"""

import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import tornado.httpserver
import tornado.web

from handlers.base import Site, environment
from handlers.errors import RESTART
from handlers.routes import Doors, routes
from handlers.sockjs.server import Config, SockJSServer
from handlers.socket import Socket, SocketConfig
from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.chat.connections import Connections
from prosa.chat.cursors import Cursors
from prosa.chat.hub import Hub
from prosa.chat.limits import Limits
from prosa.chat.messages import Messages
from prosa.chat.presence import Presence
from prosa.chat.publisher import Publisher
from prosa.chat.registry import Registry
from prosa.chat.rooms import Rooms
from prosa.chat.service import Chat
from prosa.chat.sessions import Sessions
from prosa.chat.tasks import Tasks
from prosa.chat.typing import Typing
from prosa.chat.watch import Watch
from prosa.chat.wire import Wire
from prosa.identity.direct import Direct
from prosa.identity.tokens import ServiceTokens
from prosa.storage.database import Database
from prosa.storage.embedded import EmbeddedMongod, MongodError
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages as StoredMessages
from prosa.storage.rooms import Rooms as StoredRooms
from settings import Settings, SettingsError, load

ROOT = Path(__file__).resolve().parent
log = logging.getLogger("prosa")


class Worker(msgspec.Struct, kw_only=True):
    """One process's parts, from the store up, and what has to be stopped in which order."""

    settings: Settings
    database: Database
    stored: StoredMessages
    chat: Chat
    tasks: Tasks
    sockjs: SockJSServer
    server: tornado.httpserver.HTTPServer
    is_draining: bool = False

    async def drain(self) -> None:
        """No new work, what is being written is finished, everybody is told to come back."""
        self.is_draining = True
        self.server.stop()
        for connection in self.chat.connections:
            connection.end(*RESTART)
        deadline = time.monotonic() + DRAIN_SECONDS
        while len(self.chat.connections) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        self.sockjs.close()
        await self.server.close_all_connections()
        self.chat.presence.close()
        self.chat.typing.close()
        await self.tasks.close()
        await self.stored.close()
        await self.database.close()


DRAIN_SECONDS = 5.0
"""Longer than a write may be undecided (4 s), shorter than supervisor's patience."""


def build_chat(settings: Settings, database: Database, stored: StoredMessages, identity: Direct, tasks: Tasks) -> Chat:
    """The use cases over one store, with their background work started."""
    loop = asyncio.get_running_loop()
    rooms, memberships = StoredRooms(database), Memberships(database)
    wire = Wire(ZoneInfo(settings.timezone))
    broker = MemoryBroker(MemoryBus())
    connections = Connections(per_person=settings.connections_per_person)
    limits = Limits(sends=settings.sends, typing=settings.typing, joins=settings.joins)
    hub = Hub(rooms=rooms, memberships=memberships, messages=stored, broker=broker, tasks=tasks, wire=wire)
    typing = Typing(hub=hub, limits=limits, call_later=loop.call_later, seconds=settings.typing_seconds)
    presence = Presence(
        hub=hub,
        connections=connections,
        memberships=memberships,
        rooms=rooms,
        tasks=tasks,
        call_later=loop.call_later,
        grace_seconds=settings.grace_seconds,
    )
    access = Rooms(
        rooms=rooms,
        memberships=memberships,
        messages=stored,
        hub=hub,
        presence=presence,
        typing=typing,
        limits=limits,
        wire=wire,
        rooms_per_connection=settings.rooms_per_connection,
        recovery=settings.recovery,
        page=settings.page,
        reply_bytes=settings.reply_bytes,
    )
    publisher = Publisher(
        hub=hub, broker=broker, rooms=rooms, memberships=memberships, messages=stored, connections=connections
    )
    registry = Registry(
        stored_rooms=rooms,
        memberships=memberships,
        messages=stored,
        hub=hub,
        rooms=access,
        connections=connections,
        publisher=publisher,
        conteudo=settings.conteudo,
    )
    sessions = Sessions(
        identity=identity,
        tasks=tasks,
        every_seconds=settings.revalidate_seconds,
        unknown_seconds=settings.unknown_seconds,
        now=time.time,
        chance=random.Random(),  # noqa: S311 - spreads questions, keeps no secret
    )
    watch = Watch(
        hub=hub, rooms=rooms, memberships=memberships, messages=stored, reread=registry.reread
    )
    tasks.start("publisher", publisher.run())
    tasks.start("sessions", sessions.run())
    tasks.start("watch", watch.run(settings.watch_seconds))
    return Chat(
        connections=connections,
        cursors=Cursors(
            rooms=access, memberships=memberships, messages=stored, hub=hub, connections=connections
        ),
        messages=Messages(
            messages=stored,
            rooms=access,
            limits=limits,
            typing=typing,
            publisher=publisher,
            conteudo=settings.conteudo,
        ),
        presence=presence,
        registry=registry,
        rooms=access,
        sessions=sessions,
        typing=typing,
        wire=wire,
        reply_bytes=settings.reply_bytes,
    )


def limits_of(settings: Settings) -> dict[str, int]:
    """What a browser is told of the limits, in its ``welcome`` and on its page."""
    names = ("conteudo", "message_bytes", "frame_bytes", "attachment_bytes", "page", "recovery")
    return {name: getattr(settings, name) for name in names}


def build_sockjs(settings: Settings, chat: Chat, tasks: Tasks, cookie_name: str) -> SockJSServer:
    """The SockJS endpoint, every connection of which speaks to the chat."""
    socket = SocketConfig(
        worker=settings.worker,
        limits=limits_of(settings),
        message_bytes=settings.message_bytes,
        hello_seconds=settings.hello_seconds,
    )
    config = Config(
        allowed_origins=frozenset(settings.allowed_origins),
        cookie_name=cookie_name,
        frame_bytes=settings.frame_bytes,
        queue_bytes=settings.queue_bytes,
        queue_messages=settings.queue_messages,
        heartbeat_seconds=settings.heartbeat_seconds,
        disconnect_delay=settings.disconnect_seconds,
        sessions_max=settings.connections,
        jsonp=settings.jsonp,
        htmlfile=settings.htmlfile,
    )
    return SockJSServer("/ws/chat", lambda: Socket(chat, tasks, socket), config)


async def start(settings: Settings, uri: str, identity: Direct, demo: list[Any]) -> Worker:
    """A worker that listens. Raises ``OSError`` where the port is taken."""
    sockets = tornado.netutil.bind_sockets(settings.port, settings.address or None)
    database = await Database.open(uri, settings.mongodb_database)
    stored, tasks = StoredMessages(database), Tasks()
    chat = build_chat(settings, database, stored, identity, tasks)
    cookie_name = settings.session_cookie or identity.cookie_name
    sockjs = build_sockjs(settings, chat, tasks, cookie_name)
    site = Site(
        cookie_name=cookie_name,
        login_url=settings.login_url or identity.login_url,
        home_url=settings.home_url,
        limits=limits_of(settings),
        templates=environment(ROOT / "templates"),
    )
    doors = Doors(
        verify=ServiceTokens(settings.api_keys).verify,
        ping=database.ping,
        is_draining=lambda: worker.is_draining,
        sockjs=sockjs.urls,
        site=demo,
    )
    application = tornado.web.Application(
        routes(chat, site, doors),
        static_path=str(ROOT / "static"),
        static_url_prefix="/prosa/static/",
        xsrf_cookies=True,
        xsrf_cookie_name="prosa_xsrf",
        xsrf_cookie_kwargs={"samesite": "Lax"},
        log_function=log_request,
    )
    server = tornado.httpserver.HTTPServer(
        application, xheaders=settings.trust_proxy, max_body_size=BODY_MAX
    )
    worker = Worker(
        settings=settings,
        database=database,
        stored=stored,
        chat=chat,
        tasks=tasks,
        sockjs=sockjs,
        server=server,
    )
    server.add_sockets(sockets)
    return worker


async def serve(settings: Settings, uri: str, identity: Direct, demo: Demo | None) -> None:
    """Serve until SIGTERM or Ctrl-C, then drain."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    worker = await start(settings, uri, identity, demo.routes() if demo else [])
    log.info("listening address=%s port=%d", settings.address or "*", settings.port)
    if demo:
        worker.tasks.start("demo rooms", demo.publish(loop))
    await stopping.wait()
    log.info("draining connections=%d", len(worker.chat.connections))
    await worker.drain()
    log.info("stopped")


def main() -> int:
    """Run one worker. The exit code: 0 after a drain, 2 where something has to be put right first."""
    try:
        settings = load(os.environ)
        configure(settings.log_level)
        if not settings.demo and "DJANGO_SETTINGS_MODULE" not in os.environ:
            raise SettingsError(NO_SITE)
        run(settings)
    except (SettingsError, MongodError, OSError, SiteError) as error:
        print(f"prosa: {error}", file=sys.stderr)  # noqa: T201 - to whoever typed the command
        return 2
    return 0
