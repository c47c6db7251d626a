"""Where the workers are is read from supervisor's own file, and who does not answer there is named."""

from pathlib import Path

import pytest

from deploy.cluster import PRIVATE, PUBLIC, ROOT, Cluster
from doctor import places, variables
from doctor.places import PlacesError
from environ import load
from settings import Settings
from tests.doctor.lines import only, troubles
from tests.ports import free_port
from tests.proxy import Silence


def workers(environ: dict[str, str]) -> dict[str, list[Settings]]:
    found = places.read(environ, Path(environ["SUPERVISOR"]))
    return {name: variables.workers_of(group) for name, group in found.items()}


def test_the_shipped_file_has_six_places() -> None:
    groups = places.read({"PROSA_WATCH_SECONDS": "3"}, ROOT / "supervisor.conf")
    every = [load(one) for group in groups.values() for one in group]
    assert list(groups) == ["prosa-a", "prosa-b"]
    assert [(one.worker, one.port, one.private_port, one.sessions_folder) for one in every] == [
        (str(n), 9110 + n, 9120 + n, f"/run/prosa/sessions/{n}") for n in range(1, 7)
    ]
    assert all(one.trust_proxy and one.address == "127.0.0.1" and one.watch_seconds == 3 for one in every)


def test_an_environment_with_a_port_is_that_of_the_only_worker() -> None:
    assert places.read({"PROSA_PORT": "8888"}, Path("/nowhere")) == {
        "this environment": [{"PROSA_PORT": "8888"}]
    }


@pytest.mark.parametrize(
    "text", ["", "no file of supervisor's", "[program:x]\nenvironment = A=%(B)s,PROSA_PORT=1"]
)
def test_a_file_that_does_not_say_it_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "supervisor.conf"
    file.write_text(text)
    with pytest.raises(PlacesError, match=str(file)):
        places.read({}, file)


def test_the_cluster_answers(cluster: Cluster, environ: dict[str, str]) -> None:
    assert troubles(places.check(workers(environ))) == []


def test_workers_that_are_not_started_are_named() -> None:
    port = free_port()
    line = only(places.check({"prosa-a": [Settings(port=port)]}))
    assert line.startswith("FAIL")
    assert f"nobody listens on {port}" in line


def test_one_of_a_colour_that_is_not_started_is_named(cluster: Cluster) -> None:
    port, nobody = cluster.base + PUBLIC + 1, free_port()
    settings = [Settings(address="127.0.0.1", port=one) for one in (port, nobody)]
    line = only(places.check({"prosa-a": settings}))
    assert line.startswith("warn")
    assert f"{nobody} of prosa-a is closed" in line


def test_one_that_hangs_is_named() -> None:
    silence = Silence()
    try:
        port = int(silence.url.rpartition(":")[2])
        line = only(places.check({"prosa-a": [Settings(address="127.0.0.1", port=port)]}))
    finally:
        silence.close()
    assert "does not answer" in line


def test_one_that_is_something_else_is_named(cluster: Cluster) -> None:
    site = Settings(address="127.0.0.1", port=cluster.base)
    assert "is not Prosa" in only(places.check({"prosa-a": [site]}))


def test_one_that_has_lost_redis_is_named(cluster: Cluster) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}"
    with cluster.worker(6, PROSA_REDIS_URL=nowhere):
        settings = Settings(
            address="127.0.0.1", port=cluster.base + PUBLIC + 6, private_port=cluster.base + PRIVATE + 6
        )
        assert "has lost Redis" in only(places.check({"prosa-b": [settings]}))
