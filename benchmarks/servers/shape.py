"""What every peer in Python does with a message besides carrying it: the same shape, and the same insert.

A document a message, written to a majority's journal before anybody is told, through Prosa's driver.
"""

import os
import time
from datetime import UTC, datetime
from typing import Any

import motor.motor_asyncio
from pymongo import WriteConcern


def messages() -> Any:
    """The collection that ``STORE`` names; ``None`` where nothing is to be stored."""
    if not os.environ.get("STORE"):
        return None
    client = motor.motor_asyncio.AsyncIOMotorClient(os.environ["STORE"])
    return client["peers"].get_collection(f"p{os.getpid()}", write_concern=WriteConcern("majority", j=True))


def entry(room: str, text: str, client_id: str, number: int) -> dict[str, Any]:
    """A message in the shape in which Prosa tells it."""
    now = datetime.now(UTC)
    return {
        "id": f"{time.time_ns():024x}",
        "chat_id": room,
        "seq": number,
        "kind": "text",
        "client_id": client_id,
        "conteudo": text,
        "remetente": "convidado",
        "remetente_id": "1234",
        "data_envio": now.strftime("%d/%m/%Y %H:%M"),
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


async def store(collection: Any, message: dict[str, Any]) -> None:
    """One journaled insert."""
    if collection is not None:
        await collection.insert_one({**message, "_id": message["client_id"]})
