"""The conversations of the chat that was here before, as its two tables keep them.

``chat_chatroom`` (id, cliente_id, fornecedor_id, ativo) and ``chat_chatmessage`` (id, chat_room_id,
remetente_id, conteudo, data_envio, lida, arquivo_anexo). Read as they are, by SQL: the app that wrote them
may be gone.
"""

import hashlib
import json
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth import get_user_model
from django.db import connection

BATCH = 500
FILE = "[Arquivo: "
"""How that chat itself wrote a file's name where a message had no text."""
FILE_NAME_CHARS = 255
"""Of a file's name; what is longer was typed by somebody, and is none."""
NAME_CHARS = 500
"""Of a person's name, as Prosa takes it."""
_MARKS = "".join(char for char in map(chr, range(0x300, 0x20000)) if unicodedata.combining(char))
_HEAP = re.compile(f"[{_MARKS}]{{32,}}")
"""More marks than any letter has. Python puts them in their order one swap at a time."""


class Room(NamedTuple):
    """A conversation of two, and its key as its table has it."""

    key: Any
    chat_id: str
    cliente: str
    fornecedor: str
    ativo: bool


class Message(NamedTuple):
    """What somebody has said, and whether the other one has read it."""

    client_id: str
    remetente_id: str
    conteudo: str
    sent_at: datetime
    lida: bool
    file: str
    """Where the file lies that was sent with it, below ``MEDIA_ROOT``; empty: there was none."""
    attachment_id: str = ""

    @property
    def file_name(self) -> str:
        """What it was called: as the chat itself wrote it where there was no text, or as it lies there."""
        if self.conteudo.startswith(FILE) and self.conteudo.endswith("]"):
            name = self.conteudo[len(FILE) : -1]
            if 0 < len(name) <= FILE_NAME_CHARS:
                return name
        return posixpath.basename(self.file)

    def carrying(self, attachment_id: str) -> "Message":
        """The message with its file: what only named that is not said any more."""
        lines = self.conteudo.split("\n")
        said = lines[:-1] if lines[-1].startswith(FILE) and lines[-1].endswith("]") else lines
        return self._replace(conteudo="\n".join(said).strip(), attachment_id=attachment_id)


class Digest:
    """A count and a SHA-256 of messages in their order, which Prosa makes of what it keeps, too."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, message: Message) -> None:
        """One message more."""
        moment = round(message.sent_at.timestamp() * 1000)
        line = json.dumps([message.client_id, message.remetente_id, moment, message.conteudo])
        self._hash.update(line.encode() + b"\n")
        self.count += 1

    @property
    def hex(self) -> str:
        """What it has come to."""
        return self._hash.hexdigest()


class Past:
    """What the two tables hold, streamed: of no table is more than a batch in memory."""

    def __init__(self, rooms_table: str, messages_table: str) -> None:
        self._rooms = connection.ops.quote_name(rooms_table)
        self._messages = connection.ops.quote_name(messages_table)
        self._name = messages_table

    def counts(self) -> tuple[int, int]:
        """How many rooms and messages there are."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self._rooms}")  # noqa: S608 - quoted names of the command's
            rooms = cursor.fetchone()[0]
            cursor.execute(f"SELECT count(*) FROM {self._messages}")  # noqa: S608
            return int(rooms), int(cursor.fetchone()[0])

    def rooms(self) -> Iterator[Room]:
        """Every room, the oldest first."""
        query = f"SELECT id, cliente_id, fornecedor_id, ativo FROM {self._rooms} ORDER BY id"  # noqa: S608
        for pk, cliente, fornecedor, ativo in _rows(query):
            yield Room(pk, str(pk), _person(cliente), _person(fornecedor), bool(ativo))

    def messages(self, room: Room) -> Iterator[Message]:
        """Everything that was said in the room, in order. Raises ``ValueError`` where one has no moment."""
        query = (
            "SELECT id, remetente_id, conteudo, data_envio, lida, arquivo_anexo"  # noqa: S608
            f" FROM {self._messages} WHERE chat_room_id = %s ORDER BY data_envio, id"
        )
        for pk, author, text, moment, lida, file in _rows(query, room.key):
            yield Message(
                client_id=str(uuid5(NAMESPACE_URL, f"prosa:{self._name}:{pk}")),
                remetente_id=_person(author),
                conteudo=_text(text or "", file or ""),
                sent_at=_moment(moment),
                lida=bool(lida),
                file=file or "",
            )


class Reading:
    """How far each of two has read: up to the first message of somebody else that is not ``lida``."""

    def __init__(self, room: Room) -> None:
        self._stopped: dict[str, int] = {}
        self._people = (room.cliente, room.fornecedor)
        self._count = 0

    def add(self, message: Message) -> None:
        """One message more."""
        if not message.lida:
            for user_id in self._people:
                if user_id != message.remetente_id:
                    self._stopped.setdefault(user_id, self._count)
        self._count += 1

    @property
    def cursors(self) -> dict[str, int]:
        """The place of the last message read, from 1; 0: none."""
        return {user_id: self._stopped.get(user_id, self._count) for user_id in self._people}


def names(user_ids: set[str]) -> dict[str, str]:
    """What the site calls these people; who is gone is not in it."""
    # Not by the site's own manager, which may hide whoever has left.
    found = get_user_model()._base_manager.filter(pk__in=user_ids)  # noqa: SLF001 - public by its documentation
    return {
        str(user.pk): (getattr(user, "get_full_name", lambda: "")() or user.get_username())[:NAME_CHARS]
        for user in found
    }


def _person(value: Any) -> str:
    """The id of somebody, as the site's model has it: a UUID is kept in some databases without its dashes."""
    return str(get_user_model()._meta.pk.to_python(value))  # noqa: SLF001 - public by its documentation


def _rows(query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _moment(value: datetime | str | None) -> datetime:
    """UTC, to the millisecond, whatever the database returns. Raises ``ValueError`` where it is none."""
    if value is None:
        raise ValueError("a message has no moment")
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _text(text: str, file: str) -> str:
    """As Prosa keeps it; a file is named, where the text does not name one."""
    text = _plain(text)
    if file and FILE not in text:
        text = f"{text}\n{FILE}{_plain(posixpath.basename(file))}]"
    return unicodedata.normalize("NFC", _HEAP.sub(_in_order, text)).strip()


def _plain(text: str) -> str:
    """LF line ends, no NUL, no lone surrogate."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "ignore").decode()


def _in_order(heap: re.Match[str]) -> str:
    """The marks as every normal form has them: those of one class as they stand."""
    return "".join(sorted(heap[0], key=unicodedata.combining))
