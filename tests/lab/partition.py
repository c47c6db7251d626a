"""A network between the workers and their Redis that can part, without anybody being told."""

import asyncio
import contextlib
import threading

CHUNK_BYTES = 65_536


class Partition:
    """A TCP proxy on one port of the loopback before another one, in a thread of its own.

    While it is parted nothing passes either way, neither a byte nor an end: as from a cable that is pulled,
    whoever asks hears nothing. What was sent meanwhile arrives when it has healed, as late as that is.
    """

    def __init__(self, port: int, behind: int) -> None:
        self._port = port
        self._behind = behind
        self._whole = asyncio.Event()
        self._whole.set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    def start(self) -> None:
        """It takes connections once this returns."""
        self._thread.start()
        assert self._started.wait(10)

    def stop(self) -> None:
        """Nothing goes through any more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)

    def part(self) -> None:
        """From now on nothing passes."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def heal(self) -> None:
        """What waits arrives, and so does everything else."""
        self._loop.call_soon_threadsafe(self._whole.set)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._started.set()
        await self._stopping.wait()
        listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            await self._whole.wait()
            back, there = await asyncio.open_connection("127.0.0.1", self._behind)
            writers.append(there)
            pumps = [
                asyncio.create_task(self._pump(reader, there)),
                asyncio.create_task(self._pump(back, writer)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
        except OSError:
            pass
        finally:
            for end in writers:
                end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._whole.wait()
                writer.write(chunk)
                await writer.drain()
        await self._whole.wait()
