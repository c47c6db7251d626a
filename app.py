"""The composition root: builds the parts, serves, and closes them in the order that loses nothing.

Everybody else is handed values; only here are the settings read and the parts known to each other.
"""

import asyncio
import contextlib
import logging
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import tornado.web
import uvloop

from environ import check_site, load
from handlers.arrivals import Bodies
from handlers.base import Foreign, Site
from handlers.bundles import join_all
from handlers.events import fan_out
from handlers.farewell import last_goodbyes, let_go
from handlers.headers import Headers
from handlers.languages.choice import COOKIE
from handlers.languages.spoken import Languages
from handlers.listeners import Listeners, bind
from handlers.logs import configure, log_request
from handlers.routes import Doors, routes
from handlers.socket import Socket, SocketConfig
from handlers.sockjs.server import Config, SockJSServer
from handlers.static import STATIC, Static
from prosa import memory, metrics
from prosa.broker.broker import Broker
from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.broker.redis import RedisBroker
from prosa.chat.assembly import Rules, assemble
from prosa.chat.service import Chat
from prosa.chat.tasks import Tasks
from prosa.identity.ask import Ask
from prosa.identity.direct import Direct
from prosa.identity.identity import Identity
from prosa.identity.site import SiteError
from prosa.identity.tokens import PersonTokens, ServiceTokens
from prosa.models.errors import UnavailableError
from prosa.storage.binaries import MongodError
from prosa.storage.database import AddressError, Database, StandaloneError
from prosa.storage.embedded import EmbeddedMongod
from prosa.storage.messages import Messages
from settings import Settings, SettingsError

ROOT = Path(__file__).resolve().parent
CLIENT = ROOT / "node_modules" / "sockjs-client" / "dist"
"""Where npm has put the browser's SockJS; ``static/vendor`` leads there."""

log = logging.getLogger("prosa")

SWITCH_SECONDS = 0.0005
"""How long the loop may keep the driver's threads from an answer that has come: with Python's own 5 ms a
busy worker stored a sixth less in a second (measured)."""

WRITES_SECONDS = 5.0
"""For what is being written to be decided, which takes 4 s at most."""


class Worker(msgspec.Struct, kw_only=True):
    """One process's parts, from the store up, and what has to be stopped in which order."""

    settings: Settings
    database: Database
    stored: Messages
    broker: Broker
    chat: Chat
    tasks: Tasks
    sockjs: SockJSServer
    listeners: Listeners
    is_draining: bool = False

    async def drain(self) -> None:
        """No new work, what is being written is finished, everybody is told to come back."""
        self.is_draining = True
        self.sockjs.refuse_new()
        self.listeners.close_public()
        await let_go(self.chat.connections, self.settings.worker, random.Random())  # noqa: S311 - spreads people
        await last_goodbyes(self.listeners, self.sockjs)
        await self.tasks.finished("connection", WRITES_SECONDS)
        self.sockjs.close()
        await self.listeners.close()
        self.chat.presence.close()
        self.chat.typing.close()
        await self.tasks.close()
        await self.stored.close()
        await self.broker.close()
        await self.database.close()


def build_sockjs(
    settings: Settings, chat: Chat, tasks: Tasks, languages: Languages, cookie_name: str
) -> SockJSServer:
    """The SockJS endpoint, every connection of which speaks to the chat."""
    socket = SocketConfig(**{name: getattr(settings, name) for name in SocketConfig.__struct_fields__})
    config = Config(
        allowed_origins=frozenset(settings.allowed_origins),
        cookie_name=cookie_name,
        language_cookie=COOKIE,
        frame_bytes=settings.frame_bytes,
        queue_bytes=settings.queue_bytes,
        queue_messages=settings.queue_messages,
        heartbeat_seconds=settings.heartbeat_seconds,
        disconnect_delay=settings.disconnect_seconds,
        sessions_max=settings.connections,
        jsonp=settings.jsonp,
        htmlfile=settings.htmlfile,
        sessions_folder=settings.sessions_folder,
    )
    return SockJSServer("/ws/chat", lambda: Socket(chat, tasks, languages, socket), config)


def build_broker(settings: Settings) -> Broker:
    """How this worker and the others tell each other. Raises ``SettingsError`` where it makes no sense."""
    if not settings.redis_url:
        return MemoryBroker(MemoryBus())
    try:
        return RedisBroker(
            settings.redis_url,
            prefix=f"prosa:{settings.mongodb_database}:",
            chance=random.Random(),  # noqa: S311 - tells workers apart and spreads them, keeps no secret
            clock=time.monotonic,
        )
    except ValueError:
        raise SettingsError("PROSA_REDIS_URL is wrong: write it as redis://host:6379.") from None


