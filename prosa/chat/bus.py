"""What one worker tells the others, and what it makes of what it hears from them.

A notice may get lost, or come twice: the log is watched, and all else is told again or asked for.
"""

import logging
from collections.abc import Callable

import msgspec

from prosa.broker.broker import Broker
from prosa.chat import events
from prosa.chat.connections import Connections
from prosa.chat.elsewhere import Came, Roster, Went
from prosa.chat.events import Event
from prosa.chat.hub import Hub
from prosa.models.entries import Entry
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Cursor, Room
from prosa.storage.messages import Messages

log = logging.getLogger(__name__)

EVERYBODY = "control"
"""The channel that every worker hears."""


class Stored(msgspec.Struct, frozen=True, tag="stored"):
    """An entry is stored; on its room's channel."""

    entry: Entry


class Moved(msgspec.Struct, frozen=True, tag="moved"):
    """Somebody has got further; on the room's channel."""

    cursor: Cursor


class Said(msgspec.Struct, frozen=True, tag="said"):
    """Whoever is in the room is told this, but for the connections of one person; on the room's channel."""

    chat_id: ChatId
    name: str
    text: str
    but: UserId | None


class Told(msgspec.Struct, frozen=True, tag="told"):
    """Every connection of a person is told this, but for those in one room; on the person's channel."""

    user_id: UserId
    name: str
    text: str
    outside: ChatId | None = None


class Crowded(msgspec.Struct, frozen=True, tag="crowded"):
    """A worker keeps losing the race for the next place; on the room's channel."""

    chat_id: ChatId


class News(msgspec.Struct, frozen=True, tag="news"):
    """A person belongs to a room in which something was said; on the person's channel."""

    user_id: UserId
    entry: Entry


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """The site says something new of a room; heard by everybody."""

    chat_id: ChatId


class Dismissed(msgspec.Struct, frozen=True, tag="dismissed"):
    """A person no longer belongs to a room; on the person's channel."""

    user_id: UserId
    chat_id: ChatId
    reason: str


class Hinted(msgspec.Struct, frozen=True, tag="hinted"):
    """The site says that these people's sessions or rights have changed; heard by everybody."""

    user_ids: frozenset[UserId]


Notice = Stored | Moved | Said | Told | Crowded | News | Changed | Dismissed | Hinted | Roster | Came | Went


class Ears(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes something of a notice that is more than telling it on."""

    news: Callable[[UserId, Entry], None]
    changed: Callable[[ChatId], None]
    dismissed: Callable[[UserId, ChatId, str], None]
    hinted: Callable[[frozenset[UserId]], None]
    people: Callable[[Roster | Came | Went], None]


class Bus:
    """Everything that is told to more than one connection: here at once, and at the other workers."""

    def __init__(self, *, broker: Broker, hub: Hub, connections: Connections, messages: Messages) -> None:
        self._broker = broker
        self._hub = hub
        self._connections = connections
        self._messages = messages
        self._ears: Ears | None = None
        self._decoder = msgspec.json.Decoder(Notice)

    def listen(self, ears: Ears, reconnected: Callable[[], None]) -> None:
        """From now on the other workers are heard."""
        self._ears = ears
        self._messages.listen(self._crowded)
        self._broker.subscribe(EVERYBODY)
        self._broker.listen(self._heard, reconnected)

    def stored(self, entry: Entry) -> None:
        """Everybody in the room hears the entry in its turn."""
        self._hub.stored(entry)
        self._publish(f"room:{entry.chat_id}", Stored(entry))

    def moved(self, cursor: Cursor) -> None:
        """Everybody in the room knows how far somebody has got."""
        self._hub.moved(cursor)
        self._publish(f"room:{cursor.chat_id}", Moved(cursor))

    def say(self, chat_id: ChatId, event: Event, *, but: UserId | None = None) -> None:
        """Everybody in the room is told, but for the connections of one person."""
        self._say(chat_id, event, but)
        self._publish(f"room:{chat_id}", Said(chat_id, event.name, event.text, but))

    def tell(self, user_id: UserId, event: Event, *, outside: ChatId | None = None) -> None:
        """Every connection of the person is told; or those ``outside`` of a room, which hear it there."""
        self._tell(user_id, event, outside)
        self._publish(f"person:{user_id}", Told(user_id, event.name, event.text, outside))

    def updated(self, room: Room) -> None:
        """The members of a small room who are not in it may have to show it anew in their lists."""
        event = events.room_updated(room)
        for member in room.members or ():
            self.tell(member.user_id, event, outside=room.chat_id)

    def news(self, user_id: UserId, entry: Entry) -> None:
        """The other workers know that something was said in a room of this person."""
        self._publish(f"person:{user_id}", News(user_id, entry))

    def changed(self, chat_id: ChatId) -> None:
        """The other workers read the room anew."""
        self._publish(EVERYBODY, Changed(chat_id))

    def dismissed(self, user_id: UserId, chat_id: ChatId, reason: str) -> None:
        """The other workers know that the person no longer belongs to the room."""
        self._publish(f"person:{user_id}", Dismissed(user_id, chat_id, reason))

    def hinted(self, user_ids: frozenset[UserId]) -> None:
        """The other workers ask about these people anew."""
        self._publish(EVERYBODY, Hinted(user_ids))

    def people(self, notice: Roster | Came | Went) -> None:
        """The other workers know who is with this one."""
        self._publish(EVERYBODY, notice)

    def _crowded(self, chat_id: ChatId) -> None:
        self._publish(f"room:{chat_id}", Crowded(chat_id))

    def _publish(self, channel: str, notice: Notice) -> None:
        self._broker.publish(channel, msgspec.json.encode(notice))

    def _heard(self, channel: str, notice: bytes) -> None:
        """Whatever another worker says. What is no notice of ours is refused by name."""
        try:
            heard = self._decoder.decode(notice)
        except msgspec.DecodeError as error:
            log.warning("notice_refused channel=%s error=%s", channel, error)
            return
        match heard:
            case Stored():
                self._messages.heard(heard.entry.chat_id, heard.entry.seq)
                self._hub.stored(heard.entry)
            case Moved():
                self._hub.moved(heard.cursor)
            case Said():
                self._say(heard.chat_id, events.heard(heard.name, heard.text), heard.but)
            case Told():
                self._tell(heard.user_id, events.heard(heard.name, heard.text), heard.outside)
            case Crowded():
                self._messages.crowd(heard.chat_id)
            case _ if self._ears is not None:
                _hand_over(heard, self._ears)
            case _:
                pass

    def _say(self, chat_id: ChatId, event: Event, but: UserId | None) -> None:
        live = self._hub.live(chat_id)
        if live is not None:
            live.tell(event, but=but)

    def _tell(self, user_id: UserId, event: Event, outside: ChatId | None) -> None:
        for connection in self._connections.of(user_id):
            if outside not in connection.rooms:
                connection.deliver(event)


def _hand_over(heard: News | Changed | Dismissed | Hinted | Roster | Came | Went, ears: Ears) -> None:
    match heard:
        case News():
            ears.news(heard.user_id, heard.entry)
        case Changed():
            ears.changed(heard.chat_id)
        case Dismissed():
            ears.dismissed(heard.user_id, heard.chat_id, heard.reason)
        case Hinted():
            ears.hinted(heard.user_ids)
        case _:
            ears.people(heard)
