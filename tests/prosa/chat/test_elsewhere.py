"""Who is at the other workers: what they say, what gets lost, and how long a silent one is believed."""

from prosa.chat.elsewhere import LEASE_SECONDS, Came, Elsewhere, Place, Roster, Went
from prosa.models.ids import ChatId, UserId
from tests.prosa.chat.clock import Clock

ANA: Place = (None, UserId("ana"))
RUI: Place = (None, UserId("rui"))
ANA_IN_1: Place = (ChatId("1"), UserId("ana"))


class Scene:
    """One worker that hears others, and what it says itself."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.said: list[Roster | Came | Went] = []
        self.elsewhere = Elsewhere(publish=self.said.append, now=self.clock.time)


def test_somebody_at_two_workers_comes_once_and_goes_once() -> None:
    elsewhere = Scene().elsewhere
    assert elsewhere.heard(Came("one", ANA)) == ({ANA}, set())
    assert elsewhere.heard(Came("two", ANA)) == (set(), set())
    assert elsewhere.heard(Went("one", ANA)) == (set(), set())
    assert elsewhere.has(ANA)
    assert elsewhere.heard(Went("two", ANA)) == (set(), {ANA})
    assert not elsewhere.has(ANA)


def test_the_same_notice_again_is_no_news() -> None:
    elsewhere = Scene().elsewhere
    elsewhere.heard(Came("one", ANA))
    assert elsewhere.heard(Came("one", ANA)) == (set(), set())
    elsewhere.heard(Went("one", ANA))
    assert elsewhere.heard(Went("one", ANA)) == (set(), set())


def test_a_roster_makes_good_what_was_lost() -> None:
    elsewhere = Scene().elsewhere
    elsewhere.heard(Came("one", ANA))
    assert elsewhere.heard(Roster("one", (RUI, ANA_IN_1))) == ({RUI, ANA_IN_1}, {ANA})
    assert elsewhere.people_in(ChatId("1")) == {UserId("ana")}


def test_a_worker_that_keeps_silent_is_gone_after_its_lease_and_nobody_who_is_elsewhere() -> None:
    scene = Scene()
    scene.elsewhere.heard(Roster("one", (ANA, RUI)))
    scene.clock.passes(LEASE_SECONDS - 1)
    scene.elsewhere.heard(Came("two", RUI))
    assert scene.elsewhere.expire() == set()
    scene.clock.passes(2)
    assert scene.elsewhere.expire() == {ANA}
    assert scene.elsewhere.has(RUI)
    assert scene.elsewhere.expire() == set()


def test_it_says_what_it_is_told_to_under_its_own_name() -> None:
    scene = Scene()
    scene.elsewhere.say_came(ANA)
    scene.elsewhere.say_went(ANA)
    scene.elsewhere.say_all([RUI], asks=True)
    name = scene.elsewhere.name
    assert scene.said == [Came(name, ANA), Went(name, ANA), Roster(name, (RUI,), asks=True)]
