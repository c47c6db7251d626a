"""What a room's log is made of."""

from datetime import datetime
from typing import Literal

import msgspec

from prosa.models.ids import ChatId, ClientId, UserId

Kind = Literal["text", "system"]
"""Open: ``attachment``, ``edit`` and ``delete`` join it as they are built."""

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
    imported: bool = False


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
    imported: bool = False
    """Said before Prosa, as the site remembers it."""


class Stored(msgspec.Struct, frozen=True):
    """The answer to an append: the entry, and whether an earlier try had stored it."""

    entry: Entry
    duplicate: bool


class Page(msgspec.Struct, frozen=True):
    """Messages ascending by ``seq``: the fold of a stretch of the log.

    ``more``: older ones exist. ``top_seq``: the log's top when the page was read, 0 if empty.
    """

    messages: tuple[Entry, ...]
    more: bool
    top_seq: int
