"""Write commands as the server has them, with the write concern of their collection.

The driver's ``insert_many`` and ``bulk_write`` make *retryable writes*: of each change every server of the
set writes down, beside it, that it was made. That costs three servers a sixth more (measured), and where a
write is settled by reading, or comes again by itself, it buys nothing.
"""

from pymongo.errors import BulkWriteError

from prosa.storage.database import Collection, Document


async def write(collection: Collection, command: str, **arguments: object) -> Document:
    """The server's answer to ``command``; unordered writes and ordered ones alike.

    Raises ``BulkWriteError`` where something was refused, with the server's ``writeErrors``, or where the
    outcome is unknown, with ``writeConcernErrors``; and what else the driver raises.
    """
    answer: Document = await collection.database.command(
        {command: collection.name, **arguments, "writeConcern": collection.write_concern.document}
    )
    unsure = answer.get("writeConcernError")
    if unsure or answer.get("writeErrors"):
        raise BulkWriteError({"writeErrors": [], **answer, "writeConcernErrors": [unsure] if unsure else []})
    return answer
