"""Everything that can be refused, as one tree.

    ProsaError
    ├── RefusedError                 the same request will be refused again
    │   ├── MalformedError           malformed      (field)
    │   ├── UnknownEventError        unknown_event
    │   ├── UnauthenticatedError     unauthenticated
    │   ├── StaleFormError           stale_form: not on the wire, HTTP 403
    │   ├── NotFoundError            not_found
    │   ├── ReadOnlyError            read_only      (reason)
    │   ├── ForbiddenError           forbidden
    │   ├── TooLateError             too_late       (limit)
    │   ├── EmptyError               empty
    │   ├── TooLongError             too_long       (limit)
    │   ├── TooLargeError            too_large      (limit)
    │   ├── UnsupportedTypeError     unsupported_type
    │   ├── ConflictError            conflict
    │   ├── NotJoinedError           not_joined
    │   └── TooManyRoomsError        too_many_rooms (limit)
    ├── LaterError                   the same request may succeed    (retry_after_ms)
    │   ├── RateLimitedError         rate_limited
    │   ├── OutcomeUnknownError      retry
    │   └── UnavailableError         unavailable
    ├── InternalError                internal       (reference)
    └── IdentityUnknownError         identity_unknown: not on the wire (close code 4010), HTTP 503

An error knows neither HTTP nor SockJS: ``handlers/errors.py`` holds the one table. The sentences
are for people, in Portuguese, and are translated where they leave (``handlers``); the codes are for programs
(``docs/protocol.md``).
"""

from typing import ClassVar

from prosa.models.texts import msgid


class ProsaError(Exception):
    """The root: a ``code``, a sentence for people, whether trying again can help, and its data."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(self, **details: str | int) -> None:
        super().__init__(self.sentence)
        self.details = details

    def __str__(self) -> str:
        """The code and its details: for logs, never for people."""
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.details.items())])


class RefusedError(ProsaError):
    """The request is understood, and the answer is no."""


class MalformedError(RefusedError):
    """Not JSON, not an object, or a value of the wrong type. ``field`` names it where there is one."""

    code = "malformed"
    sentence = msgid("O pedido não pôde ser entendido.")


class UnknownEventError(RefusedError):
    """There is no such command."""

    code = "unknown_event"
    sentence = msgid("Este comando não existe.")


class UnauthenticatedError(RefusedError):
    """Nobody of the site is recognised."""

    code = "unauthenticated"
    sentence = msgid("Entre na sua conta para continuar.")


class StaleFormError(RefusedError):
    """The form does not carry the token of this browser: it is too old, or another site's."""

    code = "stale_form"
    sentence = msgid("Esta página estava aberta há muito tempo. Envie de novo.")


class NotFoundError(RefusedError):
    """No such room or message, or not this person's: the same answer for both."""

    code = "not_found"
    sentence = msgid("Esta conversa não existe ou não é sua.")


class ReadOnlyError(RefusedError):
    """The site has closed the room for writing. ``reason`` in the site's own words."""

    code = "read_only"
    sentence = msgid("Esta conversa está fechada para novas mensagens.")


class ForbiddenError(RefusedError):
    """Who asks is known, and this is not theirs to do: somebody else's message, a token without the scope."""

    code = "forbidden"
    sentence = msgid("Isto não é permitido.")


class TooLateError(RefusedError):
    """The message was sent more than ``limit`` seconds ago: it stays as it is."""

    code = "too_late"
    sentence = msgid("O prazo para editar ou apagar esta mensagem já passou.")


class EmptyError(RefusedError):
    """Nothing is left of the text after normalising."""

    code = "empty"
    sentence = msgid("Escreva uma mensagem antes de enviar.")


class TooLongError(RefusedError):
    """The text has more than ``limit`` Unicode code points."""

    code = "too_long"
    sentence = msgid("A mensagem é longa demais.")


class TooLargeError(RefusedError):
    """The message on the wire, or the attachment, has more than ``limit`` bytes; an image, pixels."""

    code = "too_large"
    sentence = msgid("Os dados enviados são grandes demais.")


class UnsupportedTypeError(RefusedError):
    """The file is none of those that may be sent, whatever its name says; or it is broken, or a trap."""

    code = "unsupported_type"
    sentence = msgid("Este tipo de arquivo não é aceito. Envie uma imagem, PDF, Word, Excel ou texto.")


class ConflictError(RefusedError):
    """The ``client_id`` is known, with another text or file; or the file has been sent already."""

    code = "conflict"
    sentence = msgid("Outra mensagem já foi enviada com esta identificação.")


class NotJoinedError(RefusedError):
    """Typing in a room that this connection has not joined."""

    code = "not_joined"
    sentence = msgid("Abra a conversa antes de escrever nela.")


class TooManyRoomsError(RefusedError):
    """This connection has joined ``limit`` rooms already."""

    code = "too_many_rooms"
    sentence = msgid("Há conversas demais abertas nesta página.")


class LaterError(ProsaError):
    """Not now. ``retry_after_ms`` says when it makes sense to ask again."""

    retryable = True


class RateLimitedError(LaterError):
    """More than the limit of this person in this window."""

    code = "rate_limited"
    sentence = msgid("Você está indo rápido demais. Aguarde um instante.")


class OutcomeUnknownError(LaterError):
    """A write may or may not have been stored: send again with the same ``client_id``."""

    code = "retry"
    sentence = msgid("Não foi possível confirmar o envio. Tentando de novo.")


class UnavailableError(LaterError):
    """The store cannot be reached."""

    code = "unavailable"
    sentence = msgid("O serviço está indisponível por um momento.")


class InternalError(ProsaError):
    """A bug of ours. ``reference`` finds it in the log; no detail leaves the house."""

    code = "internal"
    sentence = msgid("Algo deu errado do nosso lado.")


class IdentityUnknownError(ProsaError):
    """The site cannot say now who this is: neither somebody nor nobody."""

    code = "identity_unknown"
    sentence = msgid("Não foi possível confirmar quem você é. Tente de novo em instantes.")
    retryable = True
