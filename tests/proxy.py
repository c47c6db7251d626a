"""A real nginx between a browser and Prosa, set up well or as badly as some are."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from tests.ports import free_port

KINDS = ("plain", "strips_upgrade", "swallows_upgrade", "buffers")
READY_SECONDS = 10.0

SERVER = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version {version};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        {locations}
    }}
}}
"""

UPGRADE = """
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;"""

LOCATIONS = {
    "plain": """
        location / {{ proxy_pass {server}; proxy_buffering off; }}
        location /ws/chat/ {{
            proxy_pass {server};
            proxy_buffering off;"""
    + UPGRADE
    + """
        }}""",
    "strips_upgrade": """
        location / {{ proxy_pass {server}; proxy_buffering off; }}""",
    "swallows_upgrade": """
        location / {{ proxy_pass {server}; proxy_buffering off; }}
        location ~ ^/ws/chat/.*/websocket$ {{
            proxy_pass {silence};"""
    + UPGRADE
    + """
        }}""",
    "buffers": """
        proxy_buffering on;
        proxy_buffer_size 64k;
        proxy_buffers 16 64k;
        proxy_busy_buffers_size 128k;
        proxy_ignore_headers X-Accel-Buffering;
        location / {{ proxy_pass {server}; }}""",
}


class Silence:
    """A listener that takes whatever is sent and never says a word."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._taken: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._taken.append(self._listener.accept()[0])

    def close(self) -> None:
        """Nobody is kept waiting any longer."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)
        for taken in self._taken:
            taken.close()


class Proxy:
    """An nginx of one of ``KINDS`` in front of the server at ``server_url``.

    ``plain`` passes everything; ``strips_upgrade`` passes no ``Upgrade``; ``swallows_upgrade`` takes a
    WebSocket's request and never answers it; ``buffers`` strips as well, and holds each answer back until
    it ends. The server must have been started with ``PROSA_TRUST_PROXY=1``.
    """

    def __init__(self, kind: str, server_url: str, folder: Path) -> None:
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if program is None:
            pytest.skip("nginx is missing: apt-get install nginx-light")
        self._port = free_port()
        self._silence = Silence()
        self._folder = folder
        self.url = f"http://127.0.0.1:{self._port}"
        config = folder / "nginx.conf"
        locations = LOCATIONS[kind].format(server=server_url, silence=self._silence.url)
        # Of HTTP/1.1, nginx passes each chunk on; of 1.0, its default, nothing before a buffer is full.
        version = "1.0" if kind == "buffers" else "1.1"
        config.write_text(SERVER.format(folder=folder, port=self._port, version=version, locations=locations))
        with (folder / "output.log").open("wb") as output:
            self._process = subprocess.Popen(
                [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)],
                stdout=output,
                stderr=output,
            )

    def start(self) -> None:
        """It takes connections once this returns."""
        address = urllib.parse.urlsplit(self.url)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection((address.hostname, address.port), timeout=1).close()
                return
            time.sleep(0.02)
        logs = "".join(log.read_text(errors="replace") for log in self._folder.glob("*.log"))
        raise AssertionError(f"nginx does not take connections\n{logs[-3000:]}")

    def stop(self) -> None:
        """It has ended, and with it every connection through it."""
        self._process.terminate()
        self._process.wait(timeout=10)
        self._silence.close()
