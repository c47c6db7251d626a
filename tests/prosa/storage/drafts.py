"""Messages for the tests of the store to send, and a worker's turn to write where nobody else does."""

from datetime import UTC, datetime

from prosa.broker.memory import MemoryBroker, MemoryBus
from prosa.models.entries import Draft, Kind
from prosa.models.ids import ChatId, ClientId, UserId

ALONE = MemoryBroker(MemoryBus()).turn
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def a_draft(  # what a person says, its text also its client_id unless told otherwise
    text: str,
    *,
    room: str = "7",
    author: str = "1",
    client_id: str | None = None,
    name: str = "Ana",
    at: datetime = NOON,
    imported: bool = False,
) -> Draft:
    return Draft(
        chat_id=ChatId(room), author_id=UserId(author), author_name=name,
        client_id=ClientId(text if client_id is None else client_id),
        kind="text", conteudo=text, sent_at=at, imported=imported,
    )  # fmt: skip


def a_change(  # an edit to this text, or where there is none the deletion of the target
    text: str | None,
    *,
    target: int,
    room: str = "7",
    author: str = "1",
    client_id: str | None = None,
    at: datetime = NOON,
) -> Draft:
    kind: Kind = "delete" if text is None else "edit"
    return Draft(
        chat_id=ChatId(room), author_id=UserId(author), author_name="Ana",
        client_id=ClientId(client_id or f"{kind}-{target}-{text}"),
        kind=kind, conteudo=text or "", sent_at=at, target=target,
    )  # fmt: skip
