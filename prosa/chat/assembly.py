"""How the use cases of one worker know each other; ``app.py`` brings what they stand on."""

import asyncio
import random
import time
from zoneinfo import ZoneInfo

import msgspec

from prosa.broker.broker import Broker
from prosa.chat import lag
from prosa.chat.attachments import Attachments
from prosa.chat.bus import Bus, Ears
from prosa.chat.changes import Changes
from prosa.chat.completions import Completions
from prosa.chat.connections import Connections, FanOut
from prosa.chat.cursors import Cursors
from prosa.chat.elsewhere import Elsewhere
from prosa.chat.hub import Hub
from prosa.chat.limits import Limits
from prosa.chat.lists import Lists
from prosa.chat.messages import Messages, utc_now
from prosa.chat.past import Past
from prosa.chat.presence import Presence
from prosa.chat.privacy import Privacy
from prosa.chat.publisher import Publisher
from prosa.chat.registry import Registry
from prosa.chat.rooms import Rooms
from prosa.chat.searches import Searches
from prosa.chat.service import Chat
from prosa.chat.sessions import Sessions
from prosa.chat.tasks import Tasks
from prosa.chat.typing import Typing
from prosa.chat.uploads import Allowance, Uploads
from prosa.chat.watch import Watch
from prosa.chat.wire import Wire
from prosa.identity.identity import Identity
from prosa.identity.tokens import PersonTokens
from prosa.inspection.inspector import Inspector
from prosa.models.ids import ChatId
from prosa.storage.attachments import Attachments as StoredAttachments
from prosa.storage.database import Database
from prosa.storage.erasures import Erasures
from prosa.storage.memberships import Memberships
from prosa.storage.messages import Messages as StoredMessages
from prosa.storage.rooms import Rooms as StoredRooms
from prosa.storage.sightings import Sightings
from prosa.storage.texts import Texts
from prosa.storage.traces import Traces
from prosa.storage.uploads import Uploads as StoredUploads


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that the use cases keep to; ``settings.py`` says what each of them means."""

    attachment_bytes: int
    connections_per_person: int
    conteudo: int
    edit_seconds: int
    grace_seconds: float
    last_seen: bool
    open_uploads: int
    page: int
    rates: dict[str, str]
    """How often something may be done, by its name, in the words of ``limits``."""
    recovery: int
    reply_bytes: int
    revalidate_seconds: float
    rooms_per_connection: int
    strangers_per_address: int
    timezone: str
    typing_seconds: float
    unknown_seconds: float
    unsent_bytes: int
    unsent_seconds: float
    upload_seconds: float
    watch_seconds: float


def assemble(  # noqa: PLR0913 - what the composition root has opened
    *,
    database: Database,
    stored: StoredMessages,
    broker: Broker,
    identity: Identity,
    tokens: PersonTokens,
    tasks: Tasks,
    rules: Rules,
    fan_out: FanOut,
) -> Chat:
    """The use cases over one store, their background work started and owned by ``tasks``.

    The broker is listened to from now on; whoever brought it closes it.
    """
    call_later = asyncio.get_running_loop().call_later
    stored_rooms, memberships = StoredRooms(database), Memberships(database)
    wire = Wire(ZoneInfo(rules.timezone))
    connections = Connections(per_person=rules.connections_per_person, broker=broker)
    limits = Limits(rules.rates, strangers=rules.strangers_per_address, broker=broker, clock=time.monotonic)
    hub = Hub(
        rooms=stored_rooms,
        memberships=memberships,
        messages=stored,
        broker=broker,
        tasks=tasks,
        wire=wire,
        fan_out=fan_out,
    )
    bus = Bus(broker=broker, hub=hub, connections=connections, messages=stored)
    typing = Typing(hub=hub, bus=bus, limits=limits, call_later=call_later, seconds=rules.typing_seconds)
    presence = Presence(
        hub=hub,
        elsewhere=Elsewhere(publish=bus.people, now=time.monotonic),
        connections=connections,
        memberships=memberships,
        rooms=stored_rooms,
        sightings=Sightings(database) if rules.last_seen else None,
        tasks=tasks,
        call_later=call_later,
        grace_seconds=rules.grace_seconds,
    )
    rooms = Rooms(
        rooms=stored_rooms,
        memberships=memberships,
        messages=stored,
        hub=hub,
        presence=presence,
        typing=typing,
        limits=limits,
        wire=wire,
        rooms_per_connection=rules.rooms_per_connection,
        recovery=rules.recovery,
        page=rules.page,
        reply_bytes=rules.reply_bytes,
    )
    searches = Searches(
        rooms=rooms,
        stored_rooms=stored_rooms,
        memberships=memberships,
        messages=stored,
        texts=Texts(database),
        limits=limits,
    )
    lists = Lists(memberships, clock=time.monotonic)
    publisher = Publisher(
        bus=bus, lists=lists, memberships=memberships, connections=connections, searches=searches
    )
    sessions = Sessions(
        identity=identity,
        tokens=tokens,
        tasks=tasks,
        every_seconds=rules.revalidate_seconds,
        unknown_seconds=rules.unknown_seconds,
        now=time.time,
        chance=random.Random(),  # noqa: S311 - spreads questions, keeps no secret
    )
    registry = Registry(
        stored_rooms=stored_rooms,
        memberships=memberships,
        messages=stored,
        hub=hub,
        rooms=rooms,
        connections=connections,
        publisher=publisher,
        sessions=sessions,
        bus=bus,
        conteudo=rules.conteudo,
    )
    stored_uploads, stored_attachments = StoredUploads(database), StoredAttachments(database)
    attachments = Attachments(
        attachments=stored_attachments,
        uploads=stored_uploads,
        messages=stored,
        rooms=rooms,
        upload_seconds=rules.upload_seconds,
        unsent_seconds=rules.unsent_seconds,
        now=utc_now,
    )
    watch = Watch(
        hub=hub, rooms=stored_rooms, memberships=memberships, messages=stored, reread=registry.reread
    )

    hub.listen(registry.reread)

    def reread(chat_id: ChatId) -> None:
        tasks.start(f"reread {chat_id}", registry.reread(chat_id))

    def reconnected() -> None:
        watch.hurry()
        presence.came_back()

    bus.listen(
        Ears(
            news=publisher.heard_news,
            changed=reread,
            dismissed=registry.dismiss,
            hinted=sessions.hurry,
            people=presence.heard,
        ),
        reconnected,
    )
    tasks.start("attachments", attachments.run())
    tasks.start("lists", lists.run())
    tasks.start("loop lag", lag.measure(time.monotonic))
    tasks.start("presence", presence.run())
    tasks.start("publisher", publisher.run())
    tasks.start("searches", searches.run())
    tasks.start("sessions", sessions.run())
    tasks.start("watch", watch.run(rules.watch_seconds))
    return Chat(
        attachments=attachments,
        changes=Changes(
            messages=stored,
            rooms=rooms,
            limits=limits,
            publisher=publisher,
            conteudo=rules.conteudo,
            edit_seconds=rules.edit_seconds,
        ),
        connections=connections,
        limits=limits,
        cursors=Cursors(rooms=rooms, memberships=memberships, messages=stored, hub=hub, bus=bus),
        messages=Messages(
            messages=stored,
            attachments=attachments,
            rooms=rooms,
            limits=limits,
            typing=typing,
            publisher=publisher,
            conteudo=rules.conteudo,
        ),
        past=Past(rooms=stored_rooms, messages=stored, attachments=attachments, publisher=publisher),
        presence=presence,
        privacy=Privacy(
            traces=Traces(database),
            erasures=Erasures(database),
            sightings=Sightings(database),
            registry=registry,
        ),
        registry=registry,
        rooms=rooms,
        searches=searches,
        sessions=sessions,
        typing=typing,
        uploads=Uploads(
            uploads=stored_uploads,
            attachments=stored_attachments,
            completions=Completions(
                uploads=stored_uploads, attachments=stored_attachments, inspector=Inspector(), now=utc_now
            ),
            rooms=rooms,
            limits=limits,
            tasks=tasks,
            allowance=Allowance(
                attachment_bytes=rules.attachment_bytes,
                open_uploads=rules.open_uploads,
                unsent_bytes=rules.unsent_bytes,
            ),
            now=utc_now,
        ),
        wire=wire,
        reply_bytes=rules.reply_bytes,
    )
