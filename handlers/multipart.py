"""A form with a file in it, taken apart while it comes: no more of it is in memory than came last."""

from collections.abc import Iterator

import multipart

from prosa.models.errors import MalformedError, TooLargeError

FIELDS_MAX = 8
FIELD_BYTES = 64 * 1024
"""Of one field that is no file; the text of a message is cut later, by its own limit."""


class File:
    """A file begins; ``name`` is whatever the browser says it is called."""

    def __init__(self, name: str) -> None:
        self.name = name


class Form:
    """One body of ``multipart/form-data``. Where one is asked for, ``file`` is the field of the only file."""

    def __init__(self, content_type: str, *, file: str) -> None:
        _, options = multipart.parse_options_header(content_type)
        try:
            self._parser = multipart.PushMultipartParser(
                options.get("boundary", ""), max_segment_count=FIELDS_MAX, strict=True
            )
        except multipart.MultipartError:
            raise MalformedError from None
        self._file = file
        self._segment: multipart.MultipartSegment | None = None
        self._has_file = False
        self._value = bytearray()
        self.fields: dict[str, str] = {}
        """What came before: in the order of the form."""

    def read(self, chunk: bytes) -> Iterator[File | bytes]:
        """A file's beginning and its bytes, as they come. Raises ``MalformedError``, ``TooLargeError``."""
        try:
            for part in self._parser.parse(chunk):
                if isinstance(part, multipart.MultipartSegment):
                    self._segment = part
                    if self._is_file(part):
                        if self._has_file:
                            raise MalformedError(field=self._file)
                        self._has_file = True
                        yield File(part.filename or "")
                elif part is None:
                    self._close()
                elif self._segment is not None and self._is_file(self._segment):
                    yield bytes(part)
                else:
                    self._keep(part)
        except multipart.ParserLimitReached:
            raise TooLargeError(limit=FIELD_BYTES) from None
        except multipart.MultipartError:
            raise MalformedError from None

    def end(self) -> None:
        """The body has ended. Raises ``MalformedError`` where the form has not."""
        try:
            self._parser.close()
        except multipart.MultipartError:
            raise MalformedError from None

    def _is_file(self, segment: multipart.MultipartSegment) -> bool:
        return segment.name == self._file and segment.filename is not None

    def _keep(self, part: bytearray) -> None:
        if len(self._value) + len(part) > FIELD_BYTES:
            raise TooLargeError(limit=FIELD_BYTES)
        self._value += part

    def _close(self) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        if not self._is_file(segment):
            self.fields[segment.name] = self._value.decode(errors="replace")
            self._value.clear()
