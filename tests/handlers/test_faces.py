"""The sign of somebody without a photo."""

import json
from pathlib import Path

import pytest

from handlers.faces import face_of, hue, initials

FACES = json.loads((Path(__file__).resolve().parent.parent / "faces.json").read_text())


@pytest.mark.parametrize(("name", "letters", "colour"), FACES)
def test_a_sign_is_the_one_that_a_script_draws(name: str, letters: str, colour: int) -> None:
    assert (initials(name), hue(name)) == (letters, colour)


def test_a_room_of_two_has_the_sign_of_the_other_one() -> None:
    ana, rui = {"user_id": "1", "name": "Ana"}, {"user_id": "2", "name": "Rui"}
    assert face_of({"title": "Obra", "members": [ana, rui]}, "1") == "Rui"
    assert face_of({"title": "Obra", "members": [ana, rui, rui]}, "1") == "Obra"
    assert face_of({"title": "Obra", "members": 70}, "1") == "Obra"
