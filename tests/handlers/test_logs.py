"""One line an event, and nothing in it that opens a door or was said behind one."""

import io
import logging
import time
from collections.abc import Iterator

import pytest

from handlers.logs import OneLine, configure


def line_of(message: str, error: BaseException | None = None) -> str:
    caught = (type(error), error, error.__traceback__) if error is not None else None
    return OneLine("%(message)s").format(
        logging.LogRecord("x", logging.ERROR, __file__, 1, message, None, caught)
    )


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged as it is in a worker that is told to say all it can."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    configure("debug")
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(io.StringIO())
    yield handler.stream
    root.handlers[:] = before
    root.setLevel(logging.WARNING)


def test_a_traceback_is_one_line() -> None:
    line = line_of("failed\r\nbadly", raised(ValueError("first\nsecond")))
    assert "\n" not in line
    assert "\r" not in line
    assert "failed | badly" in line
    assert "test_logs.py" in line


def test_a_traceback_names_types_and_places_and_quotes_nobody() -> None:
    line = line_of("failed", raised(ValueError("segredo"), cause=raised(KeyError("segredo"))))
    assert "segredo" not in line.replace('raised(ValueError("segredo")', "")
    assert "ValueError | after | " in line
    assert line.endswith("KeyError")


def test_a_full_disk_is_named() -> None:
    assert line_of("failed", raised(OSError(28, "No space left on device"))).endswith(
        "OSError: No space left on device"
    )


@pytest.mark.parametrize("char", ["\x1b", "\x00", "\x85", "\u2028", "\u202e", "\xa0", "\x7f"])
def test_what_is_not_to_be_seen_is_shown_as_what_it_is(char: str) -> None:
    assert line_of(f"path=/a{char}level=error") == f"path=/a{ascii(char)[1:-1]}level=error"


@pytest.mark.parametrize(
    "query",
    ["token=segredo", "a=\xa0&token=segredo", "session%5Fkey=segredo", "x=?token=segredo", "\x85segredo"],
)
def test_no_address_has_a_query(query: str) -> None:
    assert line_of(f"403 POST /ws/chat/info?{query} (127.0.0.1)") == "403 POST /ws/chat/info?- (127.0.0.1)"


def test_nor_has_one_whose_query_is_a_part_of_its_path() -> None:
    assert line_of("path=/ws/chat/info%3Ftoken=segredo status=404") == "path=/ws/chat/info?- status=404"


def test_tornados_own_words_of_a_request_have_none_either() -> None:
    words = "HTTPServerRequest(method='POST', uri='/ws/chat/1/abc/xhr?token=segredo', version='HTTP/1.1')"
    assert line_of(words) == "HTTPServerRequest(method='POST', uri='/ws/chat/1/-/xhr?- version='HTTP/1.1')"


def test_the_id_of_a_session_is_not_told() -> None:
    assert line_of("path=/ws/chat/000/abc-DEF_9/xhr_send status=204") == (
        "path=/ws/chat/000/-/xhr_send status=204"
    )
    assert line_of("path=/chat/1/websocket/") == "path=/chat/1/websocket/"


def test_what_a_person_calls_a_file_is_not_told() -> None:
    assert line_of("GET path=/chat/1/anexos/0ab/exame%20da%20Ana.pdf status=200") == (
        "GET path=/chat/1/anexos/0ab/- status=200"
    )


def test_an_address_by_which_a_site_knows_somebody_is_not_told() -> None:
    assert (
        line_of("opened user_id=ana.souza@exemplo.com.br transport=xhr") == "opened user_id=-@- transport=xhr"
    )
    assert line_of("GET path=/chat/api/v1/people/ana%40exemplo.com/erase status=202") == (
        "GET path=/chat/api/v1/people/-@-/erase status=202"
    )


def test_a_long_word_is_looked_at_once() -> None:
    began = time.process_time()
    line_of("x" * 2_000_000)
    assert time.process_time() - began < 5  # again from each of its places it would take hours


@pytest.mark.parametrize("name", ["tornado.general", "pymongo.command", "django.db.backends", "asyncio"])
def test_who_quotes_what_is_not_for_the_log_is_heard_from_a_warning_on(
    written: io.StringIO, name: str
) -> None:
    logging.getLogger(name).info("segredo")
    logging.getLogger(name).warning("alarme")
    assert "segredo" not in written.getvalue()
    assert "alarme" in written.getvalue()
