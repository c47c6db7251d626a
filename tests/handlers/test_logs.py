"""One line an event, and nothing in it that opens a door."""

import logging
import sys

from handlers.logs import OneLine


def test_a_traceback_is_one_line() -> None:
    try:
        int("first\nsecond\n")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed\r\nbadly", None, sys.exc_info())
    line = OneLine("%(message)s").format(record)
    assert "\n" not in line
    assert "\r" not in line
    assert "failed | badly" in line
