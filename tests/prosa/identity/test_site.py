"""A site that is not ours, reached by ``DJANGO_SETTINGS_MODULE`` and ``PYTHONPATH`` alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SITES = ROOT / "tests" / "sites"
TWO_WEEKS = 14 * 24 * 3600


def run(code: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own, in an environment of its own."""
    return subprocess.run(
        [sys.executable, *code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TZ": "UTC", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module", params=["1", "0"], ids=["aware", "naive"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the probe says of the e-mail site, with ``USE_TZ`` on and off."""
    folder = tmp_path_factory.mktemp("email-site") / "data"
    folder.mkdir()
    done = run(
        ["-m", "tests.sites.email_probe"],
        DJANGO_SETTINGS_MODULE="core.settings",
        PYTHONPATH=os.pathsep.join([str(SITES / "email"), os.environ.get("PYTHONPATH", "")]),
        EMAIL_SITE_DIR=str(folder),
        EMAIL_SITE_USE_TZ=request.param,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "use_tz": request.param == "1"}


def test_people_without_a_user_name_are_known_by_their_name_or_their_address(found: dict[str, Any]) -> None:
    ana, rui = found["ids"]
    assert found["people"] == [[ana, "Ana Souza"], [rui, "rui@example.org"], None]


def test_a_session_of_cached_db_ends_when_its_row_ends(found: dict[str, Any]) -> None:
    assert found["expires_in"] == [pytest.approx(TWO_WEEKS, abs=60), pytest.approx(TWO_WEEKS, abs=60), None]


def test_the_site_s_own_chat_app_is_the_one_that_is_found(found: dict[str, Any]) -> None:
    assert found["room"] == "chat.models"


def test_the_cookie_and_the_named_login_are_the_site_s(found: dict[str, Any]) -> None:
    assert (found["cookie"], found["login"]) == ("indica_session", "/contas/login/")


def test_a_database_that_is_gone_makes_nobody_a_nobody(found: dict[str, Any]) -> None:
    assert found["outage"] == "identity_unknown"


def test_its_log_files_are_not_opened_and_the_clock_s_zone_is_put_back(found: dict[str, Any]) -> None:
    assert found["handlers"] == 0
    assert found["zone"] == ("UTC" if found["use_tz"] else "-03")


def test_settings_that_cannot_be_used_are_named_in_a_sentence() -> None:
    code = "from prosa.identity.direct import Direct; Direct()"
    done = run(["-c", code], DJANGO_SETTINGS_MODULE="no.such.settings")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "prosa.identity.site.SiteError: DJANGO_SETTINGS_MODULE=no.such.settings cannot be used:"
    )
