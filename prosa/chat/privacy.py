"""What a person may ask for of what is kept of them: all of it, or that it be nobody's any more."""

from collections.abc import AsyncGenerator
from datetime import datetime

from prosa.chat.registry import Registry
from prosa.models.entries import Entry
from prosa.models.ids import UserId
from prosa.models.rooms import Trace
from prosa.storage.erasures import Erasures
from prosa.storage.sightings import Sightings
from prosa.storage.traces import Traces


async def everything_of(traces: Traces, user_id: UserId) -> AsyncGenerator[Trace | tuple[Entry, ...], None]:
    """Each room where the person is or has spoken, followed by their own words there, in order and in parts.

    What others have said to them is the others'.
    """
    async for chat_id in traces.rooms_of(user_id):
        yield await traces.of(chat_id, user_id)
        async for entries in traces.words(chat_id, user_id):
            yield entries


class Privacy:
    """The site's side of it: it has made sure who asks."""

    def __init__(
        self, *, traces: Traces, erasures: Erasures, sightings: Sightings, registry: Registry
    ) -> None:
        self._traces = traces
        self._sightings = sightings
        self._erasures = erasures
        self._registry = registry

    def export(self, user_id: UserId) -> AsyncGenerator[Trace | tuple[Entry, ...], None]:
        """Everything that is kept of the person, a part at a time."""
        return everything_of(self._traces, user_id)

    async def last_seen(self, user_id: UserId) -> datetime | None:
        """When the person was last here, as far as that is kept."""
        return (await self._sightings.of([user_id])).get(user_id)

    async def erase(self, user_id: UserId, *, blanks: bool) -> tuple[int, int]:
        """Nothing says any more who the person was, and open pages know; of how many rooms and messages.

        What they said stays in its place, for those whom they said it to, unless it ``blanks`` it.
        """
        rooms = messages = 0
        async for chat_id, count in self._erasures.erase(user_id, blanks=blanks):
            rooms += 1
            messages += count
            await self._registry.erased(chat_id, user_id)
        return rooms, messages
