"""What every page knows: the person, the templates, the errors, the headers."""

import logging
import math
import re
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import msgspec
import tornado.web
from tornado.httputil import HTTPServerRequest

from handlers.errors import status_of
from handlers.headers import is_tls
from handlers.languages.choice import COOKIE
from handlers.languages.spoken import Languages, Spoken
from handlers.sockjs.origins import canonical
from handlers.static import Bundle
from prosa import metrics
from prosa.chat.events import refusal_shape
from prosa.chat.limits import network
from prosa.chat.service import Chat
from prosa.models.errors import InternalError, MalformedError, NotFoundError, ProsaError, UnauthenticatedError
from prosa.models.people import Credential, Person

log = logging.getLogger(__name__)

CSP = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; connect-src 'self'{sockets};"
    " img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

WAY_BACK = "prosa_next"
"""Where a stranger wanted to go, for sites whose login ignores ``next``."""

WAY_BACK_SECONDS = 600

PLACES = ("em", "before", "after", "mensagem")
"""What of a page's query belongs to the way back: places, which are numbers, and nobody's words."""

PLACE = re.compile(rb"[0-9]{1,15}")


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """A script of another host, which runs only while it is the one that is meant."""

    url: str
    integrity: str

    @classmethod
    def of(cls, url: str, integrity: str) -> Self | None:
        """The script at this address; ``None`` where there is no address."""
        return cls(url=url, integrity=integrity) if url else None

    @property
    def origin(self) -> str:
        """The host, as a policy names it."""
        return "https://" + urlsplit(self.url).netloc


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages know of the Django site beside them, and of themselves."""

    cookie_name: str
    login_url: str
    home_url: str
    limits: dict[str, int]
    languages: Languages
    bundles: dict[str, Bundle]
    """The pages' scripts and sheets, by name."""
    sockjs: Foreign | None = None
    """Where the pages have the browser's SockJS from; None: from here."""


def policy_of(request: HTTPServerRequest, foreign: Foreign | None = None) -> str:
    """What a page may load: of its own origin, scripts of one ``foreign`` origin besides, nothing inline.

    Browsers differ in whether ``'self'`` means the WebSockets of the same host, so that is named.
    """
    origin = canonical(f"{request.protocol}://{request.host}")
    return CSP.format(
        sockets=f" {origin.replace('http', 'ws', 1)}" if origin else "",
        scripts=f" {foreign.origin}" if foreign else "",
    )


class Base(tornado.web.RequestHandler):
    """Whatever goes wrong in a handler leaves as one shape, and every answer has its headers."""

    chat: Chat
    site: Site

    def initialize(self, chat: Chat, site: Site) -> None:
        """Receive the use cases and the site, from ``routes.py``."""
        self.chat = chat
        self.site = site
        self.ui.clear()  # Tornado's templates are not used; it leads back here, and would outlive the request

    @property
    def language(self) -> Spoken:
        """What the person who asks reads: their choice, or what their browser asks for."""
        header = ",".join(self.request.headers.get_list("Accept-Language"))
        return self.site.languages.chosen(remembered=self.get_cookie(COOKIE) or "", header=header)

    def set_default_headers(self) -> None:
        """Nothing private is kept by a cache, and nothing foreign runs in a page."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Vary", "Accept-Language, Cookie")
        self.set_header("Content-Security-Policy", policy_of(self.request))
        self.set_header("Referrer-Policy", "same-origin")

    def set_cookie(self, name: str, value: str | bytes, *args: Any, **options: Any) -> None:
        """As Tornado's, of a cookie that no script reads, no foreign form brings, and TLS keeps to itself."""
        ours = {"httponly": True, "samesite": "Lax", "secure": is_tls(self.request)}
        super().set_cookie(name, value, *args, **{**ours, **options})

    async def identified(self) -> Person:
        """Who asks, by the site's cookie; for what changes something the site is asked anew.

        Raises ``UnauthenticatedError`` or ``IdentityUnknownError``, and ``RateLimitedError`` where too much
        comes from one address, before anybody is asked, or from one person.
        """
        await self.chat.limits.check("requests_per_address", network(self.request.remote_ip or ""))
        sessions, key = self.chat.sessions, self.get_cookie(self.site.cookie_name)
        known = sessions.recall if self.request.method in ("GET", "HEAD") else sessions.identify
        person = await known(Credential("session", key)) if key else None
        if person is None:
            raise UnauthenticatedError
        self.chat.limits.check_here("commands", person.user_id)
        return person

    async def asking(self) -> Person:
        """Who asks for what costs the store a question. Raises ``RateLimitedError`` for one too many."""
        person = await self.identified()
        await self.chat.limits.check("queries", person.user_id)
        return person

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Refusals are answers, not faults; a fault is logged without the request's query."""
        if value is not None and not isinstance(value, ProsaError | tornado.web.HTTPError):
            log.error("request_raised path=%s", self.request.path, exc_info=(typ, value, tb))

    def error_of(self, status_code: int, failure: BaseException | None) -> tuple[ProsaError, int]:
        """Our error for whatever was raised, and its status."""
        if isinstance(failure, ProsaError):
            return failure, status_of(failure)
        if status_code == HTTPStatus.NOT_FOUND:
            return NotFoundError(), status_code
        if HTTPStatus.BAD_REQUEST <= status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            return MalformedError(), status_code
        reference = uuid4().hex[:12]
        log.error("request_failed status=%d reference=%s", status_code, reference)
        return InternalError(reference=reference), status_code

    def refuse(self, error: ProsaError, status: int) -> None:
        """The status of a refusal, and when it makes sense to ask again."""
        metrics.REFUSALS.labels("http", error.code).inc()
        self.set_status(status)
        wait_ms = error.details.get("retry_after_ms")
        if isinstance(wait_ms, int):
            self.set_header("Retry-After", str(math.ceil(wait_ms / 1000)))

    def answer(self, shape: object) -> None:
        """End with ``shape`` as JSON."""
        self.set_header("Content-Type", "application/json")
        self.finish(msgspec.json.encode(shape))


