"""What waits to be stored: messages, one line per room, first come first served, and no more than fits.

Who takes them out and stores them is ``committer.py``.
"""

import asyncio
from collections.abc import Callable, Iterable

from prosa.models.entries import Draft, Stored
from prosa.models.errors import ConflictError, OutcomeUnknownError, ProsaError
from prosa.models.ids import ChatId
from prosa.storage.database import Document
from prosa.storage.documents import digest_of, entry_of, message_document
from prosa.storage.log import Key

RETRY_AFTER_MS = 1000
LANE_MESSAGES = 16
"""A room with more than these waiting gets a lane, so that it never delays rooms of two."""
CROWDED_LOSSES = 3
CROWDED_SECONDS = 2.0
BATCH_BYTES = 12 * 2**20
OVERHEAD_BYTES = 512
"""More than a message's document weighs without its strings."""


class Waiting:
    """One message on its way into the log. ``settled`` is called with it once, when it has its answer.

    Whoever asks gets a future of their own, not a shield of one for all: that and its callbacks took a
    thirtieth of all that a message costs (measured).
    """

    __slots__ = (
        "_askers",
        "_settled",
        "answer",
        "attempts",
        "deadline",
        "digest",
        "document",
        "draft",
        "key",
        "size_bytes",
    )

    def __init__(self, draft: Draft, deadline: float, settled: Callable[["Waiting"], None]) -> None:
        self.draft = draft
        self.deadline = deadline
        self.answer: Stored | ProsaError | None = None
        self.key = Key(draft.chat_id, draft.author_id, draft.client_id)
        self.digest = digest_of(draft)
        self.document: Document = message_document(draft, self.digest)
        self.size_bytes = OVERHEAD_BYTES + len(draft.conteudo.encode()) + len(draft.author_name.encode())
        self.attempts: list[object] = []
        self._settled = settled
        self._askers: list[asyncio.Future[Stored]] = []

    @property
    def is_settled(self) -> bool:
        """Whether its author has had an answer."""
        return self.answer is not None

    async def ask(self) -> Stored:
        """What becomes of it. Raises its refusal. Whoever stops asking takes nothing back."""
        asker: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        if self.answer is None:
            self._askers.append(asker)
        else:
            _tell(asker, self.answer)
        return await asker

    def stored(self, document: Document) -> None:
        """``document`` is in the log under this key: acknowledge it, if it says the same.

        It is a duplicate unless one of our own attempts put it there.
        """
        if self.is_settled:
            return
        if document["digest"] != self.digest:
            self._settle(ConflictError())
        else:
            self._settle(Stored(entry_of(document), document["_id"] not in self.attempts))

    def expire(self) -> None:
        """Nobody can say whether it is in the log: the author must send it again."""
        if not self.is_settled:
            self._settle(OutcomeUnknownError(retry_after_ms=RETRY_AFTER_MS))

    def _settle(self, answer: Stored | ProsaError) -> None:
        self.answer = answer
        self._settled(self)
        for asker in self._askers:
            if not asker.done():  # nor cancelled
                _tell(asker, answer)


def _tell(asker: asyncio.Future[Stored], answer: Stored | ProsaError) -> None:
    if isinstance(answer, Stored):
        asker.set_result(answer)
    else:
        asker.set_exception(answer)


class Line:
    """The messages of one room that wait, and what this worker knows of the room's log.

    ``top`` is a ``seq`` that a majority is known to hold: a lower bound, maybe stale, or ``None``.
    """

    __slots__ = ("chat_id", "crowded_until", "is_busy", "losses", "top", "waiting")

    def __init__(self, chat_id: ChatId) -> None:
        self.chat_id = chat_id
        self.top: int | None = None
        self.is_busy = False
        self.losses = 0
        self.crowded_until = 0.0
        self.waiting: list[Waiting] = []  # not a deque: an empty one takes 600 bytes, and most are empty

    def is_crowded(self, now: float) -> bool:
        """Whether workers take turns in it."""
        return now < self.crowded_until

    def needs_lane(self, now: float) -> bool:
        """Whether it would delay others in the common batch."""
        return len(self.waiting) > LANE_MESSAGES or self.is_crowded(now)

    def take(self, messages: int, size_bytes: int) -> list[Waiting]:
        """Up to so many from the head; they are this line's only ones in flight."""
        taken: list[Waiting] = []
        for message in self.waiting[:messages]:
            if message.size_bytes > size_bytes:
                break
            taken.append(message)
            size_bytes -= message.size_bytes
        del self.waiting[: len(taken)]
        return taken

    def numbered(self, taken: Iterable[Waiting], new_id: Callable[[], object]) -> list[Document]:
        """The documents of ``taken`` with the room's next places, each with an id of its own."""
        assert self.top is not None, "load the top first"  # noqa: S101 - cannot happen
        documents = []
        for seq, message in enumerate(taken, self.top + 1):
            message.attempts.append(new_id())
            documents.append({"_id": message.attempts[-1], **message.document, "seq": seq})
        return documents

    def reached(self, seq: int) -> None:
        """``seq`` is held by a majority."""
        self.top = seq if self.top is None else max(self.top, seq)

    def lost(self, now: float) -> bool:
        """Another worker took the next place. Three times in a row: the room is crowded; true if it is."""
        self.top = None
        self.losses += 1
        if self.losses < CROWDED_LOSSES and not self.is_crowded(now):
            return False
        self.crowd(now)
        return True

    def crowd(self, now: float) -> None:
        """For a while, workers take turns in it."""
        self.crowded_until = now + CROWDED_SECONDS

    def heard(self, seq: int, now: float) -> None:
        """Another worker stored ``seq``. Nothing is learnt where nothing is known: that is read."""
        if self.top is not None:
            self.reached(seq)
        if self.is_crowded(now):
            self.crowd(now)

    def put_back(self, taken: Iterable[Waiting]) -> None:
        """``taken`` are at the head again in their order, but for those that have had their answer.

        An author's later messages go with an expired one, or they would overtake it.
        """
        self.waiting[:0] = taken
        late = {message.draft.author_id for message in self.waiting if message.is_settled}
        if late:
            self._drop_after_expired()

    def expire(self, message: Waiting) -> None:
        """``message`` has waited too long, whether here or in flight; its author's later ones go too."""
        message.expire()
        if message not in self.waiting:
            self.waiting.insert(0, message)
        self._drop_after_expired()

    def _drop_after_expired(self) -> None:
        late = set()
        kept = []
        for message in self.waiting:
            if message.is_settled:
                late.add(message.draft.author_id)
            elif message.draft.author_id in late:
                message.expire()
            else:
                kept.append(message)
        self.waiting = kept
