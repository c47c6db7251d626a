"""What is said now is found, newest first; what is said no more is not even there."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from tornado.platform.asyncio import AsyncIOLoop

from prosa.models.attachments import Attachment
from prosa.models.ids import AttachmentId, ChatId, UserId
from prosa.models.rooms import Member, RoomDraft
from prosa.models.searches import Place, question_of
from prosa.storage.database import Database
from prosa.storage.deletions import Deletions
from prosa.storage.documents import BLANKED
from prosa.storage.erasures import Erasures
from prosa.storage.messages import Messages
from prosa.storage.retention import Retention
from prosa.storage.rooms import Rooms
from prosa.storage.texts import ENTRIES_AT_ONCE, Texts
from tests.prosa.storage.drafts import ALONE, NOON, a_change, a_draft

ROOM, OTHER = ChatId("7"), ChatId("obra_8-b")


class Store:
    """A log, and what is found in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.messages = Messages(database, turn=ALONE)
        self.texts = Texts(database)

    async def says(self, *texts: str, room: str = "7", minutes: int = 0) -> None:
        for text in texts:
            await self.messages.append(a_draft(text, room=room, at=NOON + timedelta(minutes=minutes)))

    async def changes(self, target: int, text: str | None) -> None:
        """An edit to this text stands in the log, or a deletion."""
        await self.messages.append(a_change(text, target=target))

    async def follows(self, *rooms: ChatId) -> None:
        assert await self.texts.follow(rooms or (ROOM,)) == []

    async def finds(
        self, typed: str, *rooms: ChatId, before: Place | None = None, limit: int = 100
    ) -> list[tuple[str, int]]:
        found = await self.texts.find(question_of(typed), rooms or (ROOM,), before=before, limit=limit)
        return [(place.chat_id, place.seq) for place in found]

    async def everything(self) -> str:
        return str(await self.database.texts.find({}).to_list())


@pytest.fixture
def store(io_loop: AsyncIOLoop, database: Database) -> Iterator[Store]:
    made: list[Store] = []

    async def build() -> None:
        made.append(Store(database))

    io_loop.run_sync(build)
    yield made[0]
    io_loop.run_sync(made[0].messages.close)


@pytest.mark.gen_test
async def test_a_word_is_found_whatever_its_case_accents_and_form(store: Store) -> None:
    await store.says("Segue o ORÇAMENTO", "outra coisa", "dois orçamentos", "reclamação", "ção")
    await store.follows()
    for typed in ("orcamento", "Orçamentos", "ORCAMENTO", "orçam", "orcamentos "):
        assert await store.finds(typed) == [("7", 3), ("7", 1)], typed
    assert await store.finds("reclamacoes") == [("7", 4)]
    assert await store.finds("orcamento dois") == [("7", 3)]
    assert await store.finds('"o orcamento"') == [("7", 1)]
    assert await store.finds("orcamento reclamacao") == []


@pytest.mark.gen_test
async def test_nobody_finds_what_was_said_in_another_room(store: Store) -> None:
    await store.says("azulejo azul")
    await store.says("azulejo branco", room=OTHER)
    await store.follows(ROOM, OTHER)
    assert await store.finds("azulejo", ROOM) == [("7", 1)]
    assert await store.finds("azulejo", OTHER) == [(OTHER, 1)]
    assert await store.finds("azulejo", ChatId("nenhuma")) == []


@pytest.mark.gen_test
async def test_of_several_rooms_the_newest_comes_first_and_pages_have_neither_gap_nor_double(
    store: Store,
) -> None:
    for minutes in range(6):
        for room in (ROOM, OTHER):
            await store.says(f"azulejo {minutes}", room=room, minutes=minutes)
    await store.follows(ROOM, OTHER)
    whole = await store.finds("azulejo", ROOM, OTHER)
    assert whole == [(room, seq) for seq in range(6, 0, -1) for room in (ROOM, OTHER)]
    paged: list[tuple[str, int]] = []
    before = None
    while page := await store.texts.find(question_of("azulejo"), (ROOM, OTHER), before=before, limit=5):
        paged += [(place.chat_id, place.seq) for place in page]
        before = page[-1]
    assert paged == whole
    in_room = await store.finds("azulejo", ROOM, before=Place(NOON, ROOM, 4), limit=2)
    assert in_room == [("7", 3), ("7", 2)]


@pytest.mark.gen_test
async def test_the_latest_text_is_found_and_no_earlier_one(store: Store) -> None:
    await store.says("piso de cerâmica", "outra")
    await store.follows()
    await store.changes(1, "piso de madeira")
    await store.changes(1, "piso de pedra")
    await store.follows()
    assert await store.finds("pedra") == [("7", 1)]
    assert await store.finds("piso") == [("7", 1)]
    assert await store.finds("madeira") == await store.finds("ceramica") == []
    await store.says("mármore", "granito")
    await store.changes(5, "quartzo")
    await store.follows()
    assert await store.finds("quartzo") == [("7", 5)]
    assert await store.finds("marmore") == []


@pytest.mark.gen_test
async def test_what_was_deleted_is_gone_whatever_is_edited_later(store: Store) -> None:
    await store.says("minha senha secreta", "outra senha")
    await store.follows()
    await store.changes(1, None)
    await store.follows()
    await store.changes(1, "senha de volta")
    await store.changes(2, None)
    await store.changes(2, "senha de volta")
    await store.follows()
    assert await store.finds("senha") == []
    assert "secreta" not in await store.everything()
    assert "volta" not in await store.everything()


