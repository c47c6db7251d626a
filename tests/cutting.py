"""A bad network between a browser and a server: far away, or cut every few seconds."""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import urllib.parse

LIFE_SECONDS = (2.0, 7.0)
CHUNK_BYTES = 65_536
# Linger for no time at all: a close is a reset, and what was on its way is gone.
NO_LINGER = struct.pack("ii", 1, 0)


class Cutting:
    """A TCP proxy before the server at ``server_url``, in a thread of its own.

    It is calm until ``is_storm``: then each connection lives as long as the chance of ``seed`` gives it,
    within ``LIFE_SECONDS``, and is cut towards both sides, by RST or by FIN. ``delay_seconds`` is the time
    that what is sent takes, either way; a connection is made in twice as long. ``cuts`` counts.
    """

    def __init__(self, server_url: str, seed: int) -> None:
        address = urllib.parse.urlsplit(server_url)
        self._host = address.hostname or ""
        self._port = address.port or 0
        self._random = random.Random(seed)
        self._lives: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self.delay_seconds = 0.0
        self.is_storm = False
        self.cuts = 0
        self.url = ""

    def start(self) -> None:
        """It takes connections once this returns."""
        self._thread.start()
        assert self._started.wait(10)

    def stop(self) -> None:
        """Nothing goes through any more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)

    def cut(self) -> None:
        """Every connection of this moment is cut, storm or not."""
        self._loop.call_soon_threadsafe(lambda: [life.cancel() for life in self._lives])

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        self._started.set()
        await self._stopping.wait()
        listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        await asyncio.sleep(2 * self.delay_seconds)
        life = asyncio.create_task(self._live())
        self._lives.add(life)
        try:
            back, there = await asyncio.open_connection(self._host, self._port)
            writers.append(there)
            pumps = [
                asyncio.create_task(self._pump(reader, there)),
                asyncio.create_task(self._pump(back, writer)),
            ]
            await asyncio.wait([life, *pumps], return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
        except OSError:
            pass
        finally:
            self._lives.discard(life)
            self._end(writers, is_cut=life.done())
            life.cancel()

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(*LIFE_SECONDS))
            if self.is_storm:
                return

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await asyncio.sleep(self.delay_seconds)
                writer.write(chunk)
                await writer.drain()

    def _end(self, writers: list[asyncio.StreamWriter], *, is_cut: bool) -> None:
        self.cuts += is_cut
        is_reset = is_cut and self._random.random() < 0.5
        for writer in writers:
            if is_reset:
                with contextlib.suppress(OSError):
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                writer.transport.abort()
            else:
                writer.close()
