"""A reply with entries never weighs more than it may, and always holds at least one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from prosa.chat.replies import ENVELOPE_BYTES, fitting

texts = st.lists(st.text(max_size=30), max_size=20)


@given(texts, st.integers(0, 600))
def test_the_newest_that_fit_are_kept(bodies: list[str], limit: int) -> None:
    shapes = [{"conteudo": body} for body in bodies]
    count = fitting(shapes, {}, measure=lambda text: len(text.encode()), limit=limit)
    kept = shapes[len(shapes) - count :]
    weight = sum(len(json.dumps(s, ensure_ascii=False, separators=(",", ":")).encode()) for s in kept)
    assert count <= len(shapes)
    assert count >= min(1, len(shapes))
    assert count <= 1 or weight + ENVELOPE_BYTES <= limit
