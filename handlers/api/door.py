"""The door of the site's API: who may come in, and how a refusal leaves (RFC 9457).

Only ``Authorization: Bearer`` with a service token; no cookie counts here, and so no XSRF.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import msgspec

from handlers.api.shapes import Problem
from handlers.base import Base, Site
from prosa.chat.events import refusal_shape
from prosa.chat.service import Chat
from prosa.models.errors import MalformedError, NotFoundError, UnauthenticatedError

BODY_MAX = 4 * 1024 * 1024
"""For a thousand messages of the past. The listeners cut off whoever sends more."""
PROBLEM = "application/problem+json"

Verify = Callable[[str, str], None]
"""``verify(token, scope)`` raises ``UnauthenticatedError`` or ``ForbiddenError``."""


class Answer(Base):
    """An answer for a program, whatever happens."""

    def check_xsrf_cookie(self) -> None:
        """No cookie counts here, so none can be forged with."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What is wrong, as a problem that carries the fields of every refusal too."""
        error, status = self.error_of(status_code, kwargs["exc_info"][1] if "exc_info" in kwargs else None)
        self.refuse(error, status)
        if isinstance(error, UnauthenticatedError):
            self.set_header("WWW-Authenticate", "Bearer")
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", ", ".join(verb.upper() for verb in verbs(type(self))))
        sentence = self.language.text(error.sentence)
        standard = {"title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
        problem = msgspec.convert({**refusal_shape(error, sentence), **standard}, Problem)
        self.set_header("Content-Type", PROBLEM)
        self.finish(msgspec.json.encode(problem))


class Nowhere(Answer):
    """A path of the API that leads to nothing."""

    def prepare(self) -> None:
        """There is nothing here."""
        raise NotFoundError


class Api(Answer):
    """A door that opens for service tokens only."""

    SCOPE: str

    def initialize(self, chat: Chat, site: Site, verify: Verify) -> None:  # type: ignore[override]
        """Receive the use cases and the door, from ``routes.py``."""
        super().initialize(chat, site)
        self._verify = verify

    def prepare(self) -> None:
        """Refuse whoever brings no service token, or one without this scope.

        And an address that leads here by ``..%2F``: a proxy takes it for another one, and lets it pass.
        """
        if ".." in unquote(self.request.path).split("/"):
            raise NotFoundError
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        self._verify(token.strip() if kind.lower() == "bearer" else "", self.SCOPE)

    def json(self) -> object:
        """The request's JSON."""
        try:
            return msgspec.json.decode(self.request.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise MalformedError from None

    def query(self) -> dict[str, str]:
        """The request's query; of a name that comes twice, the last."""
        return {name: self.get_query_argument(name) for name in self.request.query_arguments}

    def reply(self, shape: object) -> None:
        """End with ``shape`` as JSON, or with nothing where there is nothing to say."""
        if shape is None:
            self.clear_header("Content-Type")
            self.finish()
        else:
            self.answer(shape)


def verbs(handler: type[Any]) -> list[str]:
    """The methods that a handler of the API has, in the document's lower case."""
    return [verb for verb in ("get", "put", "post", "delete") if verb in vars(handler)]
