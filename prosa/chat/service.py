"""The use cases of one worker, and which of them serves which command."""

import msgspec

from prosa.chat import commands, upload_commands
from prosa.chat.attachments import Attachments
from prosa.chat.changes import Changes
from prosa.chat.command import Command
from prosa.chat.commands import ACK_MAX
from prosa.chat.connections import Connection, Connections
from prosa.chat.cursors import Cursors
from prosa.chat.limits import Limits
from prosa.chat.messages import Messages
from prosa.chat.past import Past
from prosa.chat.presence import Presence
from prosa.chat.privacy import Privacy
from prosa.chat.registry import Registry
from prosa.chat.replies import NO_REPLY, Measure, Reply, fitting
from prosa.chat.rooms import Rooms
from prosa.chat.searches import Searches, text_of
from prosa.chat.sessions import Sessions
from prosa.chat.typing import Typing
from prosa.chat.uploads import Uploads
from prosa.chat.wire import Shape, Wire, attachment_shape, ending
from prosa.models.entries import Page, Where
from prosa.models.errors import UnknownEventError
from prosa.models.rooms import Cursor, RoomSummary
from prosa.models.searches import Found, Place

QUERIES = (
    commands.History,
    commands.ListRooms,
    commands.MarkDelivered,
    commands.MarkRead,
    upload_commands.UploadStart,
    upload_commands.UploadFinish,
    upload_commands.UploadCancel,
)
"""What costs the store something, and is limited by nothing else."""
REST = {"more": True, "newer": False, "top_seq": ACK_MAX}
"""What stands in a page of history beside its messages."""
PAGE = 50
"""Rows of an answer where the browser does not say how many."""


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be asked of the service, as ``app.py`` has put it together."""

    attachments: Attachments
    changes: Changes
    connections: Connections
    cursors: Cursors
    limits: Limits
    messages: Messages
    past: Past
    presence: Presence
    privacy: Privacy
    registry: Registry
    rooms: Rooms
    searches: Searches
    sessions: Sessions
    typing: Typing
    uploads: Uploads
    wire: Wire
    reply_bytes: int

    async def answer(  # noqa: C901, PLR0911, PLR0912 - a case for each command
        self, connection: Connection, command: Command
    ) -> Reply:
        """Carry out one command. Raises the refusal of whatever may not be."""
        user_id = connection.person.user_id
        self.limits.check_here("commands", user_id)  # also what is refused, or known already, costs something
        if isinstance(command, QUERIES):
            await self.limits.check("queries", user_id)
        match command:
            case commands.SendMessage():
                stored = await self.messages.send(connection.person, command)
                return Reply(self.wire.sent(stored.entry, duplicate=stored.duplicate))
            case commands.EditMessage() | commands.DeleteMessage():
                stored = await self.changes.change(connection.person, command)
                return Reply(self.wire.sent(stored.entry, duplicate=stored.duplicate))
            case commands.JoinChat():
                return await self.rooms.join(connection, command)
            case commands.LeaveChat():
                self.rooms.leave(connection, command.room_id)
                return Reply({})
            case commands.TypingStart():
                await self.typing.start(connection, command.room_id)
                return NO_REPLY
            case commands.TypingStop():
                self.typing.stop(connection, command.room_id)
                return NO_REPLY
            case commands.MarkDelivered():
                return _held(await self.cursors.mark_delivered(user_id, command.room_id, command.seq))
            case commands.MarkRead():
                return _held(await self.cursors.mark_read(user_id, command.room_id, command.seq))
            case commands.History():
                _, page = await self.rooms.history(
                    user_id, command.room_id, command.where, _limit(command.limit)
                )
                return Reply(self.page(page, command.where, connection.written_size))
            case commands.SearchMessages():
                _, hits = await self.searches.search(user_id, command)
                return Reply(self.found(hits, connection.written_size))
            case commands.ListRooms():
                found, more = await self.rooms.list(user_id, since=command.since, limit=_limit(command.limit))
                rows = [self.row(summary) for summary in found]
                return Reply(self._rows(rows, connection.written_size, more=more))
            case upload_commands.UploadStart():
                upload = await self.uploads.start(user_id, command)
                return Reply({"upload_id": upload.id, "offset": upload.offset})
            case upload_commands.UploadChunk():
                return Reply({"offset": await self.uploads.chunk(user_id, command)})
            case upload_commands.UploadFinish():
                chat_id, attachment = await self.uploads.finish(user_id, command)
                return Reply({"attachment": attachment_shape(chat_id, attachment)})
            case upload_commands.UploadCancel():
                await self.uploads.cancel(user_id, command.upload_id)
                return Reply({})
            case commands.Authenticate():
                person = await self.sessions.refresh(connection, command.credential)
                return Reply({"expires_at": ending(person)})
        raise UnknownEventError

    def page(self, page: Page, where: Where, measure: Measure) -> Shape:
        """A page of history; what is farthest from the place is left out where it would weigh too much."""
        first_newer = ACK_MAX if where.first_newer is None else where.first_newer
        older = [self.wire.entry(entry) for entry in page.messages if entry.seq < first_newer]
        newer = [self.wire.entry(entry) for entry in page.messages if entry.seq >= first_newer]
        limit = self.reply_bytes // 2 if older and newer else self.reply_bytes
        before = fitting(older, REST, measure=measure, limit=limit)
        after = fitting(newer[::-1], REST, measure=measure, limit=limit)
        return {
            "messages": older[len(older) - before :] + newer[:after],
            "more": page.more or before < len(older),
            "newer": page.newer or after < len(newer),
            "top_seq": page.top_seq,
        }

    def found(self, found: Found, measure: Measure) -> Shape:
        """A page of what was found, its oldest left for the next one where it would weigh too much."""
        rows = [self.wire.hit(hit) for hit in found.hits]
        count = fitting(rows[::-1], {"next": ""}, measure=measure, limit=self.reply_bytes)
        following = found.next
        if count < len(rows):
            last = found.hits[count - 1].entry
            following = Place(last.sent_at, last.chat_id, last.seq)
        return {
            "results": rows[:count],
            "next": None if following is None else text_of(following),
            "whole": found.whole,
        }

    def row(self, summary: RoomSummary) -> Shape:
        """One row of a room list, with who of a small room is here."""
        return {**self.wire.summary(summary), "online": self.presence.online_in(summary.room)}

    def _rows(self, rows: list[Shape], measure: Measure, *, more: bool) -> Shape:
        count = fitting(rows[::-1], {"more": True}, measure=measure, limit=self.reply_bytes)
        return {"rooms": rows[:count], "more": more or count < len(rows)}

    def part(self, connection: Connection) -> None:
        """The connection is gone: it is in no room, writes nothing, and its person may be away."""
        for chat_id in tuple(connection.rooms):
            self.rooms.leave(connection, chat_id)
        self.connections.remove(connection)
        self.presence.disconnected(connection)


def _limit(asked: int | None) -> int:
    return PAGE if asked is None else asked


def _held(cursor: Cursor) -> Reply:
    return Reply({"delivered_seq": cursor.delivered_seq, "read_seq": cursor.read_seq})
