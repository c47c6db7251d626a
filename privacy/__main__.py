"""What the law asks of whoever keeps conversations, by hand or by a timer: ``python -m privacy --help``.

Needs the workers' environment, and no worker: they find what has changed by themselves, within
``PROSA_WATCH_SECONDS``. The site's API does the first two as well. Ends with 0 when it is done, with 2 where
something has to be put right first; what was stopped is to be started again, and goes on.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from environ import load
from handlers.api.export import as_json, as_page
from handlers.languages.spoken import Languages
from prosa.chat.privacy import everything_of
from prosa.chat.wire import Wire
from prosa.models.errors import ProsaError
from prosa.models.ids import UserId
from prosa.storage.binaries import MongodError
from prosa.storage.database import AddressError, Database, StandaloneError
from prosa.storage.deletions import Deletions
from prosa.storage.embedded import EmbeddedMongod
from prosa.storage.erasures import Erasures
from prosa.storage.retention import Retention
from prosa.storage.sightings import Sightings
from prosa.storage.traces import Traces
from settings import Settings, SettingsError

ROOT = Path(__file__).resolve().parent.parent


async def export(database: Database, settings: Settings, user_id: UserId, *, is_page: bool) -> None:
    """Everything of one person is on standard output."""
    last_seen = (await Sightings(database).of([user_id])).get(user_id)
    pieces, now = everything_of(Traces(database), user_id), datetime.now(UTC)
    if is_page:
        zone = ZoneInfo(settings.timezone)
        languages = Languages(ROOT, zone=zone, default=settings.language)
        chunks = as_page(
            user_id, pieces, now, last_seen=last_seen, wire=Wire(zone), language=languages.default
        )
    else:
        chunks = as_json(user_id, pieces, now, last_seen=last_seen)
    async for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


async def erase(database: Database, user_id: UserId, *, blanks: bool) -> None:
    """The person is nowhere any more; a line for each room where they were."""
    async for chat_id, count in Erasures(database).erase(user_id, blanks=blanks):
        print(f"room {chat_id}: {count} messages", flush=True)
    print("The person is erased.")


async def retain(database: Database, days: int, *, is_dry: bool) -> None:
    """Nothing older than ``days`` is kept; a line for each room in which something was."""
    if not days:
        print("PROSA_RETENTION_DAYS is 0: everything is kept for ever.")
        return
    retention = Retention(database)
    rooms = entries = 0
    async for expired in retention.expired(datetime.now(UTC) - timedelta(days=days)):
        rooms, entries = rooms + 1, entries + expired.count
        blanked = ", and the text of the newest" if expired.blanks else ""
        print(f"room {expired.chat_id}: {expired.count} entries below {expired.floor}{blanked}", flush=True)
        if not is_dry:
            await retention.remove(expired)
    print(f"{'To be removed' if is_dry else 'Removed'}: {entries} entries of {rooms} rooms.")


async def carry_out(asked: argparse.Namespace, settings: Settings, uri: str) -> None:
    """What was asked for is done."""
    database = await Database.open(uri, settings.mongodb_database)
    try:
        match asked.verb:
            case "export":
                await export(database, settings, UserId(asked.user_id), is_page=asked.html)
            case "erase":
                await erase(database, UserId(asked.user_id), blanks=asked.blank)
            case _:
                await retain(database, settings.retention_days, is_dry=asked.dry_run)
                await forget_deleted(database, settings.deleted_days, is_dry=asked.dry_run)
    finally:
        await database.close()


async def forget_deleted(database: Database, days: int, *, is_dry: bool) -> None:
    """What was deleted more than ``days`` ago has no text any more; a line for each room that had one."""
    if not days:
        print("PROSA_DELETED_DAYS is 0: the text of a deleted message is kept as long as its place.")
        return
    deletions = Deletions(database)
    rooms = messages = 0
    async for chat_id, targets in deletions.before(datetime.now(UTC) - timedelta(days=days)):
        rooms, messages = rooms + 1, messages + len(targets)
        print(f"room {chat_id}: the texts of {len(targets)} deleted messages", flush=True)
        if not is_dry:
            await deletions.blank(chat_id, targets)
    print(f"{'To be blanked' if is_dry else 'Blanked'}: {messages} deleted messages of {rooms} rooms.")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser("python -m privacy")
    verbs = parser.add_subparsers(dest="verb", required=True)
    export_verb = verbs.add_parser("export", help="everything of one person, as JSON")
    export_verb.add_argument("--html", action="store_true", help="as a page to be read")
    erase_verb = verbs.add_parser("erase", help="one person is nowhere any more")
    erase_verb.add_argument("--blank", action="store_true", help="and says nothing any more")
    for verb in (export_verb, erase_verb):
        verb.add_argument("user_id", type=_user_id)
    retain_verb = verbs.add_parser(
        "retain", help="what is older than PROSA_RETENTION_DAYS, or deleted before PROSA_DELETED_DAYS, goes"
    )
    retain_verb.add_argument("--dry-run", action="store_true", help="only say what would go")
    return parser.parse_args(arguments)


def _user_id(text: str) -> str:
    """The empty one is the site itself, which is nobody."""
    if not text:
        raise argparse.ArgumentTypeError("say whose")
    return text


def main() -> int:
    """Carry out what was typed; the exit code."""
    asked = parsed(sys.argv[1:])
    try:
        settings = load(os.environ)
        with contextlib.ExitStack() as brought:
            uri = settings.mongodb_uri
            if not uri:
                own = EmbeddedMongod(Path(settings.data_dir).absolute() / "mongodb")
                uri = brought.enter_context(own).uri
            asyncio.run(carry_out(asked, settings, uri))
    except (AddressError, MongodError, OSError, ProsaError, SettingsError, StandaloneError) as error:
        print(f"privacy: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
