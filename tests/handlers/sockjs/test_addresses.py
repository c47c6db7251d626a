"""One address has so many sessions and no more, and the others do not notice."""

import asyncio
from collections.abc import Callable

import pytest

from handlers.sockjs.addresses import one_address
from tests.handlers.sockjs.conftest import Place
from tests.handlers.sockjs.test_bounds import until
from tests.handlers.sockjs.wire import heard, session_path

pytestmark = pytest.mark.gen_test(timeout=60)
Start = Callable[..., Place]


@pytest.mark.parametrize(
    ("ip", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
async def test_a_network_of_one_customer_is_one_address(ip: str, counted: str) -> None:
    assert one_address(ip) == counted


async def test_one_session_too_many_of_an_address_is_opened_and_told_to_come_back(place: Start) -> None:
    one = place(sessions_per_address=2)
    lines = [await one.wire.socket("/ws/websocket"), await one.wire.socket(f"/ws{session_path()}/websocket")]
    await until(lambda: len(one.sockjs.router.open_sessions) == 2)
    url = f"/ws{session_path()}/xhr"
    assert [(await one.wire.post(url)).body for _ in range(2)] == ["o\n", 'c[4000,"full"]\n']
    framed = await one.wire.socket(f"/ws{session_path()}/websocket")
    assert [await heard(framed) for _ in range(3)] == ["o", 'c[4000,"full"]', None]
    raw = await one.wire.socket("/ws/websocket")
    assert await heard(raw) is None
    assert raw.close_code == 4000
    lines[0].close()
    await until(lambda: len(one.sockjs.router.open_sessions) == 1)
    url = f"/ws{session_path()}/xhr"
    assert (await one.wire.post(url)).body == "o\n"
    assert (await one.wire.post(url + "_send", '["x"]')).status == 204
    assert (await one.wire.post(url)).hears_frame() == ["x"]


async def test_ten_thousand_ids_of_one_address_leave_room_for_another_one(place: Start) -> None:
    one = place(sessions_per_address=100, disconnect_delay=0.5)
    gate = asyncio.Semaphore(50)

    async def knock(number: int) -> int:
        async with gate:
            return (await one.wire.post(f"/ws/0/{number}/xhr")).status

    kept = one.sockjs.router._kept
    statuses, most = [], 0
    for batch in range(0, 10_000, 500):
        statuses += await asyncio.gather(*(knock(number) for number in range(batch, batch + 500)))
        most = max(most, len(kept))
        assert len(one.sockjs.router.open_sessions) <= 100
    assert most <= 200
    assert set(statuses) == {200, 503}
    assert one.sockjs.router.has_room_for("192.0.2.7")
    await until(lambda: not kept, 10)
    assert kept.by_address == {}
    assert one.sockjs.router._open_by_address == {}
