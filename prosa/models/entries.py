"""What a room's log is made of."""

from datetime import datetime
from typing import Literal

import msgspec

from prosa.models.attachments import Attachment
from prosa.models.ids import ChatId, ClientId, UserId

Kind = Literal["text", "attachment", "system", "edit", "delete"]
"""Open: more may join it. ``edit`` and ``delete`` name a ``target``."""

REMOVED_TEXT = "Mensagem removida"
"""What an entry says whose text has been taken away."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that has no place in the room yet. ``conteudo`` is normalised already."""

    chat_id: ChatId
    author_id: UserId
    author_name: str
    client_id: ClientId
    kind: Kind
    conteudo: str
    sent_at: datetime
    """Aware, UTC. Whole milliseconds, because MongoDB keeps no more."""
    attachment: Attachment | None = None
    imported: bool = False
    target: int | None = None
    """The ``seq`` of the message that an edit or a deletion is about."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a room's log, stored by a majority. Entry k exists only if k-1 does."""

    id: str
    chat_id: ChatId
    seq: int
    kind: Kind
    client_id: ClientId
    conteudo: str
    author_id: UserId
    author_name: str
    sent_at: datetime
    attachment: Attachment | None = None
    """Of a folded message that was deleted there is none."""
    imported: bool = False
    """Said before Prosa, as the site remembers it."""
    target: int | None = None
    """Of an edit or a deletion: the message that it is about, always further down."""
    edited_at: datetime | None = None
    """Of a folded message: when the text that it shows was written."""
    is_deleted: bool = False
    """Of a folded message: it only keeps its place, and says nothing."""

    @property
    def is_message(self) -> bool:
        """Whether people read it by itself; if not, it changes how another one is shown."""
        return self.target is None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What all edits and deletions of one message come to."""

    is_deleted: bool
    conteudo: str | None
    """The text of the edit with the highest ``seq``; ``None``: there is no edit."""
    edited_at: datetime | None


def folded(message: Entry, change: Change | None) -> Entry:
    """``message`` as it is shown: with its latest text, or as a place where something was said.

    A deletion wins over every edit, whichever came first.
    """
    if change is None:
        return message
    if change.is_deleted:
        return msgspec.structs.replace(message, conteudo="", edited_at=None, is_deleted=True, attachment=None)
    if change.conteudo is None:
        return message
    return msgspec.structs.replace(message, conteudo=change.conteudo, edited_at=change.edited_at)


class Stored(msgspec.Struct, frozen=True):
    """The answer to an append: the entry, and whether an earlier try had stored it."""

    entry: Entry
    duplicate: bool


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages of a log: those before a place, after it, or at and around it; or the newest."""

    before_seq: int | None = None
    after_seq: int | None = None
    around: int | None = None

    @property
    def first_newer(self) -> int | None:
        """From which place on messages are on the newer side; ``None``: all of them are on the older one."""
        return self.after_seq + 1 if self.after_seq is not None else self.around


class Page(msgspec.Struct, frozen=True):
    """Messages ascending by ``seq``: the fold of a stretch of the log.

    ``more``: older ones exist. ``top_seq``: the log's top when the page was read, 0 if empty; everything
    up to it has been folded in and nothing above it, so that whoever has the page goes on from there.
    """

    messages: tuple[Entry, ...]
    more: bool
    top_seq: int
    newer: bool = False
    """Messages exist after these, too."""
