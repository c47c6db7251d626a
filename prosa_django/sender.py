"""The one thread of a site's process that speaks to Prosa, so that no request of the site waits for it."""

import atexit
import logging
import os
import threading
import time

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from prosa_django.client import ProsaCallError, prosa

log = logging.getLogger(__name__)

HINTS_MAX = 1000
"""People waiting to be hinted at; above it hints are dropped: Prosa asks about everybody each minute."""
HINTS_BATCH = 200
COALESCE_SECONDS = 0.05
EXIT_SECONDS = 5.0
"""How long a process that ends (a command, a cron job) waits for what is still to be said."""
LOOK_SECONDS = 30.0
"""How often the outbox is looked at while something is in it that another process may be telling."""

_lock = threading.Lock()
_woken = threading.Event()
_idle = threading.Event()
_hinted: set[str] = set()
_thread: threading.Thread | None = None


def wake() -> None:
    """The outbox is looked at, soon; the thread is there from now on."""
    global _thread  # noqa: PLW0603 - one thread a process
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="prosa", daemon=True)
            _thread.start()
        _idle.clear()
        _woken.set()


def hint(user_ids: set[str]) -> None:
    """Prosa hears, soon, that these people may have lost a right."""
    if not getattr(settings, "PROSA_URL", ""):
        return  # this site tells Prosa nothing, of which `manage.py check` has warned
    with _lock:
        if len(_hinted) < HINTS_MAX:
            _hinted.update(user_ids)
    wake()


def _run() -> None:
    while True:
        try:
            pause = _once()
        except Exception:
            log.exception("prosa_sender_failed")
            pause = LOOK_SECONDS
        finally:
            connections.close_all()
        with _lock:
            if not _woken.is_set():
                _idle.set()
        _woken.wait(pause)
        _woken.clear()
        time.sleep(COALESCE_SECONDS)  # what happens at one moment is one call


def _once() -> float | None:
    """Say what there is to say; for how long there will be nothing, ``None``: until somebody says so."""
    from prosa_django import outbox  # noqa: PLC0415 - it wakes this thread

    _send_hints()
    close_old_connections()
    for chat_id in outbox.due(timezone.now()):
        try:
            outbox.deliver(chat_id)
        except ProsaCallError as error:
            log.warning("prosa_not_told chat_id=%s status=%d code=%s", chat_id, error.status, error.code)
        except Exception:  # a room that cannot be described keeps no other one waiting
            log.exception("prosa_not_told chat_id=%s", chat_id)
        _send_hints()
    when = outbox.next_due()
    if when is None:
        return None
    return min(max(float((when - timezone.now()).total_seconds()), 0.0), LOOK_SECONDS)


def _send_hints() -> None:
    while True:
        with _lock:
            batch = [_hinted.pop() for _ in range(min(len(_hinted), HINTS_BATCH))]
        if not batch:
            return
        try:
            prosa().hint(batch)
        except ProsaCallError as error:
            log.warning("prosa_not_hinted people=%d status=%d code=%s", len(batch), error.status, error.code)


def settles(seconds: float) -> bool:
    """Whether, within so long, all there was to say has been said, or tried and put off."""
    return _thread is None or not _thread.is_alive() or _idle.wait(seconds)


def _forked() -> None:
    global _thread, _lock, _woken, _idle
    _thread, _lock, _woken, _idle = None, threading.Lock(), threading.Event(), threading.Event()
    _hinted.clear()


atexit.register(settles, EXIT_SECONDS)  # the thread dies with its process
os.register_at_fork(after_in_child=_forked)
