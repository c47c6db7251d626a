"""Short-lived tokens for whoever is logged in: for pages of other domains and for apps.

Settings: ``PROSA_TOKEN_KID`` and ``PROSA_TOKEN_KEY``: one of Prosa's ``PROSA_TOKEN_KEYS``, never
``SECRET_KEY``. The algorithm is HS256.
"""

import time
from datetime import UTC, datetime

import jwt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

TOKEN_SECONDS = 300
KEY_BYTES = 32
"""RFC 7518, 3.2: a key as long as the hash."""


def mint(user_id: str, name: str) -> tuple[str, datetime]:
    """A token by which Prosa knows this person for five minutes, and when it ends."""
    if len(settings.PROSA_TOKEN_KEY.encode()) < KEY_BYTES:
        raise ImproperlyConfigured(f"PROSA_TOKEN_KEY has to have {KEY_BYTES} bytes at least.")
    now = int(time.time())
    claims = {"sub": user_id, "name": name, "aud": "prosa", "iat": now, "exp": now + TOKEN_SECONDS}
    headers = {"kid": settings.PROSA_TOKEN_KID}
    token = jwt.encode(claims, settings.PROSA_TOKEN_KEY, algorithm="HS256", headers=headers)
    return token, datetime.fromtimestamp(now + TOKEN_SECONDS, UTC)


@require_safe
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """``{"token": "…", "expires_at": "…"}`` for whoever is logged in; 401 for everybody else.

    No other site's page can read it: it comes without CORS, and is no script.
    """
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"code": "unauthenticated"}, status=401)
    name = getattr(user, "get_full_name", lambda: "")() or user.get_username()
    minted, expires_at = mint(str(user.pk), name)
    return JsonResponse({"token": minted, "expires_at": expires_at.isoformat()})
