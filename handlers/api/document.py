"""The OpenAPI 3.1 document of the site's API, drawn from the routes and the types that serve them."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from handlers.api.door import PROBLEM, Answer, Api, verbs
from handlers.api.operations import OPERATION, Operation
from handlers.api.shapes import Problem
from handlers.errors import status_of
from prosa.models.errors import ForbiddenError, MalformedError, ProsaError, UnauthenticatedError

PREFIX = "/chat/api/v1"
REF = "#/components/schemas/{name}"
DESCRIPTION = """What a site says to Prosa, and asks of it.

Every request carries `Authorization: Bearer` and a JWT that the site has signed: HS256, `kid` in its
header, the claims `aud: "prosa-api"`, `iat`, `exp` within an hour, and `scope`, words in one string.

Every request may be repeated: what was done already is done no second time, and is answered as before
(a message that was stored: 200 in place of 201). Whatever had no answer is to be asked again.

Lists come in pages: `next` of one page is the `cursor` of the next one, and says nothing to anybody else.

Refusals are problems (RFC 9457). Where `retryable` is true, the same may succeed after `retry_after_ms`.
"""

Routes = Sequence[tuple[str, type[Api], dict[str, Any]]]
Shape = dict[str, Any]


class DocumentApi(Answer):
    """``/chat/api/v1/openapi.json``, for whoever reaches the API at all: it holds nobody's data."""

    def initialize(self, document: Shape, **pages: Any) -> None:  # type: ignore[override]
        """Receive what there is to say, from ``routes.py``."""
        super().initialize(**pages)
        self._document = document

    def get(self) -> None:
        """The document, as a program reads it."""
        self.answer(self._document)


def document_of(routes: Routes) -> Shape:
    """The document of these routes, whose paths begin with ``PREFIX`` and have named groups."""
    said = {
        (pattern, verb): vars(getattr(handler, verb))[OPERATION]
        for pattern, handler, _ in routes
        for verb in verbs(handler)
    }
    types = [Problem, *_types(said.values())]
    refs, schemas = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = dict(zip(types, refs, strict=True))
    paths: Shape = {}
    for pattern, handler, _ in routes:
        paths[_template(pattern)] = {
            verb: _operation(said[pattern, verb], pattern, handler.SCOPE, schema_of)
            for verb in verbs(handler)
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Prosa", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"service": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _types(operations: Iterable[Operation]) -> list[type]:
    found = [kind for said in operations for kind in (said.query, said.body, said.answer) if kind is not None]
    return list(dict.fromkeys(found))


def _template(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern.removeprefix(PREFIX))


def _operation(said: Operation, pattern: str, scope: str, schema_of: dict[type, Shape]) -> Shape:
    drawn: Shape = {
        "summary": said.summary,
        "description": said.description,
        "security": [{"service": [scope]}],
        "parameters": [*_in_path(pattern), *_in_query(said.query)],
        "responses": {
            **{str(int(status)): _answered(said, status, schema_of) for status in said.statuses},
            **_refused(said, schema_of[Problem]),
        },
    }
    if said.body is not None:
        content = {"application/json": {"schema": schema_of[said.body]}}
        drawn["requestBody"] = {"required": True, "content": content}
    if said.takes_file:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        drawn["requestBody"] = {"required": True, "content": content}
    return drawn


def _in_path(pattern: str) -> list[Shape]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{allowed}$"},
        }
        for name, allowed in re.findall(r"\(\?P<(\w+)>([^)]*)\)", pattern)
    ]


def _in_query(query: type | None) -> list[Shape]:
    if query is None:
        return []
    (_,), schemas = msgspec.json.schema_components([query], ref_template=REF)
    return [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in schemas[query.__name__]["properties"].items()
    ]


def _answered(said: Operation, status: HTTPStatus, schema_of: dict[type, Shape]) -> Shape:
    drawn: Shape = {"description": status.phrase}
    if said.answer is not None:
        drawn["content"] = {"application/json": {"schema": schema_of[said.answer]}}
        if said.has_page:
            drawn["content"]["text/html"] = {"schema": {"type": "string"}}
    return drawn


def _refused(said: Operation, problem: Shape) -> Shape:
    """Each status with the codes that it may carry; ``default`` is what nobody has foreseen."""
    kinds: list[type[ProsaError]] = [UnauthenticatedError, ForbiddenError, *said.refuses]
    if said.query is not None or said.body is not None:
        kinds.append(MalformedError)
    by_status: dict[int, list[type[ProsaError]]] = {}
    for kind in kinds:
        by_status.setdefault(int(status_of(kind())), []).append(kind)
    drawn: Shape = {}
    for status, refusals in sorted(by_status.items()):
        codes = {"properties": {"code": {"enum": [kind.code for kind in refusals]}}}
        reasons = [f"`{kind.code}`: {(kind.__doc__ or '').splitlines()[0]}" for kind in refusals]
        drawn[str(status)] = {
            "description": "\n\n".join(reasons),
            "content": {PROBLEM: {"schema": {"allOf": [problem, codes]}}},
        }
    drawn["default"] = {"description": "Anything else.", "content": {PROBLEM: {"schema": problem}}}
    return drawn
