"""The headers that every answer of Prosa has, whoever makes it: a page, a file, a poll, a refusal.

What a page may load is said in ``base.py``; the iframe page of SockJS has a policy of its own.
"""

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(),"
    " payment=(), usb=()",
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
}
"""What holds where a handler has not said otherwise. A document that is no page loads nothing, and its
address, in which a credential may stand, goes nowhere."""

TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Of this host alone: its subdomains are the site's to decide about."""


def is_tls(request: HTTPServerRequest) -> bool:
    """Whether the browser came over TLS; of a proxy only where it is believed (``trust_proxy``)."""
    return request.protocol == "https"


class Headers(OutputTransform):
    """Adds them to an answer on its way out. The demo site and a WebSocket's handshake do not pass here."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._promised = {**ALWAYS, **TLS_ONLY} if is_tls(request) else ALWAYS

    def transform_first_chunk(
        self,
        status_code: int,
        headers: HTTPHeaders,
        chunk: bytes,
        finishing: bool,  # noqa: ARG002
    ) -> tuple[int, HTTPHeaders, bytes]:
        """The answer with what is promised, where its handler has not said otherwise."""
        headers["Server"] = "Prosa"
        for name, value in self._promised.items():
            headers.setdefault(name, value)
        return status_code, headers, chunk
