"""``manage.py import_chats``: the conversations of the chat that was here before are in Prosa."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from prosa_django import outbox
from prosa_django.client import ProsaCallError, prosa
from prosa_django.past import Digest, Message, Past, Reading, Room, names

CHUNK = 500
"""Messages a call: Prosa takes 1,000 of them, and 4 MiB."""
CHUNK_CHARS = 500_000
BAR = 30
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
        for number, room in enumerate(past.rooms(), 1):
            if options["rooms"] and room.chat_id not in options["rooms"]:
                continue
            here = Digest()
            try:
                files += self._copy(past, room, here, is_dry=options["dry_run"])
                verdict = "read" if options["dry_run"] else self._compared(room, here)
            except ProsaCallError as error:
                verdict = f"FAILED: {error}"
            failed += verdict not in ("read", "ok")
            done += here.count
            self._progress(number, rooms)
            self.stdout.write(f"{room.chat_id}\t{here.count} messages\tsha256:{here.hex}\t{verdict}")
        self.stdout.write(f"{done} messages; {files} files are named in them and not copied")
        if failed:
            raise CommandError(f"{failed} rooms are not in Prosa as they are here.")

    def _copy(self, past: Past, room: Room, here: Digest, *, is_dry: bool) -> int:
        """Put the room and what was said in it; how many files were named."""
        if not is_dry:
            prosa().put_room(room.chat_id, _described(room))
        reading, files = Reading(room), 0
        messages = past.messages(room.chat_id)
        while chunk := list(_chunk(messages)):
            for message in chunk:
                here.add(message)
                reading.add(message)
                files += message.has_file
            if not is_dry:
                known = names({message.remetente_id for message in chunk})
                prosa().import_past(room.chat_id, [_shape(message, known) for message in chunk])
        if not is_dry:
            prosa().import_past(room.chat_id, [], read=reading.cursors)
        return files

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
    chars = 0
    for message in islice(messages, CHUNK):
        yield message
        chars += len(message.conteudo)
        if chars > CHUNK_CHARS:
            return


def _shape(message: Message, known: dict[str, str]) -> dict[str, Any]:
    return {
        "conteudo": message.conteudo,
        "client_id": message.client_id,
        "sent_at": message.sent_at.isoformat(),
        "remetente_id": message.remetente_id,
        "remetente": known.get(message.remetente_id, ""),
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
