"""Which bytes of a file a request asks for (RFC 9110, 14)."""

import re

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


class UnsatisfiableError(Exception):
    """No byte of the file is among those that were asked for."""


def asked(header: str, size_bytes: int) -> tuple[int, int] | None:
    """From which byte, and up to below which; ``None`` where the whole file is the answer.

    That it is for whatever is no range of bytes, and for several of them, which no player and no download
    asks for. Raises ``UnsatisfiableError``.
    """
    found = RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size_bytes)
        if not length:
            raise UnsatisfiableError
        return size_bytes - length, size_bytes
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None
    if start >= size_bytes:
        raise UnsatisfiableError
    return start, min(int(found[2]) + 1, size_bytes) if found[2] else size_bytes
