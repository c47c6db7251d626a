"""Settings that are misspelt, impossible or at odds with each other are named, with what to write instead."""

from pathlib import Path

import pytest

from doctor import variables
from environ import load
from tests.doctor.lines import only, troubles

WELL = {
    "PROSA_MONGODB_URI": "mongodb://db1,db2,db3/?replicaSet=rs0",
    "PROSA_API_KEYS": '{"site": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"}',
}


def test_settings_that_are_right_have_no_trouble(tmp_path: Path) -> None:
    place = {"PROSA_PRIVATE_PORT": "9121", "PROSA_SESSIONS_FOLDER": f"{tmp_path}/1", "PROSA_TRUST_PROXY": "1"}
    settings = load({**WELL, **place})
    assert troubles(variables.check_names({**WELL, **place})) == []
    assert troubles(variables.check_shared(settings)) == []
    assert troubles(variables.check_places([settings], is_proxied=True)) == []


def test_a_name_that_is_misspelt_is_named_with_the_one_that_was_meant() -> None:
    line = only(variables.check_names({**WELL, "PROSA_TRUST_PROXIES": "1"}))
    assert line.startswith("FAIL")
    assert line.endswith("To mend: write PROSA_TRUST_PROXY.")


def test_a_value_that_does_not_fit_is_named_without_being_repeated() -> None:
    line = only(variables.check_names({**WELL, "PROSA_PORT": "hunter2"}))
    assert line.startswith("FAIL")
    assert "PROSA_PORT is wrong" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("given", "grade", "said"),
    [
        ({"PROSA_DEMO": "1"}, "FAIL", "unset it"),
        ({"PROSA_MONGODB_URI": ""}, "FAIL", "name your replica set in PROSA_MONGODB_URI"),
        ({"PROSA_API_KEYS": ""}, "warn", "PROSA_API_KEYS"),
        ({"PROSA_API_KEYS": f'{{"site": "{variables.SAMPLE_KEY}"}}'}, "FAIL", "openssl rand"),
        ({"PROSA_API_KEYS": f'{{"site": "{"x" * 40}"}}'}, "FAIL", "openssl rand"),
        (
            {"PROSA_ALLOWED_ORIGINS": "https://a.example, https://ação.example"},
            "FAIL",
            "https://ação.example",
        ),
        ({"PROSA_HEARTBEAT_SECONDS": "60"}, "warn", "proxy_read_timeout"),
    ],
)
def test_what_all_workers_are_told_wrong_is_found(given: dict[str, str], grade: str, said: str) -> None:
    line = only(variables.check_shared(load({**WELL, **given})))
    assert line.startswith(grade)
    assert said in line


@pytest.mark.parametrize(
    ("given", "grade", "said"),
    [
        ({"PROSA_TRUST_PROXY": "0"}, "FAIL", "set PROSA_TRUST_PROXY=1"),
        ({"PROSA_ADDRESS": ""}, "warn", "PROSA_ADDRESS=127.0.0.1"),
        ({"PROSA_SESSIONS_FOLDER": ""}, "FAIL", "set PROSA_SESSIONS_FOLDER"),
        ({"PROSA_PRIVATE_PORT": "0"}, "FAIL", "set PROSA_PRIVATE_PORT"),
        ({"PROSA_PRIVATE_PORT": "8888"}, "FAIL", "choose another PROSA_PRIVATE_PORT"),
        ({"PROSA_SESSIONS_FOLDER": "sessions"}, "FAIL", "absolute path"),
        ({"PROSA_SESSIONS_FOLDER": f"{__file__}/1"}, "FAIL", "is no folder"),
    ],
)
def test_what_one_worker_is_told_wrong_is_found(
    given: dict[str, str], grade: str, said: str, tmp_path: Path
) -> None:
    place = {"PROSA_PRIVATE_PORT": "9121", "PROSA_SESSIONS_FOLDER": str(tmp_path), "PROSA_TRUST_PROXY": "1"}
    line = only(variables.check_places([load({**WELL, **place, **given})], is_proxied=True))
    assert line.startswith(grade)
    assert said in line


def test_workers_in_each_others_place_are_found(tmp_path: Path) -> None:
    place = {"PROSA_PRIVATE_PORT": "9121", "PROSA_SESSIONS_FOLDER": str(tmp_path), "PROSA_TRUST_PROXY": "1"}
    lines = troubles(variables.check_places([load({**WELL, **place})] * 2, is_proxied=True))
    for name in ("PROSA_PORT", "PROSA_PRIVATE_PORT", "PROSA_SESSIONS_FOLDER", "PROSA_WORKER"):
        assert any(f"2 workers have the same {name}" in line for line in lines), name


def test_workers_whose_polling_sessions_nobody_can_find_are_named() -> None:
    lines = troubles(
        variables.check_places(
            [load({"PROSA_PORT": str(port), "PROSA_WORKER": str(port)}) for port in (9111, 9112)],
            is_proxied=False,
        )
    )
    assert ["PROSA_SESSIONS_FOLDER" in line for line in lines] == [True]