async def start(settings: Settings, uri: str, identity: Identity, demo: list[Any]) -> Worker:
    """A worker that listens."""
    broker = build_broker(settings)
    public = bind(settings.port, settings.address)
    private = bind(settings.private_port, settings.address) if settings.private_port else []
    database = await Database.open(uri, settings.mongodb_database)
    stored, tasks = Messages(database, turn=broker.turn), Tasks()
    rules = Rules(**{name: getattr(settings, name) for name in Rules.__struct_fields__})
    chat = assemble(
        database=database,
        stored=stored,
        broker=broker,
        identity=identity,
        tokens=PersonTokens(settings.token_keys, now=time.time),
        tasks=tasks,
        rules=rules,
        fan_out=fan_out,
    )
    cookie_name = settings.session_cookie or identity.cookie_name
    languages = Languages(ROOT, zone=ZoneInfo(settings.timezone), default=settings.language)
    sockjs = build_sockjs(settings, chat, tasks, languages, cookie_name)
    site = Site(
        cookie_name=cookie_name,
        login_url=settings.login_url or identity.login_url,
        home_url=settings.home_url,
        limits=settings.limits,
        languages=languages,
        bundles=join_all(ROOT / "static"),
        sockjs=Foreign.of(settings.sockjs_url, settings.sockjs_integrity),
    )
    doors = Doors(
        verify=ServiceTokens(settings.api_keys).verify,
        ping=database.ping,
        is_draining=lambda: worker.is_draining,
        is_redis_up=(lambda: broker.is_connected) if settings.redis_url else None,
        metrics=lambda: metrics.text(sockjs),
        sockjs=sockjs.urls,
        site=demo,
    )
    application = tornado.web.Application(
        routes(chat, site, doors),
        transforms=[Headers],
        static_path=str(ROOT / "static"),
        static_url_prefix=STATIC,
        static_handler_class=Static,
        static_handler_args={"allowed_symlink_directory": [str(ROOT / "static"), str(CLIENT)]},
        xsrf_cookies=True,
        xsrf_cookie_name="prosa_xsrf",
        log_function=log_request,
    )
    bodies = Bodies(settings.frame_bytes, settings.attachment_bytes, settings.upload_seconds)
    listeners = Listeners(application, xheaders=settings.trust_proxy, bodies=bodies)
    worker = Worker(
        settings=settings,
        database=database,
        stored=stored,
        broker=broker,
        chat=chat,
        tasks=tasks,
        sockjs=sockjs,
        listeners=listeners,
    )
    listeners.open(public, private)
    return worker


async def serve(settings: Settings, uri: str, identity: Identity, demo: list[Any]) -> None:
    """Serve until SIGTERM or Ctrl-C, then drain."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    worker = await start(settings, uri, identity, demo)
    sys.setswitchinterval(SWITCH_SECONDS)
    worker.tasks.start("memory", memory.run())
    log.info("listening address=%s port=%d", settings.address or "*", settings.port)
    if demo:
        worker.tasks.start("demo rooms", _publish_demo(settings))
    await stopping.wait()
    log.info("draining connections=%d", len(worker.chat.connections))
    await worker.drain()
    log.info("stopped")


async def _publish_demo(settings: Settings) -> None:
    """The demo site has told Prosa of its rooms, as every site does, and whoever waits where to go."""
    from demo import mount  # noqa: PLC0415 - Django is imported only where it is used

    await asyncio.to_thread(mount.publish_rooms)
    print(mount.greeting(_url(settings)), flush=True)  # noqa: T201 - to whoever typed the command


def _url(settings: Settings) -> str:
    """Where a browser on this machine finds Prosa."""
    host = "localhost" if settings.address in ("", "0.0.0.0", "::") else settings.address  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def prepare_demo(settings: Settings, data_dir: Path) -> tuple[Settings, list[Any]]:
    """The demo site is ready to be served by this process; its keys open the API."""
    from demo import mount  # noqa: PLC0415 - Django is imported only where it is used
    from handlers.site import routes_of  # noqa: PLC0415

    keys = settings.api_keys or {"demo": mount.api_key(data_dir)}
    mount.prepare(data_dir=data_dir, prosa_url=_url(settings), api_keys=keys)
    return msgspec.structs.replace(settings, api_keys=keys), routes_of(mount.wsgi())


def run(settings: Settings) -> None:
    """Bring what is missing, serve, and take away what was brought."""
    data_dir = Path(settings.data_dir).absolute()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as brought:
        uri = settings.mongodb_uri
        if not uri:
            log.info("starting a MongoDB of our own data=%s", data_dir / "mongodb")
            uri = brought.enter_context(EmbeddedMongod(data_dir / "mongodb")).uri
        demo: list[Any] = []
        if settings.demo:
            log.info("preparing the demo site")
            settings, demo = prepare_demo(settings, data_dir)
        identity: Identity = (
            Ask(settings.site_url, settings.site_token)
            if settings.site_url
            else Direct(threads=settings.identity_threads)
        )
        brought.callback(identity.close)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            loop.run(serve(settings, uri, identity, demo))


START_ERRORS = (
    AddressError,
    MongodError,
    OSError,
    SettingsError,
    SiteError,
    StandaloneError,
    UnavailableError,
)
"""What whoever starts Prosa has to put right; each says how, in one sentence."""


def main() -> int:
    """Run one worker. The exit code: 0 after a drain, 2 where something has to be put right first."""
    try:
        settings = load(os.environ)
        check_site(settings, os.environ)
        configure(settings.log_level)
        run(settings)
    except START_ERRORS as error:
        print(f"prosa: {error}", file=sys.stderr)  # noqa: T201 - to whoever typed the command
        return 2
    except KeyboardInterrupt:  # before there was a loop to drain
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
