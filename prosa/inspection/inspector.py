"""Where files are looked at: in a few threads, never on the loop, and no more at once than these can take."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, NamedTuple, TypeVar

from prosa.inspection.images import redraw
from prosa.inspection.names import safe_name
from prosa.inspection.types import type_of
from prosa.models.errors import MalformedError, UnavailableError

Value = TypeVar("Value")

THREADS = 2
PIXELS = 40_000_000
"""Some 160 MB of memory in each thread, and more than a telephone's camera has in a file of ten megabytes."""
WAITING_MAX = 32
"""Files that wait for a thread; whoever comes then is asked to come again."""
RETRY_AFTER_MS = 2_000
BLOCK = 256 * 1024
IN_MEMORY = 256 * 1024
"""What is larger lies in a file without a name while it is looked at."""


class Inspected(NamedTuple):
    """What may be kept of a file. ``content`` is open, at its beginning, and is to be closed."""

    content: BinaryIO
    name: str
    type: str
    charset: str
    size_bytes: int
    sha256: str
    """Of ``content``, in hexadecimal."""
    source_sha256: str
    """Of what arrived, which for an image is something else."""
    width: int | None
    height: int | None
    thumbnail: bytes
    thumbnail_type: str

    async def blocks(self, size_bytes: int) -> AsyncIterator[bytes]:
        """The content, in blocks of this size but for the last."""
        while block := await asyncio.to_thread(self.content.read, size_bytes):
            yield block


class Inspector:
    """Threads of its own, so that a hundred photographs delay nobody's message.

    ``pixels``: of one image, or of all pictures of an animation together.
    """

    def __init__(self, *, threads: int = THREADS, pixels: int = PIXELS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="inspection")
        self._free = asyncio.Semaphore(threads)
        self._waiting = 0
        self._pixels = pixels

    async def inspect(self, pieces: AsyncIterator[bytes], name: str, sha256: str = "") -> Inspected:
        """What may be kept of the file that ``pieces`` are, under a safe name.

        One piece of it is in memory at a time. Raises ``UnsupportedTypeError``,
        ``TooLargeError`` for an image of too many pixels, ``MalformedError`` where it is not the file whose
        ``sha256`` was announced, and ``UnavailableError`` where too many wait.
        """
        if self._waiting >= WAITING_MAX:
            raise UnavailableError(retry_after_ms=RETRY_AFTER_MS)
        self._waiting += 1
        try:
            async with self._free:
                with tempfile.SpooledTemporaryFile(IN_MEMORY) as source:
                    async for piece in pieces:
                        await self._run(lambda piece=piece: source.write(piece))  # type: ignore[misc]
                    return await self._run(lambda: self._look(source, name, sha256))  # type: ignore[arg-type]
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """What has not begun never does; a thread that is at work ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Value]) -> Value:
        """In a thread, to its end: a file that is being read is not closed under the reader's hands."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def _look(self, source: BinaryIO, name: str, sha256: str) -> Inspected:
        source_sha256 = digest(source)
        if sha256 and sha256 != source_sha256:
            raise MalformedError(field="sha256")
        told = type_of(source, name)
        width = height = None
        thumbnail, thumbnail_type = b"", ""
        if told.type.startswith("image/"):
            drawn = redraw(source, told.type, pixels=self._pixels)
            content, width, height = drawn.content, drawn.width, drawn.height
            thumbnail, thumbnail_type = drawn.thumbnail, drawn.thumbnail_type
        else:
            content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115
            source.seek(0)
            shutil.copyfileobj(source, content, BLOCK)
        kept = digest(content)
        size_bytes = content.tell()
        content.seek(0)
        return Inspected(
            content=content,
            name=safe_name(name, told.type),
            type=told.type,
            charset=told.charset,
            size_bytes=size_bytes,
            sha256=kept,
            source_sha256=source_sha256,
            width=width,
            height=height,
            thumbnail=thumbnail,
            thumbnail_type=thumbnail_type,
        )


def digest(file: BinaryIO) -> str:
    """The SHA-256 of a file, in hexadecimal; it is at its end afterwards."""
    found = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()
