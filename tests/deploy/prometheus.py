"""A real Prometheus that asks one real worker, with the files that are shipped."""

import json
import math
import re
import subprocess
import time
import urllib.parse
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError, URLError

from tests.ports import free_port
from tests.server import ROOT

DEPLOY = ROOT / "deploy"
PATIENCE = 30.0
SHIPPED_TARGET = re.compile(r"127\.0\.0\.1:912(\d)")

Samples = list[dict[str, Any]]


class Prometheus:
    """A ``prometheus`` as long as a ``with`` block. It asks every second, not every quarter of a minute.

    ``worker`` is the place of the first worker; nobody is at the other five.
    """

    def __init__(self, folder: Path, worker: str) -> None:
        self._folder = folder
        self._worker = worker
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{free_port()}"

    def __enter__(self) -> Self:
        shipped = (DEPLOY / "prometheus.yml").read_text().replace("15s", "1s")
        places = SHIPPED_TARGET.sub(
            lambda place: self._worker if place[1] == "1" else f"127.0.0.1:{place[1]}", shipped
        )
        (self._folder / "prometheus.yml").write_text(places)
        (self._folder / "rules.yml").write_text((DEPLOY / "rules.yml").read_text())
        command = ["prometheus", f"--config.file={self._folder}/prometheus.yml"]
        command += [f"--storage.tsdb.path={self._folder}/data"]
        command += [f"--web.listen-address={self.url.removeprefix('http://')}"]
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self.finds("prosa_messages_stored_total")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=PATIENCE)

    def asked(self, expression: str) -> Samples:
        """What it answers now. Raises ``HTTPError`` for what is no expression."""
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{query}", timeout=5) as answer:  # noqa: S310 - ours
            found: Samples = json.load(answer)["data"]["result"]
        return found

    def finds(self, expression: str, value: float | None = None) -> None:
        """A number is there, or the one number is ``value``, or it will be within half a minute."""
        deadline = time.monotonic() + PATIENCE
        found: object = None
        while time.monotonic() < deadline:
            try:
                found = numbers = [float(sample["value"][1]) for sample in self.asked(expression)]
            except HTTPError as refusal:
                with refusal:
                    if refusal.code != HTTPStatus.SERVICE_UNAVAILABLE:
                        raise
                found, numbers = "it is not ready", []
            except URLError as error:
                found, numbers = error, []
            if numbers == [value] or (value is None and not all(map(math.isnan, numbers))):
                return
            time.sleep(0.1)
        log = (self._folder / "prometheus.log").read_text()[-2000:]
        raise AssertionError(f"{expression}: {found}\n{log}")
