"""``POST /prosa/idioma/``: somebody chooses a language, with the form that stands on every page."""

import re
from http import HTTPStatus

from handlers.forms import Form
from handlers.languages.choice import COOKIE, YEAR_SECONDS
from prosa.models.errors import MalformedError

PAGE = re.compile(r"/chat/[A-Za-z0-9_/-]*(?:\?[A-Za-z0-9_%&=+.:~-]*)?")
"""The pages that the form stands on: whatever else ``next`` says leads to the room list."""


class Choose(Form):
    """The choice is remembered for a year, in a cookie that no script reads."""

    async def get(self, chat_id: str = "") -> None:  # noqa: ARG002 - there is no room in this address
        """Somebody has typed the form's address."""
        self.redirect("/chat/")

    def post(self) -> None:
        """Answers 303 to the page it was chosen on. Raises ``MalformedError`` for a language we have not."""
        sent = self.fields("language", "next")
        code, back = str(sent.get("language", "")), str(sent.get("next", ""))
        if not self.site.languages.known(code):
            raise MalformedError(field="language")
        self.set_cookie(COOKIE, code, path="/", max_age=YEAR_SECONDS)
        self.redirect(back if PAGE.fullmatch(back) else "/chat/", status=HTTPStatus.SEE_OTHER)
