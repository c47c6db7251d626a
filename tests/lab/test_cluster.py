"""The cluster as it is shipped: its files are what their programs take, and it keeps what it promises."""

import http.client
import random
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cluster import PRIVATE, SITE, Cluster
from deploy.colours import PLACES, PUBLIC, DeployError, answers
from deploy.infrastructure import found
from tests.lab.__main__ import SETTINGS, run
from tests.lab.faults import redis_parted, rolling, worker_killed
from tests.lab.lab import Strike
from tests.lab.members import LabCluster
from tests.ports import free_base
from tests.server import session_key

PATIENCE = 10.0
ASKED = r"GET /chat/iniciar/ 404 .* 127\.0\.0\.1:(\d+)\n"
ATTEMPTS = 3
"""Nothing may be lost in any of them; in one of them, at least, nobody waits longer than they should."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabCluster]:
    """Everything runs, on this machine's loopback."""
    cluster = LabCluster(tmp_path_factory.mktemp("cluster"), free_base(), SETTINGS)
    try:
        cluster.start(lambda _: None)
        yield cluster
    finally:
        cluster.stop()


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, free_base())
    for folder in (cluster.run_dir, cluster.logs):
        folder.mkdir()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(cluster.configurations()["nginx.conf"])
    tested = subprocess.run(
        [found("nginx"), "-t", "-c", configuration], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr


def test_ports_that_are_taken_are_named(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=str(cluster.base)):
        Cluster(tmp_path, cluster.base).start(lambda _: None)


@pytest.mark.parametrize("strike", [rolling, worker_killed, redis_parted], ids=lambda strike: strike.__name__)
def test_a_crowd_loses_nothing(cluster: LabCluster, strike: Strike, tmp_path: Path) -> None:
    chance = random.Random(strike.__name__)
    missed = []
    while len(missed) < ATTEMPTS:
        verdict, unproven = run(cluster, f"{strike.__name__}-{len(missed)}", strike, tmp_path, chance)
        assert verdict.sent > 50
        assert verdict.is_clean, verdict
        assert strike is worker_killed or (verdict.unannounced, verdict.broken) == (0, 0), verdict
        if not unproven:
            return
        missed.append(unproven)
    pytest.fail(f"{missed}")


def test_no_query_string_reaches_a_log(cluster: Cluster) -> None:
    urllib.request.urlopen(f"{cluster.url}/ws/chat/info?session_key=a-secret").close()  # noqa: S310
    for log in cluster.logs.iterdir():
        assert "a-secret" not in log.read_text(errors="replace"), log.name


def test_the_sites_api_is_not_reached_from_outside(cluster: Cluster) -> None:
    for path in ("/chat/api/v1/rooms/1", "/readyz", "/metrics"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(cluster.url + path)  # noqa: S310
        assert refused.value.code == 404
        refused.value.close()


def get(url: str, key: str = "") -> http.client.HTTPResponse:
    """What is answered, to the person of this session."""
    answer: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310 - ours
        urllib.request.Request(url, headers={"Cookie": f"sessionid={key}"})  # noqa: S310
    )
    return answer


def test_every_file_of_a_page_is_kept_for_good_under_the_name_of_its_content(cluster: Cluster) -> None:
    with get(f"{cluster.url}/chat/1/websocket/", session_key(cluster.url, "cliente")) as page:
        text = page.read().decode()
    files = re.findall(r'(?:src|href)="(/prosa/[^"]+\.(?:js|css|svg))"', text)
    assert len(files) >= 2
    for file in files:
        with get(cluster.url + file) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable", file
            assert answer.headers["X-Content-Type-Options"] == "nosniff", file


def test_the_page_that_opens_a_conversation_stays_the_sites(cluster: Cluster) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:  # the demo site has none
        get(f"{cluster.url}/chat/iniciar/")
    refused.value.close()
    deadline = time.monotonic() + PATIENCE
    while not (asked := re.findall(ASKED, (cluster.logs / "nginx-access.log").read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert asked == [str(cluster.base + SITE)]


def test_the_site_says_who_is_who_to_its_neighbours_alone(cluster: Cluster) -> None:
    environment = cluster._environment()
    question = urllib.request.Request(  # noqa: S310
        f"{environment['PROSA_SITE_URL']}/prosa/whoami/",
        b'{"credentials": []}',
        {"Authorization": f"Bearer {environment['PROSA_SITE_TOKEN']}"},
    )
    with urllib.request.urlopen(question) as answer:  # noqa: S310
        assert answer.read() == b'{"people": []}'
    for path in ("/prosa/whoami/", "//prosa//whoami/", "/prosa%2Fwhoami/", "/x/../prosa/whoami/"):
        question.full_url = cluster.url + path
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(question)  # noqa: S310
        assert refused.value.code == 404
        refused.value.close()


def test_every_worker_shows_its_numbers_on_both_of_its_ports(cluster: Cluster) -> None:
    (colour,) = cluster.colours.running()
    for place in PLACES[colour]:
        for ports in (PUBLIC, PRIVATE):
            assert answers(f"http://127.0.0.1:{cluster.base + ports + place}/metrics")
