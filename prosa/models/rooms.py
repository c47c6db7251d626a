"""A room, its members, and how far each of them has got."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from prosa.models.entries import Entry
from prosa.models.ids import ChatId, Epoch, UserId

SMALL_ROOM = 50
"""Members up to which a room shows who is there, who types and who has read (protocol.md, Events)."""


class Member(msgspec.Struct, frozen=True):
    """A person who belongs to a room. ``role`` is the site's word: ``cliente``, ``fornecedor``."""

    user_id: UserId
    name: str
    role: str = ""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What the site says of a room. ``members`` is ``None`` where there are more than ``SMALL_ROOM``."""

    chat_id: ChatId
    epoch: Epoch
    title: str
    can_write: bool
    reason: str
    context: dict[str, Any]
    version: int
    member_count: int
    members: tuple[Member, ...] | None

    @property
    def is_small(self) -> bool:
        """Whether its people are shown to each other one by one."""
        return self.members is not None

    def name_of(self, user_id: UserId) -> str:
        """What the site calls a member of a small room; empty where it says nothing."""
        return next((member.name for member in self.members or () if member.user_id == user_id), "")


class RoomDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What the site asks a room to be; the whole of it, so that asking twice changes nothing."""

    title: str
    members: tuple[Member, ...]
    can_write: bool = True
    reason: str = ""
    context: dict[str, Any] = msgspec.field(default_factory=dict)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a member has got. Both only grow, and ``read_seq <= delivered_seq``."""

    chat_id: ChatId
    user_id: UserId
    delivered_seq: int = 0
    read_seq: int = 0


class RoomSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a person's room list. ``unread`` is capped at 99; ``last`` is the newest message.

    ``last_at`` is the moment that the list is ordered and paged by.
    """

    room: Room
    last_at: datetime
    top_seq: int
    unread: int
    last: Entry | None


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What a room holds of one person, beside what they have said there. Who left it has no name in it."""

    chat_id: ChatId
    title: str
    is_member: bool
    name: str
    role: str
    delivered_seq: int
    read_seq: int


class Bookmark(NamedTuple):
    """The last row of a page of a room list, from which the next page goes on."""

    last_at: datetime
    chat_id: ChatId
