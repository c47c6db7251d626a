"""One browser's connection, from hello to goodbye.

What arrives is put into a bounded inbox and answered by one task, in order; so nothing that a
browser sends can make two of its commands overtake each other, and nothing is done on the
transport's own stack.
"""

import asyncio
import logging
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from handlers.errors import ABUSE, CLOSE, NONSENSE, RESTART, STATE_LOST
from handlers.events import framed
from handlers.inbox import Inbox
from handlers.languages.spoken import Languages, Spoken
from handlers.sockjs.connection import Connection as Transport
from prosa import metrics
from prosa.chat.commands import COMMANDS, Asked, Authenticate, SendMessage, decode
from prosa.chat.connections import Connection
from prosa.chat.events import Event, refusal, reply
from prosa.chat.limits import network
from prosa.chat.service import Chat
from prosa.chat.tasks import Tasks
from prosa.chat.wire import Shape, ending, moment
from prosa.models.errors import (
    IdentityUnknownError,
    InternalError,
    MalformedError,
    NotFoundError,
    ProsaError,
    RateLimitedError,
    TooLargeError,
    UnauthenticatedError,
    UnknownEventError,
)
from prosa.models.people import Credential, Person

log = logging.getLogger(__name__)

NONSENSE_MAX = 20
"""``malformed`` or ``unknown_event`` in a row, after which the other end is no client of ours."""

CHUNK_BYTES = 65_536
"""What a person sends is counted in pieces of this size."""

REST_SECONDS = 0.05
"""How long the next command waits after one that was over a limit, or asked for what is not there, times the
person's connections here. A program that goes on as fast as it is answered would keep the worker busy with
refusals, and a guess costs the store as much as an answer: it has twenty a second, over all its lines."""

FULL_RETRY_MS = 5_000
"""When a person whose connections are all taken may try again."""

COUNTED = {kind: metrics.COMMANDS.labels(name) for name, kind in COMMANDS.items()}
NOT_A_COMMAND = metrics.COMMANDS.labels("none")


class SocketConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection is told in its ``welcome``, and what it has to keep to."""

    worker: str
    limits: Shape
    message_bytes: int
    hello_seconds: float
    allow_session_key_in_url: bool


class Socket(Transport):
    """A connection of any transport that speaks the protocol."""

    def __init__(self, chat: Chat, tasks: Tasks, languages: Languages, config: SocketConfig) -> None:
        super().__init__()
        self._chat = chat
        self._languages = languages
        self._tasks = tasks
        self._config = config
        self._inbox = Inbox()
        self._nonsense = 0
        self._uncounted_bytes = 0
        self._is_to_rest = False

    def on_open(self) -> None:
        """Start the task that serves it."""
        self._tasks.start("connection", self._serve())

    def on_message(self, text: str) -> None:
        """Put it where the task finds it, or end a connection that floods.

        Of what is over the limit as much is kept as shows that it is.
        """
        self._uncounted_bytes += len(text)
        if not self._inbox.is_full:
            self._inbox.put(text[: self._config.message_bytes + 1])
        elif not self.is_closed:
            self._inbox.clear()
            self._say_no(RateLimitedError(retry_after_ms=1000))
            self.close(*ABUSE)

    @property
    def room(self) -> asyncio.Future[None] | None:
        """None while there is some; else it comes when enough of the inbox has been answered."""
        return self._inbox.room

    def on_close(self) -> None:
        """What has been received is still carried out, but for what waits behind a refusal; nothing after."""
        if self._is_to_rest:
            self._inbox.clear()
        self._inbox.end()

    def _dismiss(self, code: int, reason: str) -> None:
        """The service ends it: what was received may not be allowed any more, unless it is for a restart."""
        if (code, reason) != RESTART:
            self._inbox.clear()
        self.close(code, reason)

    def _deliver(self, event: Event) -> None:
        self.send(framed(event))

    def _say_no(self, error: ProsaError, ack: int | None = None) -> None:
        metrics.REFUSALS.labels("socket", error.code).inc()
        self._deliver(refusal(error, self._language.text(error.sentence), ack))

    @property
    def _language(self) -> Spoken:
        """What the person at the other end reads."""
        opening = self.opening
        return self._languages.chosen(remembered=opening.language, header=opening.accept_language)

    async def _serve(self) -> None:
        try:
            credential, person, ack = await self._met()
            await self._chat.limits.check("connects", person.user_id)
            await self._talk(credential, person, ack)
        except ProsaError as error:
            if not isinstance(error, IdentityUnknownError):
                self._say_no(error)
            self.close(*CLOSE[type(error)])
        finally:
            self.close(*STATE_LOST)  # without effect on a closed one: nobody is left open and unserved

    async def _met(self) -> tuple[Credential, Person, int | None]:
        """What was shown, whose it is, and the number of the message that showed it, if one did."""
        address = network(self.opening.address)
        await self._chat.limits.check("connects_per_address", address)
        credential, ack = self._presented(), None
        with self._chat.limits.stranger(address):
            if credential is None:
                credential, ack = await self._introduced()
            person = await self._chat.sessions.identify(credential)
            if person is None or await self._is_contradicted(credential, person):
                raise UnauthenticatedError
        return credential, person, ack

    async def _talk(self, credential: Credential, person: Person, ack: int | None) -> None:
        connection = Connection(
            person,
            credential=credential,
            deliver=self._deliver,
            pass_on=self.way_out,
            written_size=self.written_size,
            end=self._dismiss,
        )
        if not self._chat.connections.admit(connection):
            raise RateLimitedError(retry_after_ms=FULL_RETRY_MS)
        log.info("connection_open user_id=%s transport=%s", person.user_id, self.opening.transport)
        self._chat.sessions.watch(connection)
        try:
            self._chat.presence.connected(connection)
            self._welcome(person)
            if ack is not None:
                self._deliver(reply(ack, {"expires_at": ending(person)}))
            while (text := await self._inbox.next()) is not None:
                await self._count(person)
                await self._answer(connection, text)
                if self._is_to_rest or self._inbox:
                    await asyncio.sleep(self._rest_seconds(person))  # others' turn
        finally:
            self._chat.sessions.forget(connection)
            self._chat.part(connection)
            log.info("connection_closed user_id=%s transport=%s", person.user_id, self.opening.transport)

    def _rest_seconds(self, person: Person) -> float:
        if not self._is_to_rest or self.is_closed:
            return 0.0
        return REST_SECONDS * len(self._chat.connections.of(person.user_id))

    async def _count(self, person: Person) -> None:
        """What was received is counted. Raises ``RateLimitedError``, which ends a flood."""
        while self._uncounted_bytes >= CHUNK_BYTES:
            self._uncounted_bytes -= CHUNK_BYTES
            await self._chat.limits.check("chunks", person.user_id)

    def _presented(self) -> Credential | None:
        """What the request carried: a token goes before a cookie, because a page has to mean it.

        Raises ``UnauthenticatedError`` for two things in the URL, or a key in it that is not the cookie.
        """
        cookie, query = self.opening.cookie, self.opening.query
        token = query.get("token")
        key = query.get("session_key") if self._config.allow_session_key_in_url else None
        if key and (token or (cookie and key != cookie)):
            raise UnauthenticatedError
        if token:
            return Credential("token", token)
        key = cookie or key
        return Credential("session", key) if key else None

    async def _is_contradicted(self, credential: Credential, person: Person) -> bool:
        """Whether the cookie is somebody else's: nobody is led into another account by a link."""
        cookie = self.opening.cookie
        if cookie is None or credential.kind == "session":
            return False
        owner = await self._chat.sessions.identify(Credential("session", cookie))
        return owner is not None and owner.user_id != person.user_id

    async def _introduced(self) -> tuple[Credential, int | None]:
        """What a first message ``authenticate`` shows, which has to come in time, and its number."""
        try:
            async with asyncio.timeout(self._config.hello_seconds):
                text = await self._inbox.next()
        except TimeoutError:
            raise UnauthenticatedError from None
        asked = decode(text) if text is not None else None
        if asked is None or not isinstance(asked.command, Authenticate):
            raise UnauthenticatedError
        return asked.command.credential, asked.ack

    def _welcome(self, person: Person) -> None:
        data: Shape = {
            "user_id": person.user_id,
            "user": person.name,
            "server_time": moment(datetime.now(UTC)),
            "worker": self._config.worker,
            "limits": self._config.limits,
        }
        if person.expires_at is not None:
            data["expires_at"] = ending(person)
        self._deliver(Event("welcome", data))

    async def _answer(self, connection: Connection, text: str) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        asked = self._decode(text)
        if isinstance(asked.command, ProsaError):
            NOT_A_COMMAND.inc()
            self._refuse(asked.command, asked.ack)
            return
        COUNTED[type(asked.command)].inc()
        try:
            answer = await self._chat.answer(connection, asked.command)
        except ProsaError as error:
            self._refuse(error, asked.ack)
        except Exception:
            reference = uuid4().hex[:12]
            log.exception("command_failed reference=%s", reference)
            self._refuse(InternalError(reference=reference), asked.ack)
        else:
            self._nonsense = 0
            self._is_to_rest = False
            if asked.ack is not None and answer.data is not None:
                self._deliver(reply(asked.ack, answer.data))
                if isinstance(asked.command, SendMessage):
                    metrics.SEND_TO_ACK.observe(clock() - began)
            if answer.written is not None:
                answer.written()

    def _decode(self, text: str) -> Asked:
        if len(text.encode(errors="surrogatepass")) > self._config.message_bytes:
            return Asked(None, TooLargeError(limit=self._config.message_bytes))
        return decode(text)

    def _refuse(self, error: ProsaError, ack: int | None) -> None:
        self._say_no(error, ack)
        self._is_to_rest = isinstance(error, RateLimitedError | NotFoundError)
        if isinstance(error, MalformedError | UnknownEventError):
            self._nonsense += 1
            if self._nonsense >= NONSENSE_MAX:
                self.close(*NONSENSE)
        else:
            self._nonsense = 0