class Page(Base):
    """A page for a person; strangers are sent to the site's login and come back."""

    def wants_json(self) -> bool:
        """Whether a program asks."""
        return "application/json" in self.request.headers.get("Accept", "")

    def render_page(self, name: str, **context: object) -> None:
        """Answer with a template and what every template may use."""
        template = self.language.templates.get_template(name)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Security-Policy", policy_of(self.request, self.site.sockjs))
        known = {
            "static_url": self.static_url,
            "bundles": self.site.bundles,
            "sockjs": self.site.sockjs,
            "home_url": self.site.home_url,
            "here": None,
        }
        if self.request.method in ("GET", "HEAD"):
            known.update(here=self.request.uri, xsrf_token=self.xsrf_token.decode())
        self.set_header("Content-Language", self.language.code)
        self.finish(template.render({**known, **context}))

    @property
    def place(self) -> str:
        """The page that is asked for, and where on it, to come back to. Nothing foreign is in it."""
        sent = {name: self.request.query_arguments.get(name, [b""])[-1] for name in PLACES}
        query = urlencode({name: value for name, value in sent.items() if PLACE.fullmatch(value)})
        return f"{self.request.path}?{query}" if query else self.request.path

    def remember(self, path: str) -> None:
        """Bring the person back to ``path``, also where the site's login ignores ``next``."""
        self.set_cookie(WAY_BACK, path, path="/chat/", max_age=WAY_BACK_SECONDS)

    def login_url_to(self, path: str) -> str:
        """The site's login, with the way back to ``path``: our own path, never a foreign one."""
        separator = "&" if "?" in self.site.login_url else "?"
        return f"{self.site.login_url}{separator}{urlencode({'next': path})}"

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page that says what is wrong; for strangers, the way to the login."""
        error, status = self.error_of(status_code, kwargs["exc_info"][1] if "exc_info" in kwargs else None)
        self.refuse(error, status)
        if self.wants_json():
            self.answer(refusal_shape(error, self.language.text(error.sentence)))
        elif isinstance(error, UnauthenticatedError) and self.request.method in ("GET", "HEAD"):
            self.remember(self.place)
            self.redirect(self.login_url_to(self.place))
        else:
            self.draw_refusal(error, status)

    def draw_refusal(self, error: ProsaError, status: int) -> None:
        """A page that says what is wrong."""
        sentence = self.language.text(error.sentence)
        self.render_page("error.html", status=status, code=error.code, sentence=sentence, person=None)


class Lost(Page):
    """Whatever has no other route."""

    def check_xsrf_cookie(self) -> None:
        """There is nothing to protect."""

    def prepare(self) -> None:
        """There is nothing here."""
        raise NotFoundError
