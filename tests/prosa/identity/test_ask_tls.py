"""The site is asked over TLS, and believed only with a certificate that is good."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.identity.ask import Ask
from prosa.models.errors import IdentityUnknownError
from tests.prosa.identity.listener import ANA, SECONDS, TOKEN, Site, keys, people, site

__all__ = ["site"]


@contextlib.asynccontextmanager
async def secured(site: Site, folder: Path) -> AsyncIterator[tuple[str, Path]]:
    """The site over TLS, with a certificate for localhost that is made for one test."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context)
    yield f"https://localhost:{server.sockets[0].getsockname()[1]}", certificate
    server.close()


@pytest.mark.gen_test(timeout=SECONDS)
async def test_over_tls_a_connection_that_the_site_has_dropped_is_made_anew(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(people(ANA))
        await writer.drain()
        writer.transport.abort()  # without a farewell of TLS

    async with secured(site, tmp_path) as (url, certificate):
        stranger = Ask(url, TOKEN)
        with pytest.raises(IdentityUnknownError):
            await stranger.identify(keys("a"))
        assert site.asked == []
        await asyncio.to_thread(stranger.close)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        ask = Ask(url, TOKEN)
        for connections in (1, 2):
            site.answers = [leave]
            assert (await ask.identify(keys("a")))[0] is not None
            assert site.connections == connections
            await asyncio.gather(*filter(None, site.serving))
        ask.close()
        await asyncio.to_thread(ask._pool.shutdown)
