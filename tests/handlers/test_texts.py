"""What in a text is a link, and what is shown large, in pages as in scripts."""

import json
from pathlib import Path

from handlers.texts import is_emoji, isolated, pieces

TABLE = json.loads((Path(__file__).resolve().parent.parent / "texts.json").read_text())


def test_what_in_a_text_is_a_link_is_what_the_table_says() -> None:
    for case in TABLE["links"]:
        assert [list(piece) for piece in pieces(case["text"])] == case["pieces"], case["text"]


def test_one_to_three_emoji_and_nothing_else_are_shown_large() -> None:
    assert [text for text in TABLE["emoji"] if not is_emoji(text)] == []
    assert [text for text in TABLE["not_emoji"] if is_emoji(text)] == []


def test_a_name_changes_the_order_of_nothing_around_it() -> None:
    assert [isolated(name) for name, _ in TABLE["isolated"]] == [shown for _, shown in TABLE["isolated"]]


def test_a_long_text_of_beginnings_takes_no_time() -> None:
    for part in ("www.", "https://(", "https://a.com/)", ")", "http://www."):
        text = part * (4_000 // len(part) + 1)
        assert "".join(piece.text for piece in pieces(text)) == text
