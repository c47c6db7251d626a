"""What one method of the site's API takes and gives, said once: for the request and for the document.

The body, the query and the answer are the types of the method's own ``body``, ``query`` and result; what
it does is its docstring. ``document.py`` draws the OpenAPI document from that.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, get_type_hints

import msgspec

from prosa.chat.commands import shaped
from prosa.models.errors import ProsaError

Method = Callable[..., Awaitable[Any]]

OPERATION = "operation"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path. ``None``: no body, no query, nothing to answer."""

    summary: str
    description: str
    query: type | None
    body: type | None
    answer: type | None
    statuses: tuple[HTTPStatus, ...]
    """The first is sent unless the method sets another one of them."""
    refuses: tuple[type[ProsaError], ...]
    """Beyond what every method may refuse."""
    has_page: bool
    """Whether a page for people is answered where ``Accept`` asks for one."""
    takes_file: bool
    """Whether the body is a file, which the handler takes as it comes."""


def operation(
    *statuses: HTTPStatus,
    refuses: tuple[type[ProsaError], ...] = (),
    streams: type | None = None,
    takes_file: bool = False,
) -> Callable[[Method], Method]:
    """The method is handed its body and its query in their shapes, and what it returns is the answer.

    ``streams``: it writes an answer of that shape itself, a piece at a time.
    """

    def declared(method: Method) -> Method:
        hints = get_type_hints(method)
        summary, _, description = (inspect.getdoc(method) or "").partition("\n\n")
        answer = streams or hints["return"]
        said = Operation(
            summary=" ".join(summary.split()),
            description=" ".join(description.split()),
            query=hints.get("query"),
            body=hints.get("body"),
            answer=None if answer is type(None) else answer,
            statuses=statuses,
            refuses=refuses,
            has_page=streams is not None,
            takes_file=takes_file,
        )

        @wraps(method)
        async def carried_out(self: Any, **given: Any) -> None:
            if said.query is not None:
                given["query"] = shaped(self.query(), said.query, strict=False)
            if said.body is not None:
                given["body"] = shaped(self.json(), said.body)
            self.set_status(statuses[0])
            shape = await method(self, **given)
            if streams is None:
                self.reply(shape)

        vars(carried_out)[OPERATION] = said
        return carried_out

    return declared