@pytest.mark.gen_test
async def test_a_file_is_found_by_its_name_also_where_its_text_has_been_edited(store: Store) -> None:
    plan = Attachment(id=AttachmentId("a1"), name="Orçamento_final.pdf", type="application/pdf", size_bytes=3)
    draft = msgspec.structs.replace(a_draft("veja a planta"), kind="attachment", attachment=plan)
    await store.messages.append(draft)
    await store.follows()
    assert await store.finds("orcamento pdf planta") == [("7", 1)]
    await store.changes(1, "veja o desenho")
    await store.follows()
    assert await store.finds("orcamento desenho") == [("7", 1)]
    assert await store.finds("planta") == []
    await store.changes(1, None)
    await store.follows()
    assert await store.finds("orcamento") == []


@pytest.mark.gen_test
async def test_whoever_indexes_late_brings_no_old_text_back(store: Store) -> None:
    await store.says("piso de cerâmica")
    old = await store.database.messages.find().to_list()
    await store.changes(1, "piso de pedra")
    await store.follows()
    await store.texts._index(old)
    assert await store.finds("ceramica") == []
    assert await store.finds("pedra") == [("7", 1)]


@pytest.mark.gen_test
async def test_a_long_log_is_indexed_in_parts_and_two_who_do_it_do_no_harm(store: Store) -> None:
    count = ENTRIES_AT_ONCE + 20
    await store.database.messages.insert_many([
        {"chat_id": ROOM, "seq": seq, "kind": "text", "conteudo": f"azulejo {seq}", "author_id": "1",
         "author_name": "Ana", "client_id": f"{seq}", "digest": b"x", "sent_at": NOON}
        for seq in range(1, count + 1)
    ])  # fmt: skip
    assert await store.texts.follow([ROOM]) == [ROOM]
    assert len(await store.finds("azulejo", limit=10_000)) == ENTRIES_AT_ONCE
    await store.follows()
    await Texts(store.database).follow([ROOM])
    assert len(await store.finds("azulejo", limit=10_000)) == count


@pytest.mark.gen_test
async def test_what_the_cache_has_lost_comes_back_from_the_log(store: Store) -> None:
    await store.says("azulejo")
    await store.follows()
    await store.database.texts.delete_many({})
    await store.database.marks.delete_many({})
    await store.follows()
    assert await store.finds("azulejo") == [("7", 1)]


@pytest.mark.gen_test
async def test_an_erasure_that_blanks_takes_the_words_out_of_the_search(store: Store) -> None:
    await Rooms(store.database).put(ROOM, RoomDraft(title="Obra", members=(Member(UserId("1"), "Ana"),)))
    await store.says("meu segredo", "azulejo")
    await store.changes(2, "azulejo confidencial")
    await store.follows()
    assert await store.finds("segredo") == [("7", 1)]
    async for _ in Erasures(store.database).erase(UserId("1"), blanks=True):
        pass
    assert "segredo" not in await store.everything()
    await store.follows()
    assert await store.finds("segredo") == await store.finds("confidencial") == []
    assert "segredo" not in await store.everything()


@pytest.mark.gen_test
async def test_a_deleted_text_that_is_blanked_is_not_here_either(store: Store) -> None:
    await store.says("meu segredo", "azulejo")
    await store.follows()
    await store.changes(1, None)
    await Deletions(store.database).blank(ROOM, (1,))
    assert "segredo" not in await store.everything()
    await store.follows()
    assert await store.finds("azulejo") == [("7", 2)]
    assert await store.finds("segredo") == []


@pytest.mark.gen_test
async def test_whoever_was_indexing_while_words_were_forgotten_forgets_them_too(store: Store) -> None:
    await store.says("meu segredo")
    marks = await store.texts._begun([ROOM], {})
    entries = await store.texts._above([ROOM], marks, 10)
    await store.database.messages.update_many({}, {"$set": {"conteudo": "", "digest": BLANKED}})
    await store.texts.forget(ROOM)
    await store.texts._index(entries)
    await store.texts._move({ROOM: 1}, marks)
    assert "segredo" not in await store.everything()
    await store.follows()
    assert await store.finds("segredo") == []


@pytest.mark.gen_test
async def test_what_is_kept_no_longer_is_found_no_longer(store: Store) -> None:
    await Rooms(store.database).put(ROOM, RoomDraft(title="Obra", members=(Member(UserId("1"), "Ana"),)))
    await store.says("azulejo um", "azulejo dois")
    await store.says("azulejo três", minutes=60)
    await store.follows()
    retention = Retention(store.database)
    for minutes, left in ((30, [("7", 3)]), (90, [])):
        async for expired in retention.expired(NOON + timedelta(minutes=minutes)):
            await retention.remove(expired)
        await store.follows()
        assert await store.finds("azulejo") == left


@pytest.mark.parametrize(
    "typed",
    [
        "$where",
        '{"$ne": 1}',
        "-azulejo",
        "azulejo -branco",
        "azul.*",
        "(azul|branc)",
        "^azulejo$",
        "x" * 10_000,
    ],
)
@pytest.mark.gen_test
async def test_whatever_is_typed_is_only_words(store: Store, typed: str) -> None:
    await store.says("azulejo branco")
    await store.follows()
    found = await store.finds(typed)
    assert found == ([("7", 1)] if question_of(typed).is_answered_by("azulejo branco") else [])


@pytest.mark.gen_test
async def test_words_of_other_scripts_are_found(store: Store) -> None:
    await store.says("Привет мир", "東京タワー", "①②③")
    await store.follows()
    assert await store.finds("привет") == [("7", 1)]
    assert await store.finds("при") == [("7", 1)]
    assert await store.finds("東京タ") == [("7", 2)]
    assert await store.finds("123") == [("7", 3)]
