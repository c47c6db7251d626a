"""``WhoamiMiddleware``: Prosa asks the site, over HTTP, who somebody is.

The first line of ``MIDDLEWARE``: before whatever would answer in its place (allowed hosts, redirects
to https, demands to log in) or touch a session. Setting: ``PROSA_SITE_TOKEN``, which Prosa has too.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.crypto import constant_time_compare

from prosa_django.accounts import Answer, Person
from prosa_django.hints import collected
from prosa_django.people import READERS, people_of

PATH = "/prosa/whoami/"
TOKEN_BYTES = 32
NAME_CHARS = 500
BATCH_MAX = 200
BODY_MAX = 2_097_152
"""A full batch of the longest secrets, every character of which JSON writes as two."""

_logger = logging.getLogger(__name__)


class _Refused(Exception):  # noqa: N818 - reads as the outcome it is
    """A request that is not answered; ``args[0]`` is its status."""


class WhoamiMiddleware:
    """Answers ``POST /prosa/whoami/`` of whoever has the token; to all others there is no such place.

    The body is ``{"credentials": [{"kind": "session", "secret": "…"}, …]}``, at most 200 (the other kind is
    ``token``); the answer ``{"people": […]}`` has, in the same order, ``{"user_id", "name", "expires_at"}``,
    ``null`` for nobody, or ``"unknown"`` for an account on which the site's own code fails. 503 while the
    database or the cache is away: nobody is "nobody" for that. Nothing is written, and no cookie is set.

    Raises ``ImproperlyConfigured``, when the site starts, without a token of 32 bytes.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        token = getattr(settings, "PROSA_SITE_TOKEN", "")
        if not isinstance(token, str) or len(token.encode()) < TOKEN_BYTES:
            raise ImproperlyConfigured(f"PROSA_SITE_TOKEN has to have {TOKEN_BYTES} bytes at least.")
        self._authorization = f"Bearer {token}"
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """The answer, or that of the site to every other request."""
        if request.path_info != PATH:
            return self._later(request) if self._is_async else self._now(request)
        return sync_to_async(self._answer)(request) if self._is_async else self._answer(request)

    def _now(self, request: HttpRequest) -> Any:
        """What the site answers; who lost a right meanwhile is hinted at when it is all done."""
        with collected():
            return self._get_response(request)

    async def _later(self, request: HttpRequest) -> Any:
        with collected():
            return await self._get_response(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self._response(request)
        response.headers["Cache-Control"] = "no-store"
        # Django would tell the site's admins by mail of every 503, and quote the token.
        response._has_been_logged = True  # noqa: SLF001 - there is no public way
        return response

    def _response(self, request: HttpRequest) -> HttpResponse:
        try:
            people = people_of(self._asked(request))
        except _Refused as refused:
            return HttpResponse(status=refused.args[0])
        except Exception as error:  # noqa: BLE001 - whatever the site raises, it is not an answer
            _logger.warning("who is who cannot be told now: %s", type(error).__name__)
            return HttpResponse(status=503)
        return JsonResponse({"people": [_shape(answer) for answer in people]})

    def _asked(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Every credential of the body. Raises ``_Refused``."""
        given = request.headers.get("Authorization", "")
        if request.method != "POST" or not constant_time_compare(given, self._authorization):
            raise _Refused(404)
        try:
            body = request.read(BODY_MAX + 1)
            if len(body) > BODY_MAX:
                raise _Refused(413)
            asked = [(one["kind"], one["secret"]) for one in json.loads(body)["credentials"]]
        except (UnreadablePostError, ValueError, KeyError, TypeError, RecursionError):
            raise _Refused(400) from None
        if len(asked) > BATCH_MAX:
            raise _Refused(413)
        if not all(isinstance(kind, str) and kind in READERS and isinstance(s, str) for kind, s in asked):
            raise _Refused(400)
        return asked


def _shape(answer: Answer) -> Any:
    if isinstance(answer, Person):
        return {"user_id": answer.user_id, "name": answer.name[:NAME_CHARS], "expires_at": answer.expires_at}
    if answer is None:
        return None
    _logger.warning("the site fails on an account: %s", type(answer).__name__)
    return "unknown"
