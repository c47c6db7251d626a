"""The connection to MongoDB, its collections, and the indexes that everything rests on."""

from datetime import UTC
from typing import Any, Self

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel
from pymongo.errors import CollectionInvalid, ConfigurationError, OperationFailure

from prosa.storage.listeners import Commands, Pools
from prosa.storage.together import Ask, K, Together, V
from prosa.storage.translation import unavailable

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]

MESSAGE_INDEXES = (
    # Made first: what breaks both is then refused for its client_id.
    IndexModel(
        [("chat_id", ASCENDING), ("author_id", ASCENDING), ("client_id", ASCENDING)], name="once", unique=True
    ),
    IndexModel([("chat_id", ASCENDING), ("seq", ASCENDING)], name="order", unique=True),
    # Messages have no target: they stand together in their order, and what changes one stands by its target.
    IndexModel([("chat_id", ASCENDING), ("target", ASCENDING), ("seq", ASCENDING)], name="folding"),
)
MEMBERSHIP_INDEXES = (
    IndexModel([("chat_id", ASCENDING), ("user_id", ASCENDING)], name="member", unique=True),
    IndexModel([("user_id", ASCENDING), ("last_at", DESCENDING), ("chat_id", ASCENDING)], name="newest"),
)
TEXT_INDEXES = (
    IndexModel([("chat_id", ASCENDING), ("seq", ASCENDING)], name="place", unique=True),
    IndexModel([("words", TEXT)], name="words", default_language="portuguese"),
)
SIGHTING_INDEXES = (IndexModel([("at", ASCENDING)], name="old", expireAfterSeconds=30 * 24 * 3600),)

UPLOAD_INDEXES = (
    IndexModel([("owner_id", ASCENDING)], name="owner"),
    IndexModel([("touched_at", ASCENDING)], name="oldest"),
)
PIECE_INDEXES = (IndexModel([("upload_id", ASCENDING), ("offset", ASCENDING)], name="order", unique=True),)
FILE_INDEXES = (
    # The first is GridFS's own: whatever else reads the bucket looks for it.
    IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)], name="filename_1_uploadDate_1"),
    IndexModel([("metadata.owner_id", ASCENDING), ("metadata.is_unsent", ASCENDING)], name="owner"),
    IndexModel(
        [("metadata.touched_at", ASCENDING)],
        name="unsent",
        partialFilterExpression={"metadata.is_unsent": True},
    ),
)
CHUNK_INDEXES = (IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], name="files_id_1_n_1", unique=True),)

NAMESPACE_EXISTS = 48

WRITE_MS = 2000
"""What a majority may take to journal a write."""

POOL_MAX = 100
"""Connections of one worker to each member."""


class StandaloneError(RuntimeError):
    """The server is no replica set: its readers see entries that a crash then takes back (measured)."""

    def __init__(self) -> None:
        super().__init__(
            "PROSA_MONGODB_URI names a standalone mongod. Prosa needs a replica set, of one node if need be: "
            "start mongod with --replSet and run rs.initiate() once"
        )


class AddressError(RuntimeError):
    """The server's address says nothing that the driver understands. The text never holds a password."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(f"PROSA_MONGODB_URI cannot be understood: {type(reason).__name__}")


class Database:
    """One worker's client. Open it inside the loop that will use it."""

    def __init__(self, client: AsyncIOMotorClient[Document], name: str) -> None:
        self._client = client
        self._name = name
        database = client[name]
        self.messages: Collection = database["messages"]
        self.memberships: Collection = database["memberships"]
        self.rooms: Collection = database["rooms"]
        self.erasures: Collection = database["erasures"]
        self.texts: Collection = database["texts"]
        self.marks: Collection = database["marks"]
        self.sightings: Collection = database["sightings"]
        self.uploads: Collection = database["uploads"]
        self.pieces: Collection = database["uploads.pieces"]
        self.files: Collection = database["attachments.files"]
        self.chunks: Collection = database["attachments.chunks"]
        self._together: list[Together[Any, Any]] = []

    @classmethod
    async def open(cls, uri: str, name: str, **options: Any) -> Self:
        """Connect; collections and indexes exist once this returns, so that nothing is accepted before.

        ``options`` are the driver's, over ours. Raises ``StandaloneError`` for a server that is no
        replica set, ``AddressError``, and ``UnavailableError`` where nobody answers.

        Every timeout is finite: the driver's own socket timeout is none, and a stopped mongod would
        hang the committer for ever.
        """
        try:
            client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
                uri,
                **{
                    "w": "majority",
                    "journal": True,
                    "wTimeoutMS": WRITE_MS,
                    "readConcernLevel": "majority",
                    "retryWrites": True,
                    "retryReads": True,
                    "socketTimeoutMS": 3000,
                    "connectTimeoutMS": 1000,
                    "serverSelectionTimeoutMS": 2000,
                    "heartbeatFrequencyMS": 2000,
                    "maxPoolSize": POOL_MAX,
                    "tz_aware": True,
                    "tzinfo": UTC,
                    "appname": "prosa",
                    "event_listeners": [Commands(), Pools()],
                    **options,
                },
            )
        except (ConfigurationError, ValueError) as error:
            raise AddressError(error) from None
        opened = cls(client, name)
        try:
            with unavailable():
                await opened._prepare()
        except BaseException:
            client.close()
            raise
        return opened

    async def ping(self) -> None:
        """The primary answers. Raises ``UnavailableError``."""
        with unavailable():
            await self._client[self._name].command("ping")

    async def drop(self) -> None:
        """Nothing of this database is left: for tests."""
        with unavailable():
            await self._client.drop_database(self._name)

    def together(self, ask: Ask[K, V]) -> Together[K, V]:
        """What many people ask of this store at once goes through one ``ask``, as long as it is open."""
        asked = Together(ask)
        self._together.append(asked)
        return asked

    async def close(self) -> None:
        """Let the server go, once what is being asked together has its answer."""
        for asked in self._together:
            await asked.close()
        self._client.close()

    async def _prepare(self) -> None:
        hello = await self._client.admin.command("hello")
        if not hello.get("setName") and hello.get("msg") != "isdbgrid":
            raise StandaloneError
        indexed = {
            self.messages: MESSAGE_INDEXES,
            self.memberships: MEMBERSHIP_INDEXES,
            self.texts: TEXT_INDEXES,
            self.sightings: SIGHTING_INDEXES,
            self.uploads: UPLOAD_INDEXES,
            self.pieces: PIECE_INDEXES,
            self.files: FILE_INDEXES,
            self.chunks: CHUNK_INDEXES,
        }
        for collection in (*indexed, self.rooms, self.erasures, self.marks):
            await self._create(collection.name)
        for collection, indexes in indexed.items():
            await collection.create_indexes(list(indexes))

    async def _create(self, collection: str) -> None:
        """Several workers start at once: whoever comes second finds it made."""
        try:
            await self._client[self._name].create_collection(collection)
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if error.code != NAMESPACE_EXISTS:
                raise
