"""What a browser sends: one JSON array of strings, and everything that is not one, told apart."""

import json

import msgspec

PAYLOAD_EXPECTED = "Payload expected."
BROKEN_JSON = "Broken JSON encoding."

TEXTS = msgspec.json.Decoder(list[str])


class BadFrameError(Exception):
    """Not a frame of SockJS; the text is the sentence that the SockJS protocol gives for it."""


def texts_of(body: str | bytes) -> list[str]:
    """The messages in ``body``, none of them anything but a string. Raises ``BadFrameError``.

    The library iterates whatever JSON it is given: the keys of an object, or a number, which is a
    ``TypeError`` in the middle of a request.
    """
    if not body:
        raise BadFrameError(PAYLOAD_EXPECTED)
    try:
        return TEXTS.decode(body)
    except (msgspec.DecodeError, UnicodeEncodeError):  # not what a browser sends, or half a surrogate pair
        return _unusual_texts_of(body)


def _unusual_texts_of(body: str | bytes) -> list[str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise BadFrameError(BROKEN_JSON) from None
    if isinstance(found, str):  # a WebSocket may bring one message without its array
        return [found]
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise BadFrameError(PAYLOAD_EXPECTED)
    return found
