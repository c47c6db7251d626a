"""What became of everything that people wrote, judged from their own notes and from the store.

It trusts nobody: what was sent is what stood in a file before it was sent.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple


class Kept(NamedTuple):
    """An entry as the store has it."""

    seq: int
    client_id: str
    conteudo: str


class Notes:
    """One person's notes: what they were about to send, what was acknowledged, what their screen showed."""

    def __init__(self, name: str, room: str, lines: Iterable[Mapping[str, object]] = ()) -> None:
        self.name = name
        self.room = room
        self.written: list[str] = []
        self.acknowledged: dict[str, int | None] = {}
        self.answered: dict[str, int] = {}
        self.contradicted = 0
        self.workers: dict[str, list[str]] = {}
        self.failed: set[str] = set()
        self.shown: list[tuple[int, str, int]] = []
        self.start = 0
        self.is_in = False
        self.has_screen = False
        self.unannounced = 0
        self.broken = 0
        self.waits_ms: list[int] = []
        self.texts: dict[str, object] = {}
        self._begun: dict[str, object] = {}
        self._read_bytes = 0
        for line in lines:
            self._take(dict(line))

    def read_on(self, path: Path) -> None:
        """Take what has been added to a file of JSON lines, but for a line that is just being written."""
        with path.open("rb") as file:
            file.seek(self._read_bytes)
            lines, is_whole, _ = file.read().rpartition(b"\n")
        if is_whole:
            self._read_bytes += len(lines) + 1
            for line in lines.splitlines():
                self._take(json.loads(line))

    def _take(self, line: dict[str, object]) -> None:
        match line:
            case {"kind": "will", "id": str(client_id)}:
                self.written.append(client_id)
                self._begun[client_id] = line["at"]
                self.texts[client_id] = line["text"]
            case {"kind": "ack", "id": str(client_id), "seq": int(seq)}:
                self.contradicted += self.acknowledged.setdefault(client_id, seq) != seq
                self.workers.setdefault(client_id, []).append(str(line.get("worker")))
                self._answered(client_id, line)
            case {"kind": "ack", "id": str(client_id)}:  # a form is not told the place
                self.acknowledged.setdefault(client_id, None)
                self._answered(client_id, line)
            case {"kind": "broken"}:
                self.broken += 1
            case {"kind": "failed", "id": str(client_id)}:
                self.failed.add(client_id)
            case {"kind": "from", "seq": int(seq)}:
                self.start = seq
                self.is_in = self.has_screen = True
            case {"kind": "in"}:
                self.is_in = True
            case {"kind": "shown", "seq": int(seq), "id": str(client_id), "at": int(at)}:
                self.shown.append((seq, client_id, at))
            case {"kind": "close", "announced": False, "joined": True}:
                self.unannounced += 1
            case _:
                pass

    def _answered(self, client_id: str, line: dict[str, object]) -> None:
        match (self._begun.pop(client_id, None), line.get("at")):
            case (int(begun), int(at)):
                self.waits_ms.append(at - begun)
                self.answered[client_id] = at

    @property
    def top(self) -> int:
        """The last place that the screen showed."""
        return self.shown[-1][0] if self.shown else self.start

    @property
    def silence_ms(self) -> int:
        """The longest time in which the screen showed nothing new."""
        times = [at for _, _, at in self.shown]
        return max((later - earlier for earlier, later in pairwise(times)), default=0)


class Verdict(NamedTuple):
    """One row of the table. All is well where the four of ``faults`` and ``unanswered`` are 0."""

    sent: int = 0
    acknowledged: int = 0
    stored: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0
    misplaced: int = 0
    holes: int = 0
    unanswered: int = 0
    unannounced: int = 0
    broken: int = 0
    silence_ms: int = 0
    late_ms: int = 0
    growth_mib: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, misplaced or left out; everybody knows what became of their words."""
        return not (self.lost or self.doubled or self.misplaced or self.holes or self.unanswered)


def judge(everybody: Sequence[Notes], rooms: Mapping[str, Sequence[Kept]]) -> Verdict:
    """Everything that can be said of these notes beside what is stored."""
    totals = Counter[str]()
    for entries in rooms.values():
        totals["stored"] += len(entries)
        totals["holes"] += _missing([entry.seq for entry in entries])
        counts = Counter(entry.client_id for entry in entries)
        totals["doubled"] += sum(count - 1 for count in counts.values())
    for notes in everybody:
        entries = rooms.get(notes.room, ())
        totals.update(_judge_author(notes, entries))
        totals.update(_judge_reader(notes, entries))
    return Verdict(
        **totals,
        silence_ms=max((notes.silence_ms for notes in everybody), default=0),
        late_ms=lateness_ms(everybody),
    )


def lateness_ms(everybody: Sequence[Notes]) -> int:
    """The longest time from the moment that something was acknowledged until a screen showed it."""
    answered: dict[str, int] = {}
    for notes in everybody:
        for client_id, at in notes.answered.items():
            answered[client_id] = min(at, answered.get(client_id, at))
    shown = [(client_id, at) for notes in everybody for _, client_id, at in notes.shown]
    return max((at - answered[client_id] for client_id, at in shown if client_id in answered), default=0)


def unevenness(everybody: Sequence[Notes]) -> float:
    """How many times as long as others somebody waits for their answers: by the mean of each."""
    waits = [fmean(notes.waits_ms) for notes in everybody if notes.waits_ms]
    return max(waits) / median(waits)


def _missing(seqs: Sequence[int]) -> int:
    return len(set(range(1, max(seqs, default=0) + 1)) - set(seqs))


def _judge_author(notes: Notes, entries: Sequence[Kept]) -> Counter[str]:
    """What was written is stored where the acknowledgement said, in the order in which it was written."""
    places = {entry.client_id: entry.seq for entry in entries}
    texts = {entry.client_id: entry.conteudo for entry in entries}
    order = [places[client_id] for client_id in notes.written if client_id in places]
    found = Counter[str](
        sent=len(notes.written), acknowledged=len(notes.acknowledged), unannounced=notes.unannounced,
        broken=notes.broken,
    )  # fmt: skip
    found["unanswered"] = len(set(notes.written) - notes.acknowledged.keys() - notes.failed)
    found["lost"] = sum(client_id not in places for client_id in notes.acknowledged)
    found["misplaced"] = sum(
        seq is not None and places.get(one, seq) != seq for one, seq in notes.acknowledged.items()
    )
    found["misplaced"] += notes.contradicted
    found["misplaced"] += sum(texts.get(one, text) != text for one, text in notes.texts.items())
    found["misplaced"] += sum(later < earlier for earlier, later in pairwise(order))
    found["doubled"] += sum(client_id in places for client_id in notes.failed)
    return found


def _judge_reader(notes: Notes, entries: Sequence[Kept]) -> Counter[str]:
    """The screen showed each place after the first once, in order, as it is stored, up to the last."""
    if not notes.has_screen:
        return Counter()
    found = Counter[str](shown=len(notes.shown))
    stored = {entry.seq: entry.client_id for entry in entries}
    top = notes.start
    for seq, client_id, _ in notes.shown:
        if seq <= top:
            found["doubled"] += 1
            continue
        found["holes"] += seq - top - 1
        found["misplaced"] += stored.get(seq) != client_id
        top = seq
    found["lost"] += max(0, max((entry.seq for entry in entries), default=0) - top)
    return found
