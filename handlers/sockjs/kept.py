"""The polling and streaming sessions that can be come back to, and how many of them each address has."""

from typing import Any

from handlers.sockjs.addresses import ByAddress


class KeptSessions(dict[str, Any]):
    """Sessions by id, in place of the library's own dictionary; open ones, and closed ones for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.by_address = ByAddress()

    def __setitem__(self, session_id: str, session: Any) -> None:
        """Add a session; its id is not there yet."""
        super().__setitem__(session_id, session)
        self.by_address.add(session.address)

    def __delitem__(self, session_id: str) -> None:
        """Forget a session."""
        self.by_address.remove(self[session_id].address)
        super().__delitem__(session_id)
