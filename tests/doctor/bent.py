"""The cluster's own nginx a second time, on another port, with one thing in it bent."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.cluster import API, HTTP, Cluster
from deploy.infrastructure import found
from doctor.visitor import Visitor
from tests.ports import free_port

READY_SECONDS = 30.0


@contextlib.contextmanager
def bent(cluster: Cluster, folder: Path, old: str, new: str) -> Iterator[Visitor]:
    """Whoever comes to an nginx in whose configuration ``new`` stands wherever ``old`` stood."""
    text = cluster.configurations()["nginx.conf"]
    assert old in text, "the shipped nginx.conf does not say this"
    text = text.replace(old, new)
    port = free_port()
    for own, other in {
        f":{cluster.base + HTTP} ": f":{port} ",
        f":{cluster.base + API};": f":{free_port()};",
        f"{cluster.run_dir}/nginx.pid": f"{folder}/nginx.pid",
        str(cluster.logs): str(folder),
    }.items():
        assert own in text
        text = text.replace(own, other)
    for kind in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        text = text.replace(f"{cluster.run_dir}/{kind};", f"{folder}/{kind};")
    (folder / "nginx.conf").write_text(text)
    user = " user root;" if os.geteuid() == 0 else ""
    process = subprocess.Popen([found("nginx"), "-c", folder / "nginx.conf", "-g", f"daemon off;{user}"])
    try:
        visitor = Visitor(f"http://127.0.0.1:{port}", 6.0)
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                visitor.ask("/")
                break
            assert process.poll() is None, "nginx does not take this configuration"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield visitor
    finally:
        process.terminate()
        process.wait()
