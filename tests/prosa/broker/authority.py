"""A certificate authority of a test's own, and a Redis that speaks TLS by one of its certificates."""

import subprocess
from pathlib import Path

from tests.ports import free_port
from tests.redis_server import RedisServer

NAMES = "subjectAltName=DNS:localhost"


def openssl(*arguments: str) -> None:
    """Run it. Raises ``CalledProcessError`` where it refuses."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """An authority in ``folder``, and the certificate that it has given to ``localhost``."""

    def __init__(self, folder: Path) -> None:
        self.certificate, key = folder / "ca.pem", folder / "ca.key"
        self.server_certificate, self.server_key = folder / "redis.pem", folder / "redis.key"
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        made = ["-keyout", str(key), "-out", str(self.certificate), "-subj", "/CN=Authority of a test"]
        openssl("req", "-x509", "-days", "2", *new, *made)
        signed = ["-CA", str(self.certificate), "-CAkey", str(key), "-subj", "/CN=localhost"]
        made = ["-keyout", str(self.server_key), "-out", str(self.server_certificate)]
        openssl("req", "-x509", "-days", "2", *new, *made, *signed, "-addext", NAMES)

    def redis(self, *arguments: str) -> tuple[RedisServer, int]:
        """A Redis by its certificate, not yet started, and the port on which it speaks TLS."""
        port = free_port()
        server = RedisServer(
            "--tls-port", str(port), "--tls-auth-clients", "no",
            "--tls-cert-file", str(self.server_certificate), "--tls-key-file", str(self.server_key),
            "--tls-ca-cert-file", str(self.certificate), *arguments,
        )  # fmt: skip
        return server, port
