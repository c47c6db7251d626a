"""``manage.py import_chats``: the conversations of the chat that was here before are in Prosa."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from prosa_django import outbox
from prosa_django.client import ProsaCallError, prosa
from prosa_django.past import Digest, Message, Past, Reading, Room, names

CHUNK = 500
"""Messages a call: Prosa takes 1,000 of them, and 4 MiB."""
CHUNK_BYTES = 1_000_000
"""Of their texts, as JSON writes them: of some characters twelve bytes. As much is left for the rest."""
BAR = 30
NOT_TAKEN = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
ARCHIVED = "Esta conversa foi arquivada."


class Command(BaseCommand):
    """Copies them; the tables stay as they are. It may be run again: what is there already is not doubled."""

    help = "Copy chat_chatroom and chat_chatmessage into Prosa, each message once and in its order."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where they are, and how much of it."""
        parser.add_argument("rooms", nargs="*", metavar="chat_id", help="these rooms only")
        parser.add_argument("--dry-run", action="store_true", help="read, count, and tell Prosa nothing")
        parser.add_argument("--rooms-table", default="chat_chatroom")
        parser.add_argument("--messages-table", default="chat_chatmessage")

    def handle(self, *_: Any, **options: Any) -> None:
        """Every room; a line for each at its end. Fails where one of them is not in Prosa as it is here."""
        past = Past(options["rooms_table"], options["messages_table"])
        rooms, messages = past.counts()
        self.stdout.write(f"{rooms} rooms, {messages} messages")
        failed = done = files = 0
        self._kept = 0
        for number, room in enumerate(past.rooms(), 1):
            if options["rooms"] and room.chat_id not in options["rooms"]:
                continue
            here = Digest()
            try:
                files += self._copy(past, room, here, is_dry=options["dry_run"])
                verdict = "read" if options["dry_run"] else self._compared(room, here)
            except (ProsaCallError, ValueError) as error:  # a row that makes no sense fails its room alone
                verdict = f"FAILED: {error}"
            except Exception as error:  # noqa: BLE001 - nor does a room that the site cannot describe end it
                verdict = f"FAILED: {type(error).__name__}"
            failed += verdict not in ("read", "ok")
            done += here.count
            self._progress(number, rooms)
            self.stdout.write(f"{room.chat_id}\t{here.count} messages\tsha256:{here.hex}\t{verdict}")
        self.stdout.write(f"{done} messages; {files} files, {self._kept} of them copied, the others named")
        if failed:
            raise CommandError(f"{failed} rooms are not in Prosa as they are here.")

    def _copy(self, past: Past, room: Room, here: Digest, *, is_dry: bool) -> int:
        """Put the room and what was said in it; how many files were named."""
        if not is_dry:
            prosa().put_room(room.chat_id, _described(room))
        reading, files = Reading(room), 0
        messages = past.messages(room)
        while chunk := list(_chunk(messages)):
            if not is_dry:
                chunk = [self._with_file(room.chat_id, message) for message in chunk]
            for message in chunk:
                here.add(message)
                reading.add(message)
                files += bool(message.file)
            if not is_dry:
                known = names({message.remetente_id for message in chunk})
                prosa().import_past(room.chat_id, [_shape(message, known) for message in chunk])
        if not is_dry:
            prosa().import_past(room.chat_id, [], read=reading.cursors)
        return files

    def _with_file(self, chat_id: str, message: Message) -> Message:
        """The message with its file in Prosa; as it is, naming it, where that is gone or is not taken."""
        if not message.file:
            return message
        try:
            with default_storage.open(message.file) as file:
                attachment_id = prosa().bring_file(
                    chat_id,
                    file,
                    size_bytes=file.size,
                    name=message.file_name,
                    client_id=message.client_id,
                    remetente_id=message.remetente_id,
                )
        except (OSError, ValueError, SuspiciousOperation) as error:
            self.stderr.write(f"{chat_id}: {message.file} cannot be read ({type(error).__name__})")
            return message
        except ProsaCallError as error:
            if error.status not in NOT_TAKEN:
                raise
            self.stderr.write(f"{chat_id}: {message.file} is not taken ({error.code})")
            return message
        self._kept += 1
        return message.carrying(attachment_id)

    @staticmethod
    def _compared(room: Room, here: Digest) -> str:
        there = prosa().past(room.chat_id)
        if (there["count"], there["digest"]) == (here.count, here.hex):
            return "ok"
        return f"DIFFERS: {there['count']} messages, sha256:{there['digest']} in Prosa"

    def _progress(self, number: int, rooms: int) -> None:
        """A bar, for a person who watches."""
        if self.stderr.isatty():
            full = BAR * number // max(rooms, 1)
            self.stderr.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {number}/{rooms}", ending="\r")


def _chunk(messages: Iterator[Message]) -> Iterator[Message]:
    """The next messages that one call takes."""
    size_bytes = 0
    for message in islice(messages, CHUNK):
        yield message
        size_bytes += len(json.dumps(message.conteudo))
        if size_bytes > CHUNK_BYTES:
            return


def _shape(message: Message, known: dict[str, str]) -> dict[str, Any]:
    return {
        "conteudo": message.conteudo,
        "client_id": message.client_id,
        "sent_at": message.sent_at.isoformat(),
        "remetente_id": message.remetente_id,
        "remetente": known.get(message.remetente_id, ""),
        **({"attachment_id": message.attachment_id} if message.attachment_id else {}),
    }


def _described(room: Room) -> dict[str, Any]:
    """As the site describes its room; a room that it does not know is one of the two who spoke in it."""
    if getattr(settings, "PROSA_ROOMS", ""):
        found = outbox.describe(room.chat_id)
        if found is not None:
            return found
    known = names({room.cliente, room.fornecedor})
    return {
        "title": f"Conversa {room.chat_id}",
        "members": [
            {"user_id": user_id, "name": known.get(user_id, role.title()), "role": role}
            for user_id, role in ((room.cliente, "cliente"), (room.fornecedor, "fornecedor"))
        ],
        "can_write": room.ativo,
        "reason": "" if room.ativo else ARCHIVED,
        "context": {},
    }
