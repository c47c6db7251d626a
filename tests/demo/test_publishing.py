"""What the demo tells Prosa when it starts."""

from datetime import datetime
from typing import Any

import pytest

from demo import mount
from demo.keys import kept
from prosa_django.client import ProsaCallError
from tests.demo.conftest import Listener
from tests.sites.site import KEYS


def told(prosa: Listener) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rooms and the pasts that Prosa has been told, by ``chat_id``."""
    mount.publish_rooms()
    rooms = {path: body for method, path, body in prosa.calls if method == "PUT"}
    pasts = {path.split("/")[0]: body["messages"] for method, path, body in prosa.calls if method == "POST"}
    return rooms, pasts


def test_the_three_rooms_are_as_the_demo_promises(prosa: Listener) -> None:
    rooms, _ = told(prosa)
    shapes = {
        chat_id: (room["title"], [member["name"] for member in room["members"]], room["can_write"])
        for chat_id, room in rooms.items()
    }
    assert shapes == {
        "1": ("Reforma do banheiro", ["Ana Souza", "Reforma Já"], True),
        "2": ("Pintura da fachada", ["Ana Souza", "Pinturas Oliveira"], False),
        "3": ("Pintura do escritório", ["Reforma Já", "Pinturas Oliveira"], True),
    }
    assert rooms["1"]["context"]["Orçamento"] == "R$ 4.850,00"
    assert rooms["2"]["reason"]


def test_room_1_has_twenty_messages_over_three_days_in_order_and_none_is_of_the_future(
    prosa: Listener,
) -> None:
    _, pasts = told(prosa)
    moments = [datetime.fromisoformat(message["sent_at"]) for message in pasts["1"]]
    assert len(moments) == 20
    assert len({moment.date() for moment in moments}) == 3
    for past in pasts.values():
        sent = [datetime.fromisoformat(message["sent_at"]) for message in past]
        assert sent == sorted(sent)
        assert sent[-1] < datetime.now(tz=sent[-1].tzinfo)
        assert len({message["client_id"] for message in past}) == len(past)


def test_telling_it_again_says_the_same(prosa: Listener) -> None:
    first = told(prosa)
    prosa.calls.clear()
    assert told(prosa) == first


def test_a_prosa_that_comes_up_late_is_waited_for(prosa: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    from demo.market import publishing  # noqa: PLC0415 - only once Django is set up

    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        prosa.status = 200

    monkeypatch.setattr(publishing.time, "sleep", wait)
    prosa.status = 503
    rooms, _ = told(prosa)
    assert len(rooms) == 3
    assert len(waited) == 1


def test_a_refused_token_is_not_tried_for_ever(prosa: Listener) -> None:
    prosa.status = 401
    with pytest.raises(ProsaCallError, match="401 unavailable"):
        mount.publish_rooms()


def test_preparing_again_keeps_what_people_have_done(site: None, tmp_path: Any) -> None:
    from demo.market.models import Necessidade  # noqa: PLC0415 - only once Django is set up

    need = Necessidade.objects.get(titulo="Conserto de vazamento na cozinha")
    Necessidade.objects.filter(pk=need.pk).update(cidade="Jundiaí, SP")
    count = Necessidade.objects.count()
    mount.prepare(data_dir=tmp_path, prosa_url="http://127.0.0.1:9", api_keys=KEYS)
    need.refresh_from_db()
    assert (need.cidade, Necessidade.objects.count()) == ("Jundiaí, SP", count)


def test_a_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Any) -> None:
    path = tmp_path / "demo" / "key"
    secret = kept(path)
    assert kept(path) == secret
    assert len(secret) >= 32
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["key"]
