"""The checker finds each way of breaking the promise, in a history that was clean before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.checker import Kept, Notes, Verdict, judge, unevenness
from tests.lab.promises import LATE_MS, SILENCE_MS, nobody_notices, the_store_tells

Line = dict[str, Any]


class History:
    """Ana and Rui say six things by turns; both screens show all of them."""

    def __init__(self) -> None:
        self.stored = [Kept(n, f"id{n}", f"text {n}") for n in range(1, 7)]
        self.lines: dict[str, list[Line]] = {}
        for name, mine in (("ana", 1), ("rui", 0)):
            lines = self.lines[name] = [{"kind": "from", "seq": 0, "at": 0}]
            for n in range(1, 7):
                if n % 2 == mine:
                    lines.append({"kind": "will", "id": f"id{n}", "text": f"text {n}", "at": n * 100})
                    lines.append({"kind": "ack", "id": f"id{n}", "seq": n, "at": n * 100 + 10})
                lines.append({"kind": "shown", "seq": n, "id": f"id{n}", "at": n * 100 + 20})

    def verdict(self) -> Verdict:
        """What the checker says."""
        return judge([Notes(name, "1", lines) for name, lines in self.lines.items()], {"1": self.stored})

    def index(self, name: str, kind: str, nth: int) -> int:
        """Where the nth line of this kind stands."""
        return [n for n, line in enumerate(self.lines[name]) if line["kind"] == kind][nth]


def lost_from_the_store(history: History) -> None:
    del history.stored[-1]


def lost_in_the_middle_of_the_store(history: History) -> None:
    del history.stored[2]


def stored_twice(history: History) -> None:
    history.stored.append(Kept(7, "id6", "text 6"))


def stored_in_another_order(history: History) -> None:
    first, third = history.stored[0], history.stored[2]
    history.stored[0], history.stored[2] = third._replace(seq=1), first._replace(seq=3)


def stored_with_another_text(history: History) -> None:
    history.stored[1] = history.stored[1]._replace(conteudo="something else")


def acknowledged_at_another_place(history: History) -> None:
    history.lines["ana"][history.index("ana", "ack", 0)]["seq"] = 2


def acknowledged_at_two_places(history: History) -> None:
    at = history.index("ana", "ack", 1)
    history.lines["ana"].insert(at + 1, {**history.lines["ana"][at], "seq": 99})


def never_answered(history: History) -> None:
    del history.lines["ana"][history.index("ana", "ack", 1)]


def reported_failed_and_stored(history: History) -> None:
    history.lines["ana"][history.index("ana", "ack", 1)]["kind"] = "failed"


def skipped_on_a_screen(history: History) -> None:
    del history.lines["rui"][history.index("rui", "shown", 2)]


def twice_on_a_screen(history: History) -> None:
    at = history.index("rui", "shown", 2)
    history.lines["rui"].insert(at, history.lines["rui"][at])


def swapped_on_a_screen(history: History) -> None:
    lines, one, two = (
        history.lines["rui"],
        history.index("rui", "shown", 2),
        history.index("rui", "shown", 3),
    )
    lines[one], lines[two] = lines[two], lines[one]


def another_message_in_its_place(history: History) -> None:
    history.lines["rui"][history.index("rui", "shown", 2)]["id"] = "id6"


def missing_at_the_end_of_a_screen(history: History) -> None:
    del history.lines["rui"][history.index("rui", "shown", -1)]


DEFECTS: dict[Callable[[History], None], str] = {
    lost_from_the_store: "lost",
    lost_in_the_middle_of_the_store: "holes",
    stored_twice: "doubled",
    stored_in_another_order: "misplaced",
    acknowledged_at_another_place: "misplaced",
    acknowledged_at_two_places: "misplaced",
    stored_with_another_text: "misplaced",
    never_answered: "unanswered",
    reported_failed_and_stored: "doubled",
    skipped_on_a_screen: "holes",
    twice_on_a_screen: "doubled",
    swapped_on_a_screen: "holes",
    another_message_in_its_place: "misplaced",
    missing_at_the_end_of_a_screen: "lost",
}


def test_a_clean_history_is_clean() -> None:
    verdict = History().verdict()
    assert verdict.is_clean
    assert (verdict.sent, verdict.acknowledged, verdict.stored, verdict.shown) == (6, 6, 6, 12)
    assert (verdict.silence_ms, verdict.late_ms) == (100, 10)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_each_defect_is_found_and_named(defect: Callable[[History], None]) -> None:
    history = History()
    defect(history)
    verdict = history.verdict()
    assert not verdict.is_clean
    assert getattr(verdict, DEFECTS[defect]) > 0


def test_a_close_that_nobody_announced_is_counted() -> None:
    history = History()
    history.lines["ana"] += [
        {"kind": "close", "code": 4000, "announced": True, "joined": True},
        {"kind": "close", "code": 1006, "announced": False, "joined": True},
    ]
    assert history.verdict().unannounced == 1


def test_a_request_that_failed_is_counted() -> None:
    history = History()
    history.lines["ana"].append({"kind": "broken", "at": 700, "path": "/chat/1/enviar/", "why": "502"})
    assert history.verdict() == History().verdict()._replace(broken=1)


def test_a_form_is_judged_without_being_told_its_place() -> None:
    history = History()
    for line in history.lines["ana"]:
        if line["kind"] == "ack":
            del line["seq"]
    assert history.verdict() == History().verdict()
    del history.stored[4]
    assert history.verdict().lost == 1


def test_a_line_that_is_just_being_written_is_taken_once_it_is_whole(tmp_path: Path) -> None:
    notes, ana = tmp_path / "ana.jsonl", Notes("ana", "1")
    notes.write_text('{"kind": "will", "id": "id1", "text": "text 1", "at": 100}\n{"kind": "ack", "id": "i')
    ana.read_on(notes)
    assert (ana.written, ana.acknowledged) == (["id1"], {})
    with notes.open("a") as more:
        more.write('d1", "seq": 1, "at": 110}\n')
    ana.read_on(notes)
    ana.read_on(notes)
    assert (ana.written, ana.acknowledged, ana.waits_ms) == (["id1"], {"id1": 1}, [10])


def test_what_is_shown_late_is_late_by_the_slowest_screen() -> None:
    history = History()
    history.lines["rui"][history.index("rui", "shown", 0)]["at"] = 100 + 10 + LATE_MS
    assert (history.verdict().late_ms, the_store_tells(history.verdict())) == (LATE_MS, "")
    history.lines["rui"][history.index("rui", "shown", 0)]["at"] += 1
    assert "after its acknowledgement" in the_store_tells(history.verdict())


@pytest.mark.parametrize("promise", [nobody_notices, the_store_tells], ids=lambda promise: promise.__name__)
@pytest.mark.parametrize(
    ("change", "what"),
    [({}, ""), ({"unannounced": 1}, "1 closes"), ({"broken": 1}, "1 requests failed")],
    ids=["nothing", "a_close", "a_request"],
)
def test_a_promise_that_is_not_kept_is_named(
    promise: Callable[[Verdict], str], change: dict[str, int], what: str
) -> None:
    said = promise(Verdict(**change))
    assert what in said
    assert bool(said) == bool(what)


def test_a_deploy_during_which_somebody_waits_is_noticed() -> None:
    assert nobody_notices(Verdict(silence_ms=SILENCE_MS)) == ""
    assert "waited" in nobody_notices(Verdict(silence_ms=SILENCE_MS + 1))


def waiting(name: str, *waits_ms: int) -> Notes:
    lines: list[Line] = []
    for n, wait_ms in enumerate(waits_ms):
        lines.append({"kind": "will", "id": f"{name}-{n}", "text": "", "at": n * 10_000})
        lines.append({"kind": "ack", "id": f"{name}-{n}", "seq": n, "at": n * 10_000 + wait_ms})
    return Notes(name, "1", lines)


def test_who_waits_longer_than_others_is_found() -> None:
    others = [waiting(name, 100, 110, 90) for name in "abcd"]
    assert unevenness([*others, waiting("e", 90, 100, 110)]) == 1
    assert unevenness([*others, waiting("e", 100, 500, 450)]) == 3.5
