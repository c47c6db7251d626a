"""What a site installs, under each Django that it is for: ``make django-matrix``, with a table at the end.

A Django that this Python is too old for is tried by a newer one, where the machine has one (on the ``PATH``,
or of pyenv or uv); where it has none, the table says so. Everything is kept in ``.cache``, for the next time.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.server import ROOT
from tests.sites.public import copied

CACHE = ROOT / ".cache"
DJANGOS = {"4.2": (3, 8), "5.2": (3, 10), "6.0": (3, 12), "6.1": (3, 12)}
"""And the oldest Python that each of them is for."""
NEWER = ((3, 12), (3, 13), (3, 14))
TESTS = (
    "tests/prosa_django",
    "tests/prosa/identity",
    "tests/journeys/test_ask.py",
    "tests/journeys/test_market.py",
)
UV = (sys.executable, "-m", "uv", "pip", "install", "-q", "--python")

Version = tuple[int, int]


class Row(NamedTuple):
    """What came of one Django."""

    python: str
    django: str
    outcome: str
    is_good: bool


def main() -> int:
    """Every Django, then the table; 0 where none has failed."""
    rows = [row(django, oldest) for django, oldest in DJANGOS.items()]
    print(f"\n{'Python':10}{'Django':10}outcome")
    for one in rows:
        print(f"{one.python:10}{one.django:10}{one.outcome}")
    return 0 if all(one.is_good for one in rows) else 1


def row(django: str, oldest: Version) -> Row:
    """The tests under this Django, by this Python or by a newer one."""
    python = sys.executable
    if sys.version_info < oldest:
        newer = newer_python(oldest)
        if newer is None:
            wanted = ".".join(map(str, oldest))
            return Row("-", django, f"not tried: no Python from {wanted} on is on this machine", is_good=True)
        python = prepared(newer)
    target = CACHE / f"django-{django}"
    shutil.rmtree(target, ignore_errors=True)
    # The package itself, too: what it says that it needs has to allow this Django.
    source = CACHE / "prosa_django"
    shutil.rmtree(source, ignore_errors=True)
    wanted_parts = (copied(source), f"django=={django}.*", "djangorestframework-simplejwt")
    subprocess.run([*UV, python, "--target", target, *wanted_parts], cwd=ROOT, check=True)
    shutil.rmtree(target / "prosa_django")
    return tried(python, django, target)


def tried(python: str, django: str, target: Path) -> Row:
    """The tests, with this Django before any other."""
    environment = {**os.environ, "PYTHONPATH": str(target)}
    code = "import sys, django; print(sys.version.split()[0], django.__version__)"
    found = subprocess.run([python, "-c", code], env=environment, check=True, capture_output=True, text=True)
    version, exactly = found.stdout.split()
    print(f"\033[1mDjango {exactly} on Python {version}\033[0m", flush=True)
    report = CACHE / f"django-{django}.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    command = [python, "-m", "pytest", "-q", "--disable-warnings", f"--junitxml={report}", *TESTS]
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    outcome = f"{summary(report)} in {time.monotonic() - began:.0f} s"
    return Row(version, exactly, outcome, is_good=ended.returncode == 0)


def summary(report: Path) -> str:
    """How many tests passed, and how many did not."""
    if not report.exists():
        return "the tests did not begin"
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest has written it
    assert suite is not None
    count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    passed = count.pop("tests") - sum(count.values())
    return ", ".join([f"{passed} passed", *(f"{n} {what}" for what, n in count.items() if n)])


def newer_python(oldest: Version) -> str | None:
    """A Python of this machine that is new enough and works; the newest."""
    found = {version: path for path in candidates() if (version := version_of(path)) >= oldest}
    return found[max(found)] if found else None


def candidates() -> Iterator[str]:
    """Where a newer Python may be."""
    for version in NEWER:
        name = "python" + ".".join(map(str, version))
        if path := shutil.which(name):
            yield path
        for folder in (".pyenv/versions", ".local/share/uv/python"):
            yield from map(str, Path.home().glob(f"{folder}/*/bin/{name}"))


def version_of(path: str) -> Version:
    """Which Python it is; (0, 0) where it is none: a shim of pyenv's may lead nowhere."""
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    found = subprocess.run([path, "-c", code], check=False, capture_output=True, text=True)
    major, minor = found.stdout.split() if found.returncode == 0 else ("0", "0")
    return int(major), int(minor)


def prepared(python: str) -> str:
    """The Python of an environment that ``python`` has made, with all that the tests need."""
    folder = CACHE / f"python-{'.'.join(map(str, version_of(python)))}"
    own = str(folder / "bin" / "python")
    if not folder.exists():
        subprocess.run([python, "-m", "venv", folder], check=True)
    subprocess.run([*UV, own, "--require-hashes", "-r", "requirements-dev.txt"], cwd=ROOT, check=True)
    return own


if __name__ == "__main__":
    sys.exit(main())
