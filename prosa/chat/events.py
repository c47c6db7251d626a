"""Outbound: what a browser may be told, encoded once however many are told.

Who is told is decided by the use cases; when and in which order by ``hub.py``.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from prosa.chat.wire import Shape, Wire, cursor_shape, room_shape
from prosa.models.entries import Entry
from prosa.models.errors import ProsaError
from prosa.models.ids import ChatId, UserId
from prosa.models.rooms import Cursor, Room


class Event:
    """What is told, as the texts of inner messages: mostly one.

    ``framed`` belongs to whoever writes it to a transport: the same ``Event`` goes to everybody,
    so what the first writer leaves there saves all others the framing.
    """

    __slots__ = ("framed", "name", "texts")

    def __init__(self, name: str, data: Any, ack: int | None = None) -> None:
        self.name = name
        message = {"event": name, "data": data} if ack is None else {"event": name, "ack": ack, "data": data}
        self.texts: tuple[str, ...] = (msgspec.json.encode(message).decode(),)
        self.framed: Any = None

    @property
    def text(self) -> str:
        """The text of an event that is one."""
        (text,) = self.texts
        return text


def heard(name: str, text: str) -> Event:
    """What another worker has encoded already."""
    event = Event.__new__(Event)
    event.name, event.texts, event.framed = name, (text,), None
    return event


def together(events: Sequence[Event]) -> Event:
    """All of them in their order, as one."""
    event = Event.__new__(Event)
    event.name, event.framed = events[0].name, None
    event.texts = tuple(text for each in events for text in each.texts)
    return event


def reply(ack: int, data: Any) -> Event:
    """The answer to the command that carried ``ack``."""
    return Event("ack", data, ack)


def refusal_shape(error: ProsaError, message: str) -> Shape:
    """What a refusal says, on the socket and over HTTP alike; ``message`` in the person's language."""
    return {"code": error.code, "message": message, "retryable": error.retryable, **error.details}


def refusal(error: ProsaError, message: str, ack: int | None = None) -> Event:
    """Why a command was not carried out."""
    return Event("error", refusal_shape(error, message), ack)


def logged(entry: Entry, wire: Wire) -> Event:
    """A room's log has grown by an entry."""
    match entry.kind:
        case "edit":
            return message_edited(entry, wire)
        case "delete":
            return message_deleted(entry, wire)
        case _:
            return new_message(entry, wire)


def new_message(entry: Entry, wire: Wire) -> Event:
    """Something was said in a room."""
    return Event("new_message", wire.entry(entry))


def message_edited(entry: Entry, wire: Wire) -> Event:
    """What was said at ``target`` is now this."""
    return Event("message_edited", wire.entry(entry))


def message_deleted(entry: Entry, wire: Wire) -> Event:
    """What was said at ``target`` has been taken back."""
    return Event("message_deleted", wire.entry(entry))


def user_typing(chat_id: ChatId, user_id: UserId, user: str, *, is_typing: bool) -> Event:
    """Somebody started or stopped writing."""
    return Event(
        "user_typing", {"chat_id": chat_id, "user": user, "user_id": user_id, "is_typing": is_typing}
    )


def user_joined(chat_id: ChatId, user_id: UserId, user: str, timestamp: str) -> Event:
    """The first of somebody's connections joined a room."""
    return Event(
        "user_joined", {"chat_id": chat_id, "user": user, "user_id": user_id, "timestamp": timestamp}
    )


def user_left(chat_id: ChatId, user_id: UserId, user: str, timestamp: str) -> Event:
    """The last of somebody's connections has been out of a room for the time of grace."""
    return Event("user_left", {"chat_id": chat_id, "user": user, "user_id": user_id, "timestamp": timestamp})


def presence(user_id: UserId, *, online: bool, last_seen: str | None = None) -> Event:
    """Somebody came online, or has been away for the time of grace since ``last_seen``."""
    data: Shape = {"user_id": user_id, "online": online}
    if last_seen is not None:
        data["last_seen"] = last_seen
    return Event("presence", data)


def cursors(cursor: Cursor, *, unread: int | None = None) -> Event:
    """Somebody has got further in a room. To that person also how many messages wait for them there."""
    own: Shape = {} if unread is None else {"unread": unread}
    return Event("cursors", {"chat_id": cursor.chat_id, **cursor_shape(cursor), **own})


def room_updated(room: Room) -> Event:
    """The site says something new of a room."""
    return Event("room_updated", {"room": room_shape(room)})


def room_left(chat_id: ChatId, reason: str) -> Event:
    """The person no longer belongs to a room: ``removed`` or ``deleted``."""
    return Event("room_left", {"chat_id": chat_id, "reason": reason})


def server_restart(retry_after_ms: int, worker: str) -> Event:
    """This worker restarts: whoever hears it is closed with 4000, and comes back after that time."""
    return Event("server_restart", {"retry_after_ms": retry_after_ms, "worker": worker})


def new_notification(entry: Entry, *, message_preview: str, unread: int, timestamp: str) -> Event:
    """Something was said in a room that this connection has not joined."""
    return Event(
        "new_notification",
        {
            "type": "chat_message",
            "chat_id": entry.chat_id,
            "from_user": entry.author_name,
            "message_preview": message_preview,
            "seq": entry.seq,
            "unread": unread,
            "timestamp": timestamp,
        },
    )
