"""The Django site inside this process: started without what it would do to the process around it."""

import os
import time


class SiteError(RuntimeError):
    """The site's settings cannot be used here; the sentence says why."""


def start() -> None:
    """Django of ``DJANGO_SETTINGS_MODULE`` is set up in this process; a second call does nothing.

    Its logging is not applied (a production log file that is missing here would end us), and the
    time zone of the process is put back. With ``USE_TZ`` off it stays the site's, because
    such a site compares naive local times, and its sessions would end hours early or late.
    Raises ``SiteError``.
    """
    from django import setup  # noqa: PLC0415 - where another identity is used, Django need not exist
    from django.apps import apps  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    if apps.ready:
        return
    zone = os.environ.get("TZ")
    try:
        keeps_own_zone = not settings.USE_TZ
        settings.LOGGING_CONFIG = None
        setup()
    except Exception as error:  # a site's settings and apps may raise anything
        name = os.environ.get("DJANGO_SETTINGS_MODULE", "")
        message = f"DJANGO_SETTINGS_MODULE={name} cannot be used: {type(error).__name__}: {error}"
        raise SiteError(message) from error
    finally:
        if not (settings.configured and keeps_own_zone):
            _restore(zone)


def _restore(zone: str | None) -> None:
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    time.tzset()
