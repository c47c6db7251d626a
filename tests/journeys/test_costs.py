"""What a message, a join and a connection cost, counted: what is counted here cannot grow unseen."""

import asyncio
import gc
import json
import socket
import sys
from collections import Counter
from typing import Any

import pytest

from prosa.chat.crowd import FEW, HOT_SECONDS
from prosa.metrics import REGISTRY
from tests.browser import Browser
from tests.handlers.sockjs.wire import Wire, session_path
from tests.journeys.scene import Scene, Start

SECONDS = 60
CROWD = 20
OBJECTS_EACH, BYTES_EACH = 120, 16_000
BEFORE = 22
"""With so many the tables that all share have room for ``CROWD`` more: what these add is their own."""
HANDSHAKE = (
    "GET /ws/chat/websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Cookie: sessionid={key}\r\n\r\n"
)


class Counting:
    """A socket that counts what is sent through it."""

    def __init__(self, real: socket.socket, sends: Counter[str]) -> None:
        self._real = real
        self._sends = sends

    def send(self, data: bytes) -> int:
        self._sends["sends"] += 1
        self._sends["bytes"] += len(data)
        return self._real.send(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def counted_sends(scene: Scene) -> Counter[str]:
    """From now on, what every open connection of the worker sends."""
    sends = Counter[str]()
    for session in scene.worker.sockjs.router.open_sessions:
        output = session.handler._output
        output._stream.socket = Counting(output._stream.socket, sends)
        output.hand_over = output._stream.socket.send
    return sends


def questions() -> int:
    """How often the store has been asked so far."""
    samples = (sample for metric in REGISTRY.collect() for sample in metric.samples)
    return sum(int(s.value) for s in samples if s.name == "prosa_mongo_seconds_count")


async def full_house(scene: Scene, tabs: int) -> list[Browser]:
    """So many tabs of two people, all in room 1."""
    await scene.room("1")
    people = [await scene.browser(("cliente", "reforma")[n % 2]) for n in range(tabs)]
    for person in people:
        await person.asks("join_chat", chat_id=1)
    return people


async def heard_by_all(people: list[Browser], seq: int) -> None:
    for person in people:
        await person.hears("new_message", seq=seq)


@pytest.mark.parametrize("tabs", [2, CROWD])
@pytest.mark.gen_test(timeout=SECONDS)
async def test_an_entry_is_one_system_call_for_each_who_hears_it(start: Start, tabs: int) -> None:
    scene = await start()
    people = await full_house(scene, tabs)
    first = await people[0].says("quieto", in_room=1)
    await heard_by_all(people, first["seq"])
    await asyncio.sleep(10 * HOT_SECONDS)  # in a hot room one's own message would come after its answer
    sends = counted_sends(scene)
    said = await people[0].says("Bom dia!", in_room=1)
    await heard_by_all(people, said["seq"])
    for_the_answer = tabs > FEW  # in a small room it goes with the author's own
    assert sends["sends"] == tabs + for_the_answer


@pytest.mark.gen_test(timeout=SECONDS)
async def test_over_polling_ones_own_message_and_its_acknowledgement_are_one_answer(start: Start) -> None:
    scene = await start()
    await scene.room("1")
    wire = Wire(int(scene.url.rpartition(":")[2]))
    headers = {"Cookie": f"sessionid={await scene.logs_in('cliente')}", "Origin": scene.url}
    path = f"/ws/chat{session_path()}"

    async def hears(what: str) -> str:
        while what not in (answer := await wire.post(f"{path}/xhr", headers=headers)).body:
            assert answer.status == 200
        return answer.body

    async def says(event: str, **data: Any) -> None:
        text = json.dumps({"event": event, "data": {"chat_id": 1, **data}, "ack": 1})
        await wire.post(f"{path}/xhr_send", json.dumps([text]), headers)

    await wire.post(f"{path}/xhr", headers=headers)
    await says("join_chat")
    await hears("top_seq")
    poll = asyncio.create_task(hears("new_message"))
    await asyncio.sleep(0.1)
    await says("send_message", conteudo="Olá", client_id="c")
    assert "duplicate" in await poll


@pytest.mark.gen_test(timeout=SECONDS)
async def test_twenty_entries_at_once_are_few_system_calls_for_each_who_hears_them(start: Start) -> None:
    scene = await start(sends="1000 per second")
    people = await full_house(scene, CROWD)
    sends = counted_sends(scene)
    said = await asyncio.gather(*(person.says(f"{n}", in_room=1) for n, person in enumerate(people)))
    await heard_by_all(people, max(each["seq"] for each in said))
    told = sends["sends"]
    assert told < CROWD * len(said) / 3, "one by one they would be 400"


@pytest.mark.gen_test(timeout=SECONDS)
async def test_who_hears_a_message_costs_no_task(start: Start) -> None:
    made = []
    for tabs in (2, CROWD):
        scene = await start()
        people = await full_house(scene, tabs)
        names: list[str] = []

        def factory(
            loop: asyncio.AbstractEventLoop, coro: Any, *, names: list[str] = names, **kwargs: Any
        ) -> Any:
            names.append(coro.__qualname__)
            return asyncio.Task(coro, loop=loop, **kwargs)

        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        said = await people[0].says("Olá", in_room=1)
        loop.set_task_factory(None)
        await heard_by_all(people, said["seq"])
        ours = [name for name in names if not name.startswith(("WebSocketClient", "Browser"))]
        made.append(len([name for name in ours if "write_message" not in name and "wait_for" not in name]))
        for person in people:
            await person.leaves()
    assert made[1] <= made[0], made


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_join_asks_as_much_of_a_long_room_as_of_a_short_one(start: Start) -> None:
    scene = await start()
    await scene.room("1")
    await scene.room("2")
    past = [
        {"conteudo": f"{n}", "remetente_id": "1", "client_id": f"p{n}", "sent_at": "2020-01-01T00:00:00Z"}
        for n in range(500)
    ]
    for room, length in (("1", 60), ("2", 500)):
        answer = await scene.api("POST", f"/rooms/{room}/import", {"messages": past[:length]})
        assert answer.code == 200, answer.body
    asked = []
    for room in ("1", "2"):
        tab = await scene.browser("cliente")
        least = 1_000
        for _ in range(5):  # what others ask in between is not the join's
            before = questions()
            await tab.asks("join_chat", chat_id=room)
            least = min(least, questions() - before)
            await tab.asks("leave_chat", chat_id=room)
        asked.append(least)
    assert asked[0] == asked[1]
    assert asked[0] <= 9


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_message_weighs_little_more_than_its_text(start: Start) -> None:
    scene = await start()
    (tab,) = await full_house(scene, 1)
    said = await tab.says("x", in_room=1)
    heard = await tab.hears("new_message", seq=said["seq"])
    weight = len(json.dumps({"event": "new_message", "data": heard}, separators=(",", ":")))
    assert weight < 400


async def knock(scene: Scene, key: str) -> socket.socket:
    """A connection that says nothing, held by as few objects of ours as can be."""
    loop = asyncio.get_running_loop()
    line = socket.socket()
    line.setblocking(False)
    await loop.sock_connect(line, ("127.0.0.1", int(scene.url.rpartition(":")[2])))
    await loop.sock_sendall(line, HANDSHAKE.format(key=key).encode())
    got = b""
    while b"welcome" not in got:
        got += await loop.sock_recv(line, 65_536)
    return line


def weighed() -> tuple[int, int]:
    """How many objects there are that can hold others, and their bytes without what they hold."""
    gc.collect()
    objects = gc.get_objects()
    return len(objects), sum(map(sys.getsizeof, objects))


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_connection_is_held_by_few_objects(start: Start) -> None:
    scene = await start(connections_per_person=1000)
    key = await scene.logs_in("cliente")
    lines = [await knock(scene, key) for _ in range(BEFORE)]
    objects_before, bytes_before = weighed()
    lines += [await knock(scene, key) for _ in range(CROWD)]
    objects, size = weighed()
    for line in lines:
        line.close()
    each = (objects - objects_before) / CROWD, (size - bytes_before) / CROWD
    assert each[0] < OBJECTS_EACH, each
    assert each[1] < BYTES_EACH, each
