"""Whoever has not agreed to cookies is asked first, on every page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

ASKING = "/consentimento/"


def consent(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page, or the way to the question."""

    def asked(request: HttpRequest) -> HttpResponse:
        if request.path != ASKING and "consent" not in request.COOKIES:
            return HttpResponseRedirect(ASKING)
        return get_response(request)

    return asked
