"""What a browser may ask: every shape of it is either a command or a named refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.chat.commands import (
    COMMANDS,
    Asked,
    DeleteMessage,
    History,
    JoinChat,
    ListRooms,
    SendMessage,
    decode,
)
from prosa.models.errors import MalformedError, ProsaError, UnknownEventError

texts = st.text(st.characters(exclude_categories=())) | st.just("\ud800")
"""Half a surrogate pair is legal JSON, and so is every other character."""
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "chat_id",
        "conteudo",
        "client_id",
        "seq",
        "last_seq",
        "epoch",
        "before_seq",
        "limit",
        "since",
        "target",
        "x",
    ]
)


def asked(event: object, data: object = None, **envelope: object) -> Asked:
    return decode(json.dumps({"event": event, "data": data, **envelope}))


def refused_field(event: str, **data: object) -> str:
    command = asked(event, data).command
    assert isinstance(command, MalformedError)
    return str(command.details.get("field"))


@given(texts)
def test_no_text_makes_the_decoder_raise(text: str) -> None:
    assert isinstance(decode(text), Asked)


@given(
    st.sampled_from([*COMMANDS, "nonsense"]),
    st.dictionaries(fields, anything) | anything,
    anything,
)
def test_no_value_in_any_field_makes_the_decoder_raise(event: str, data: object, ack: object) -> None:
    assert isinstance(asked(event, data, ack=ack), Asked)


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "7", "null", '"x"', "[" * 100_000, '{"event":'])
def test_what_is_no_object_is_malformed(text: str) -> None:
    assert isinstance(decode(text).command, MalformedError)


def test_an_unknown_event_is_named_as_such() -> None:
    assert isinstance(asked("dance", {}).command, UnknownEventError)


def test_the_field_that_does_not_fit_is_named() -> None:
    assert refused_field("join_chat") == "chat_id"
    assert refused_field("join_chat", chat_id=None) == "chat_id"
    assert refused_field("join_chat", chat_id=True) == "chat_id"
    assert refused_field("join_chat", chat_id="a b") == "chat_id"
    assert refused_field("join_chat", chat_id="x" * 65) == "chat_id"
    assert refused_field("join_chat", chat_id="1\n") == "chat_id"
    assert refused_field("send_message", chat_id=1, conteudo=5) == "conteudo"
    assert refused_field("send_message", chat_id=1, conteudo="a", client_id="á") == "client_id"
    assert refused_field("send_message", chat_id=1, conteudo="a", client_id="") == "client_id"
    assert refused_field("edit_message", chat_id=1, target=1) == "conteudo"
    assert refused_field("edit_message", chat_id=1, conteudo="a") == "target"
    assert refused_field("delete_message", chat_id=1, target=True) == "target"
    assert refused_field("delete_message", chat_id=1, target=-1) == "target"
    assert refused_field("delete_message", chat_id=1, target="x" * 65) == "target"
    assert refused_field("delete_message", chat_id=1, target=1, client_id="") == "client_id"
    assert refused_field("mark_read", chat_id=1, seq="3") == "seq"
    assert refused_field("mark_read", chat_id=1, seq=3.5) == "seq"
    assert refused_field("list_rooms", since="ontem") == "since"


def test_data_that_is_no_object_is_malformed() -> None:
    command = asked("join_chat", [1]).command
    assert isinstance(command, MalformedError)
    assert command.details == {"field": "data"}


def test_a_whole_number_as_chat_id_means_its_decimal_form() -> None:
    command = asked("join_chat", {"chat_id": 42}).command
    assert isinstance(command, JoinChat)
    assert command.room_id == "42"


@pytest.mark.parametrize("ack", [0, -1, 1.0, True, "1", None, 2**53, [1]])
def test_an_ack_that_is_no_such_number_is_treated_as_absent(ack: object) -> None:
    assert asked("list_rooms", {}, ack=ack).ack is None


@pytest.mark.parametrize("ack", [1, 2**53 - 1])
def test_a_refusal_carries_the_number_of_its_command(ack: int) -> None:
    found = asked("dance", {}, ack=ack)
    assert found.ack == ack
    assert isinstance(found.command, ProsaError)


def test_unknown_keys_are_ignored() -> None:
    command = asked("history", {"chat_id": "1", "cor": "azul"}).command
    assert command == History(chat_id="1")


def test_a_message_is_named_by_its_place_or_by_its_id() -> None:
    assert asked("delete_message", {"chat_id": 1, "target": 3}).command == DeleteMessage(chat_id=1, target=3)
    assert asked("delete_message", {"chat_id": 1, "target": "3"}).command == DeleteMessage(
        chat_id=1, target="3"
    )


def test_a_command_without_data_has_its_defaults() -> None:
    assert decode('{"event": "list_rooms"}').command == ListRooms()


def test_a_lone_surrogate_is_legal_json() -> None:
    command = decode('{"event":"send_message","data":{"chat_id":"1","conteudo":"\\ud800a"}}').command
    assert isinstance(command, SendMessage)
    assert command.conteudo == "\ud800a"


def test_numbers_beyond_every_log_are_numbers() -> None:
    command = asked("history", {"chat_id": "1", "before_seq": 10**30, "limit": 10**30}).command
    assert isinstance(command, History)
