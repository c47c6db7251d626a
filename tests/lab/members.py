"""A cluster whose mongods are reached by proxies, so that one can be cut off from the others.

A connection belongs to the mongod whose process has opened it (the kernel's ``/proc`` knows), or to a
client, which reaches everybody all the time.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from deploy.cluster import MONGOD, REDIS, Cluster
from tests.lab.partition import Partition

BEHIND = 30
"""A mongod listens so far above the address that its set knows, and Redis above the one that workers know."""

MEMBERS = 3
CHUNK_BYTES = 65_536


class Members:
    """The proxies of one cluster, in a thread of their own."""

    def __init__(self, base: int) -> None:
        self._addresses = [base + MONGOD + n for n in range(MEMBERS)]
        self._cut_off: int | None = None
        self._mongods: dict[int, Path] = {}
        self._callers: dict[tuple[int, int], int | None] = {}
        self._looking = asyncio.Lock()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)

    def start(self) -> None:
        """They take connections once this returns."""
        self._thread.start()
        assert self._started.wait(10)

    def stop(self) -> None:
        """Nothing goes through any more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)

    def cut_off(self, member: int) -> None:
        """From now on it neither hears nor is heard by the other two; nobody is told."""
        self._mongods = {
            other: process
            for other, address in enumerate(self._addresses)
            for process in _processes(f"--port {address + BEHIND} ")
        }
        self._callers = self._look_who_calls()
        self._cut_off = member

    def heal(self) -> None:
        """They reach each other again, by new connections."""
        self._cut_off = None
        self._loop.call_soon_threadsafe(self._end_silence)

    def _end_silence(self) -> None:
        self._healed.set()
        self._healed = asyncio.Event()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._healed = asyncio.Event()
        listeners = [
            await asyncio.start_server(self._server(member), "127.0.0.1", port)
            for member, port in enumerate(self._addresses)
        ]
        self._started.set()
        await self._stopping.wait()
        for listener in listeners:
            listener.close()

    def _server(self, member: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            port = writer.get_extra_info("peername")[1]
            writers = [writer]
            try:
                back, there = await asyncio.open_connection("127.0.0.1", self._addresses[member] + BEHIND)
                writers.append(there)
                pumps = [
                    asyncio.create_task(self._pump(reader, there, port, member)),
                    asyncio.create_task(self._pump(back, writer, port, member)),
                ]
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                for pump in pumps:
                    pump.cancel()
            except OSError:
                pass
            finally:
                for end in writers:
                    end.transport.abort()

        return serve

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, member: int
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                if self._cut_off is not None and self._is_parted(await self._caller(port, member), member):
                    await self._healed.wait()
                    return
                writer.write(chunk)
                await writer.drain()

    def _is_parted(self, caller: int | None, member: int) -> bool:
        return caller not in (None, member) and self._cut_off in (caller, member)

    async def _caller(self, port: int, member: int) -> int | None:
        """Whose connection comes from this port; ``None``: a client's."""
        async with self._looking:
            if (port, member) not in self._callers:
                self._callers.update(await asyncio.to_thread(self._look_who_calls))
                self._callers.setdefault((port, member), None)  # it has gone meanwhile
        return self._callers[port, member]

    def _look_who_calls(self) -> dict[tuple[int, int], int | None]:
        """Of every connection to a mongod, by its port and the mongod's number.

        All at once: one after the other takes seconds, and in that time nobody is heard by anybody.
        """
        owners = {socket: other for other, process in self._mongods.items() for socket in _sockets(process)}
        called = {f"0100007F:{address:04X}": member for member, address in enumerate(self._addresses)}
        found: dict[tuple[int, int], int | None] = {}
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, here, there, *rest = line.split()
            if there in called:
                found[int(here[-4:], 16), called[there]] = owners.get(f"socket:[{rest[6]}]")
        return found


class LabCluster(Cluster):
    """A cluster whose mongods can be cut off from each other, and its Redis from the workers."""

    def __init__(self, folder: Path, base: int, settings: dict[str, str], worker: str = "app.py") -> None:
        super().__init__(folder, base, settings, mongod=MONGOD + BEHIND, redis=REDIS + BEHIND, worker=worker)
        self.members = Members(base)
        self.network = Partition(base + REDIS, base + REDIS + BEHIND)

    def start(self, say: Callable[[str], None]) -> None:
        """Everything runs, behind the proxies."""
        self.members.start()
        self.network.start()
        super().start(say)

    def stop(self) -> None:
        """Nothing of it runs any more, the proxies neither."""
        super().stop()
        self.network.stop()
        self.members.stop()


def _processes(argument: str) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if argument in process.joinpath("cmdline").read_text().replace("\0", " "):
                found.append(process)
    return found


def _sockets(process: Path) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for file in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(file.readlink()))
    return found
