"""Whose is what the old chat has kept."""

from uuid import uuid4

import pytest
from django.db import models


def test_people_whose_ids_are_uuids_are_found_however_the_database_keeps_them(
    site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - only once Django is set up

    from prosa_django import past  # noqa: PLC0415

    pk = uuid4()
    monkeypatch.setattr(get_user_model()._meta, "pk", models.UUIDField())
    assert [past._person(kept) for kept in (pk, pk.hex, str(pk))] == [str(pk)] * 3
