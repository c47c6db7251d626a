"""The demo site inside Prosa's own process: prepared before the loop, served by threads beside it.

Prosa knows nothing more of it than of any other site: sessions and people by Django's settings,
rooms by the API.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from demo.keys import kept
from demo.shim import Wsgi, for_tornado
from prosa.identity import site

SETTINGS = "demo.settings"


def api_key(data_dir: Path) -> str:
    """The secret that the demo site and Prosa share, made on the first start."""
    return kept(data_dir / "demo" / "service-key")


def prepare(*, data_dir: Path, prosa_url: str, api_keys: Mapping[str, str]) -> None:
    """The site's database exists, with its people and needs, and Django is set up in this process.

    Signs with the first of ``api_keys``. Changes nothing that is there already: whatever people have
    done in the demo stays.
    """
    kid, key = next(iter(api_keys.items()))
    hosts = filter(None, [os.environ.get("DEMO_ALLOWED_HOSTS"), urlsplit(prosa_url).hostname])
    os.environ.update(
        DJANGO_SETTINGS_MODULE=SETTINGS,
        DEMO_DATA_DIR=str(data_dir),
        DEMO_PROSA_URL=prosa_url,
        DEMO_PROSA_KID=kid,
        DEMO_PROSA_KEY=key,
        DEMO_ALLOWED_HOSTS=",".join(hosts),
    )
    site.start()
    from django.db import connection  # noqa: PLC0415 - Django is not set up before this point

    from demo.market.seed import sow  # noqa: PLC0415

    _migrate()
    sow()
    connection.close()


def wsgi() -> Wsgi:
    """The site as a WSGI application that Tornado can serve, its static files included."""
    from demo.wsgi import application  # noqa: PLC0415 - needs Django's settings

    return for_tornado(application)


def publish_rooms() -> None:
    """Every room of the site is in Prosa, with its past. Blocks; call once Prosa listens.

    May be repeated. Raises ``prosa_django.client.ProsaCallError`` where Prosa stays away.
    """
    from django.db import connection  # noqa: PLC0415 - Django is not set up before ``prepare``

    from demo.market.publishing import publish_all  # noqa: PLC0415

    try:
        publish_all()
    finally:
        connection.close()


def greeting(url: str) -> str:
    """What whoever has just started the demo wants to know."""
    from demo.market.seed import PASSWORD, USERNAMES  # noqa: PLC0415 - Django is set up by now

    return f"""
  Prosa is ready:  {url}/
  Log in as {", ".join(USERNAMES)}; the password is {PASSWORD}
  Two browsers, two people: {url}/chat/1/websocket/ as cliente and as reforma
  Ctrl-C stops everything; what was said is kept.
"""


def _migrate() -> None:
    """The tables are as the code wants them; 30 ms where they are already."""
    from django.core.management import call_command  # noqa: PLC0415 - Django is not set up before
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
