"""What a person does and sees on a room page of an engine that only runs scripts for us."""

import json
import time
from abc import ABC, abstractmethod
from typing import Any

PATIENCE = 40.0

LIVE = "(document.querySelector('[data-part=status-text]') || {}).textContent === 'Ao vivo'"
"""An expression: the room is joined."""

WORDS = "document.title + ': ' + document.body.innerText.slice(0, 300)"
"""An expression: what the page says first."""

TEXTS = (
    "[].map.call(document.querySelectorAll('[data-part=messages] [data-part=text]'),"
    " function (one) { return one.textContent; })"
)
"""An expression: what the messages say, from top to bottom."""


class Scripted(ABC):
    """A page, by expressions of ES5."""

    @abstractmethod
    def evaluates(self, script: str) -> Any:
        """What an expression of ES5 is on the page."""

    @abstractmethod
    def errors(self) -> list[str]:
        """What the pages complained of."""

    def sees(self, script: str) -> None:
        """``script`` has become true within the patience of a test."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluates(script):
            assert time.monotonic() < deadline, (
                f"never: {script}\n{self.evaluates(WORDS)}\n{self.errors()[:3]}"
            )
            time.sleep(0.1)

    def is_live(self) -> None:
        """The room is joined: what is said now is seen here at once."""
        self.sees(LIVE)

    def says(self, text: str) -> None:
        """``text`` is typed and sent."""
        self.evaluates(
            "(function () {"
            " var box = document.querySelector('[data-part=text-box]');"
            " var event = document.createEvent('Event');"
            f" box.value = {json.dumps(text)};"
            " event.initEvent('input', true, true); box.dispatchEvent(event);"
            " document.querySelector('[data-part=send]').click(); }())"
        )

    def shows(self, text: str) -> None:
        """The message comes into the log, in its place, once."""
        self.sees(f"{TEXTS}.filter(function (one) {{ return one === {json.dumps(text)}; }}).length === 1")
