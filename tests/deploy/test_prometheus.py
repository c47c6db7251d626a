"""What is shipped for Prometheus and Grafana asks for what the workers say, and for nothing else."""

import asyncio
import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.browser import Browser, Refused
from tests.deploy.prometheus import DEPLOY, PATIENCE, Prometheus
from tests.redis_server import RedisServer
from tests.server import ROOT, Server

RULES = (DEPLOY / "rules.yml").read_text()
DASHBOARD = json.loads((DEPLOY / "grafana.json").read_text())
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
SHOWN: list[str] = [target["expr"] for panel in PANELS for target in panel["targets"]]
RULED: list[str] = re.findall(r"^ +expr: (.+)$", RULES, re.MULTILINE)
RECORDED: set[str] = set(re.findall(r"^ +- record: (.+)$", RULES, re.MULTILINE))
ALERTS: set[str] = set(re.findall(r"^ +- alert: (.+)$", RULES, re.MULTILINE))
MESSAGES = 5


def found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is missing: apt-get install prometheus")
    return path


def promtool(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [found("promtool"), *arguments], cwd=DEPLOY, input=text, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, mongod: str) -> Iterator[Server]:
    """A worker with its Redis, as people run it."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    with RedisServer() as redis:
        server = Server(
            tmp_path_factory.mktemp("worker"),
            PROSA_MONGODB_URI=mongod,
            PROSA_MONGODB_DATABASE=f"p_{uuid4().hex}",
            PROSA_REDIS_URL=redis.url,
        )
        server.start()
        server.has_rooms()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def said(worker: Server) -> str:
    """What the worker says of itself."""
    with urllib.request.urlopen(f"{worker.url}/metrics", timeout=PATIENCE) as answer:  # noqa: S310 - ours
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, worker: Server) -> Iterator[Prometheus]:
    """It has asked the worker before and after people talked."""
    found("prometheus")
    with Prometheus(tmp_path_factory.mktemp("prometheus"), worker.url.removeprefix("http://")) as running:
        asyncio.run(talk(worker))
        yield running


async def talk(worker: Server) -> None:
    """Two people say something, once twice, once too much, and one of them comes back."""
    keys = [await asyncio.to_thread(worker.login, name) for name in ("cliente", "reforma")]
    cliente, fornecedor = [await Browser.open(worker.url, key) for key in keys]
    epoch = ""
    for tab in (cliente, fornecedor):
        epoch = (await tab.asks("join_chat", chat_id=1))["epoch"]
    for n in range(MESSAGES):
        await cliente.says(f"{n}", in_room=1, client_id=f"c-{n}")
    await cliente.says("0", in_room=1, client_id="c-0")
    await fornecedor.hears("new_message", conteudo=f"{MESSAGES - 1}")
    await fornecedor.asks("join_chat", chat_id=1, last_seq=1, epoch=epoch)
    with pytest.raises(Refused):
        await cliente.says(" ", in_room=1)
    for tab in (cliente, fornecedor):
        await tab.leaves()


def test_the_workers_numbers_are_what_prometheus_takes(said: str) -> None:
    checked = promtool("check", "metrics", text=said)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "command",
    ["check config prometheus.yml", "check rules rules.yml", "test rules rules_test.yml"],
)
def test_the_rules_are_rules_and_hold(command: str) -> None:
    checked = promtool(*command.split())
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tested_both_ways_waits_or_says_that_it_does_not_and_says_what_to_do() -> None:
    cases = (DEPLOY / "rules_test.yml").read_text().split("- alertname: ")[1:]
    for alert in ALERTS:
        own = [case for case in cases if case.startswith(alert + "\n")]
        assert {"exp_alerts:" in case for case in own} == {True, False}, alert
    for text in RULES.split("- alert: ")[1:]:
        assert re.search(r'\n +for: \d+m\n +annotations:\n +summary: "[^"]+: [^"]+\."\n', text), text


def test_prometheus_asks_the_private_ports_of_all_six_places() -> None:
    asked = re.findall(r"- (127\.0\.0\.1:\d+)$", (DEPLOY / "prometheus.yml").read_text(), re.MULTILINE)
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert asked == re.findall(r"upstream prosa_\d \{ server (\S+); \}", nginx)
    assert len(asked) == 6


def test_every_panel_says_what_it_shows_and_in_which_unit() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]


def test_nothing_is_asked_that_no_worker_says(said: str) -> None:
    names = {line.split("{")[0].split()[0] for line in said.splitlines() if not line.startswith("#")}
    for expression in (*SHOWN, *RULED):
        asked = set(re.findall(r"\b(?:prosa|process)[_:][a-z0-9_:]+", expression))
        assert asked <= names | RECORDED, expression
        assert asked or "up{" in expression, expression


def test_every_number_is_explained_and_shown(said: str) -> None:
    operations = (ROOT / "docs" / "operations.md").read_text()
    for name in re.findall(r"^# TYPE (prosa_\S+)", said, re.MULTILINE):
        assert f"`{name}`" in operations, name
        assert any(name in expression for expression in (*SHOWN, *RULED)), name
    for name in RECORDED | ALERTS:
        assert f"`{name}`" in operations, name


@pytest.mark.parametrize("expression", sorted({*SHOWN, *RECORDED}))
def test_every_panel_and_record_has_something_to_show(prometheus: Prometheus, expression: str) -> None:
    prometheus.finds(expression)


@pytest.mark.parametrize("expression", RULED)
def test_every_rule_can_be_asked(prometheus: Prometheus, expression: str) -> None:
    prometheus.asked(expression)


def test_what_people_did_arrives_in_prometheus_to_the_last_message(prometheus: Prometheus) -> None:
    prometheus.finds('prosa_commands_total{command="send_message"}', MESSAGES + 2)
    prometheus.finds("prosa_send_to_ack_seconds_count", MESSAGES + 1)
    prometheus.finds("prosa_send_to_deliver_seconds_count", MESSAGES)
    prometheus.finds("prosa_duplicates_suppressed_total", 1)
    prometheus.finds('prosa_refusals_total{code="empty"}', 1)
    prometheus.finds('prosa_recoveries_total{outcome="recovered"}', 1)
    prometheus.finds('sum(up{job="prosa"})', 1)
