"""A Redis by which workers do not hear of each other is found, with what keeps them from it."""

import shutil
from collections.abc import Iterator

import pytest

from doctor import broker
from doctor.findings import Finding, redacted, secrets_of
from tests.doctor.lines import only, troubles
from tests.redis_cluster import RedisCluster, ask
from tests.redis_server import RedisServer


def look(url: str, workers: int = 3) -> list[Finding]:
    return list(broker.check(url, "prosa", workers))


def test_a_good_one_has_no_trouble(redis: RedisServer) -> None:
    for url in (redis.url, redis.tcp_url):
        findings = look(url)
        assert troubles(findings) == []
        assert any("is heard by another connection in" in finding.found for finding in findings)


def test_several_workers_without_one_are_told_of_it() -> None:
    assert only(look("")).endswith("name a Redis in PROSA_REDIS_URL.")


def test_a_single_worker_needs_none() -> None:
    assert troubles(look("", workers=1)) == []


def test_one_that_is_not_there_is_named_without_its_password(redis: RedisServer) -> None:
    redis.kill()
    url = f"redis://:hunter2@127.0.0.1:{redis.port}/0"
    line = only(look(url))
    assert line.startswith("FAIL")
    assert f"127.0.0.1:{redis.port} does not answer" in line
    assert "hunter2" not in line


def test_an_address_that_makes_no_sense_is_found() -> None:
    assert "write it as redis://host:6379" in only(look("redis://localhost:many"))


def test_one_that_stands_still_is_found(redis: RedisServer) -> None:
    redis.stand_still()
    try:
        assert "TimeoutError" in only(look(redis.tcp_url))
    finally:
        redis.go_on()


def test_a_wrong_password_is_found_and_not_shown(redis: RedisServer) -> None:
    redis.says("CONFIG SET requirepass right-password")
    environ = {"PROSA_REDIS_URL": f"redis://:hunter%402@127.0.0.1:{redis.port}"}
    line = redacted(only(look(environ["PROSA_REDIS_URL"])), secrets_of(environ))
    assert "AuthenticationError" in line
    assert "hunter" not in line


@pytest.mark.parametrize("rule", ["-publish", "-subscribe", "resetchannels"])
def test_a_user_who_may_not_speak_or_hear_is_found(rule: str, redis: RedisServer) -> None:
    redis.says(f"ACL SETUSER default {rule}")
    line = only(look(redis.tcp_url))
    assert "publishing is refused" in line
    assert "&prosa:*" in line


def test_a_buffer_that_cuts_off_a_busy_worker_is_found(redis: RedisServer) -> None:
    redis.says('CONFIG SET client-output-buffer-limit "pubsub 1mb 512kb 10"')
    line = only(look(redis.tcp_url))
    assert line.startswith("warn")
    assert "client-output-buffer-limit" in line


@pytest.mark.parametrize("command", ["config", "info"])
def test_what_may_not_be_asked_is_no_trouble(command: str, redis: RedisServer) -> None:
    redis.says(f"ACL SETUSER default -{command}")
    assert troubles(look(redis.tcp_url)) == []


@pytest.fixture
def redis_cluster() -> Iterator[RedisCluster]:
    """A Redis that is three."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    with RedisCluster() as running:
        yield running


def test_a_cluster_is_heard_by_way_of_each_of_its_nodes(redis_cluster: RedisCluster) -> None:
    for url in (redis_cluster.nodes[0].tcp_url, redis_cluster.nodes[0].url):
        findings = look(url)
        assert troubles(findings) == []
        for node in redis_cluster.nodes:
            assert any(f"by way of 127.0.0.1:{node.port} is heard" in finding.found for finding in findings)
        assert any("a cluster" in finding.found for finding in findings)


def test_a_node_of_a_cluster_that_is_away_is_named(redis_cluster: RedisCluster) -> None:
    redis_cluster.nodes[1].kill()
    line = only(look(redis_cluster.nodes[0].tcp_url))
    assert f"by way of 127.0.0.1:{redis_cluster.nodes[1].port}" in line
    assert "each node reached from here" in line


def test_a_cluster_that_may_not_be_asked_is_one_in_which_every_node_hears_all(
    redis_cluster: RedisCluster,
) -> None:
    ask(redis_cluster.nodes[0], "ACL", "SETUSER", "default", "-cluster")
    assert "+cluster|slots" in only(look(redis_cluster.nodes[0].tcp_url))


def test_slots_that_are_nobodys_are_found(redis_cluster: RedisCluster) -> None:
    for node in redis_cluster.nodes:
        ask(node, "CLUSTER", "DELSLOTS", 5)
    assert "slots of the cluster are nobody's" in only(look(redis_cluster.nodes[0].tcp_url))
