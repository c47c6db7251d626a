"""What the site has just said of whom: for pages, which ask much more often than people come and go.

Here and not in ``prosa/identity``: only who asks knows whether an old answer will do. A page takes one of a
few seconds; for a form, for a socket that opens, and for everybody who is asked about again, the site is
asked anew, and that answer is kept too. What could not be told is not.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from prosa.models.ids import UserId
from prosa.models.people import Credential, Person

SOMEBODY_SECONDS = 15.0
NOBODY_SECONDS = 3.0
STALE_SECONDS = 60.0
"""How old an answer may be while the site cannot give another one."""
KEPT_MAX = 10_000


class Answer(msgspec.Struct, frozen=True):
    """What the site has said of a credential, and when."""

    person: Person | None
    at: float


class Answers:
    """The last answers, under the hash of the credential; those not looked at for longest are forgotten.

    ``now``: Unix seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: OrderedDict[bytes, Answer] = OrderedDict()

    def keep(self, credential: Credential, person: Person | None) -> None:
        """The site has just said this."""
        key = _key(credential)
        self._kept[key] = Answer(person, self._now())
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    def fresh(self, credential: Credential) -> Answer | None:
        """What the site said so lately that a page need not ask again."""
        answer = self._of(credential)
        if answer is None:
            return None
        seconds = NOBODY_SECONDS if answer.person is None else SOMEBODY_SECONDS
        return answer if self._now() < answer.at + seconds else None

    def stale(self, credential: Credential) -> Person | None:
        """Who it was within the last minute; for a page, while the site is away."""
        answer = self._of(credential)
        return answer.person if answer is not None and self._now() < answer.at + STALE_SECONDS else None

    def forget(self, user_ids: frozenset[UserId]) -> None:
        """What was said of these people may not hold any more."""
        for key, answer in list(self._kept.items()):
            if answer.person is not None and answer.person.user_id in user_ids:
                del self._kept[key]

    def _of(self, credential: Credential) -> Answer | None:
        key = _key(credential)
        answer = self._kept.get(key)
        if answer is None:
            return None
        self._kept.move_to_end(key)
        ends = None if answer.person is None else answer.person.expires_at
        return answer if ends is None or self._now() < ends else None


def _key(credential: Credential) -> bytes:
    """So that no secret is kept for longer than its question takes."""
    text = f"{credential.kind} {credential.secret}"
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
