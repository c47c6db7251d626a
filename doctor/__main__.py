"""``make doctor``: looks at a deployment from its own machine, and says what to mend.

Run it with the environment of the workers. Besides, from the environment:

    URL         the public address, such as https://example.com: looks through nginx too
    SESSION     a sessionid cookie of somebody logged in: looks up whose it is
    SUPERVISOR  the file that says where the workers are (supervisor.conf of this folder)

Exit code: 0 where nothing fails, 1 where something does, 2 where it cannot look at all.
"""

import logging
import os
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from doctor import broker, endpoint, front, places, site, store, variables
from doctor.findings import FAIL, OK, WARN, Findings, fail, redacted, secrets_of
from doctor.visitor import Visitor
from prosa.identity.ask import Ask

SHIPPED = Path(__file__).resolve().parent.parent / "supervisor.conf"
STREAM_SECONDS = 3.0
"""For the next bytes to come through nginx; shorter than a session without a person lives."""


class UsageError(Exception):
    """What was asked for makes no sense; the text says why."""


def look(environ: Mapping[str, str]) -> Findings:
    """Everything, in the order in which it is mended. Raises ``UsageError`` and ``PlacesError``."""
    url = public(environ.get("URL", ""))
    groups = places.read(environ, Path(environ.get("SUPERVISOR") or SHIPPED))
    environments = [one for group in groups.values() for one in group]
    yield from _once(finding for one in environments for finding in variables.check_names(one))
    settings = variables.loaded(environ)[0]
    workers = {name: variables.workers_of(group) for name, group in groups.items()}
    every = [worker for group in workers.values() for worker in group]
    if settings is None or len(every) < len(environments):
        yield fail("settings", "nothing else was looked at", "mend the settings first.")
        return
    yield from variables.check_shared(settings)
    yield from variables.check_places(every, url is not None)
    if settings.mongodb_uri:
        yield from store.check(
            settings.mongodb_uri, settings.mongodb_database, len(every), lambda: datetime.now(UTC)
        )
    yield from broker.check(settings.redis_url, settings.mongodb_database, len(every))
    if settings.site_url:
        yield from site.check_asked(Ask(settings.site_url, settings.site_token), environ)
    else:
        yield from site.check(environ, settings.session_cookie, url)
    yield from places.check(workers)
    if url is not None:
        visitor = Visitor(url.geturl(), min(STREAM_SECONDS, settings.hello_seconds / 2))
        findings = list(front.check(visitor))
        yield from findings
        if len(findings) > 1:
            yield from endpoint.check(visitor)


def public(text: str) -> SplitResult | None:
    """The public address, if one is given. Raises ``UsageError``."""
    if not text:
        return None
    try:
        url = urlsplit(text)
        is_address = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        is_address = False
    if not is_address or url.username or url.path.strip("/") or url.query:
        raise UsageError("URL is wrong: write it as https://example.com, without a path.")
    return url


def _once(findings: Findings) -> Findings:
    """Workers that share a mistake are told of it once."""
    return iter(dict.fromkeys(findings))


def main(environ: Mapping[str, str]) -> int:
    """Print a line for each finding, and the sum."""
    logging.disable(logging.CRITICAL)  # what goes wrong is a finding, and said once
    secrets = secrets_of(environ)
    counted = Counter[str]()
    try:
        for finding in look(environ):
            counted[finding.grade] += 1
            print(redacted(finding.line(), secrets), flush=True)
    except (UsageError, places.PlacesError) as error:
        print(redacted(f"doctor: {error}", secrets), file=sys.stderr)
        return 2
    print(f"\n{counted[OK]} ok, {counted[WARN]} to look at, {counted[FAIL]} to mend")
    return 1 if counted[FAIL] else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
