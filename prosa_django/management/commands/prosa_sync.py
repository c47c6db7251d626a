"""``manage.py prosa_sync``: Prosa is told of what it has not heard."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from prosa_django import outbox
from prosa_django.client import ProsaCallError
from prosa_django.models import PendingRoom


class Command(BaseCommand):
    """Tells Prosa of what is pending; with ``--all`` of every room, whatever SQL has done to it."""

    help = "Tell Prosa of every room that it has not heard the latest of."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which rooms."""
        parser.add_argument("--all", action="store_true", help="every room, changed or not")
        parser.add_argument("rooms", nargs="*", metavar="chat_id", help="these rooms, changed or not")

    def handle(self, *_: Any, **options: Any) -> None:
        """Each room once. Fails where Prosa did not hear of all of them; they stay pending."""
        rooms: Any = options["rooms"]
        if options["all"]:
            rooms = import_module(settings.PROSA_ROOMS).chat_ids()
        for chat_id in rooms:
            outbox.write_down(chat_id)
            self._tell(chat_id)
        for chat_id in PendingRoom.objects.order_by("since").values_list("pk", flat=True).iterator():
            if chat_id not in self.failed:
                self._tell(chat_id)
        left = PendingRoom.objects.count()
        self.stdout.write(f"told {self.told}, pending {left}")
        if left:
            raise CommandError(f"{left} rooms are still pending.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told = 0
        self.failed: set[str] = set()

    def _tell(self, chat_id: str) -> None:
        try:
            self.told += outbox.deliver(chat_id)
        except ProsaCallError as error:
            self.failed.add(chat_id)
            self.stderr.write(f"{chat_id}: {error}")
        except Exception as error:  # noqa: BLE001 - a room that cannot be described keeps no other one waiting
            self.failed.add(chat_id)
            self.stderr.write(f"{chat_id}: {type(error).__name__}")
