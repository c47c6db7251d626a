"""A deal card may hold what a person typed on the site: whatever it is, it is a text, a link or nothing."""

import html.parser
import json

import msgspec
import pytest

from tests.journeys.scene import Start

SECONDS = 60
BAD_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " https://evil.example/",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "\\\\evil.example/",
    "http://evil.example/",
    "https:evil.example",
    "https://a.example/\r\nb",
]
GOOD_LINKS = ["https://site.example/negocio/1?a=b#c", "/negocio/1/", "/", "/ação/"]
KEPT: list[dict[str, object]] = [
    {"$where": "1", "$set": {"a": 1}, "a.b": 1, "": 2},
    {"__proto__": "x", "constructor": {"url": "/x"}, "__class__": {"url": "/x", "text": {"a": 1}}},
    {"a": {"url": {"x": 1}}, "b": {"url": 5, "text": [1]}, "c": ["x"], "d": None, "e": True, "f": 0.5},
    {"</script><script>alert(1)</script>": "<!--<script>", "\u202e": "\u0000\u2028"},
    {'" onmouseover="alert(1)': "' autofocus onfocus='alert(1)"},
]
REFUSED = [
    '{"a": 99999999999999999999999999}',
    '{"a": -9223372036854775809}',
    '{"a": [{"b": 18446744073709551615}]}',
    '{"a\\u0000b": 1}',
    '{"a": {"b\\u0000": 1}}',
    '{"a": 1e400}',
    '{"a": "\\ud800"}',
    '{"a":' * 150 + "1" + "}" * 150,
    '{"a":' * 900 + "1" + "}" * 900,
    '{"a":' + "[" * 900 + "]" * 900 + "}",
    '{"a":' + "[" * 5000 + "]" * 5000 + "}",
    '{"a": ' + "9" * 5000 + "}",
    "[]",
]


class Markup(html.parser.HTMLParser):
    """The links, the scripts and the attributes of a page, as a browser finds them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scripts = 0
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attrs}
        if tag == "a":
            self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.mark.gen_test(timeout=SECONDS)
async def test_only_an_address_of_the_site_or_over_https_is_a_link(start: Start) -> None:
    scene = await start()
    for pair in (False, True):
        values = [*BAD_LINKS, *GOOD_LINKS]
        card = {f"n{n}": {"url": url, "text": "x"} if pair else url for n, url in enumerate(values)}
        await scene.room(context=card)
        links = Markup((await scene.get("/chat/1/", "cliente")).body.decode()).links
        assert [link for link in links if link in GOOD_LINKS[:2] + GOOD_LINKS[3:]] == (
            GOOD_LINKS[:2] + GOOD_LINKS[3:]
        )
        assert not [link for link in links if link in BAD_LINKS]
        assert not [link for link in links if "evil" in link or "alert" in link]


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize("card", KEPT)
async def test_a_strange_card_is_shown_as_it_is_and_harms_no_page(
    start: Start, card: dict[str, object]
) -> None:
    scene = await start()
    await scene.room()
    paths = ("/chat/", "/chat/1/", "/chat/1/websocket/", "/chat/1/historico/")
    plain = {path: Markup((await scene.get(path, "cliente")).body.decode()) for path in paths}
    await scene.room(context=card, title=next(iter(card)) or "Sem título")
    for path in paths:
        page = await scene.get(path, "cliente")
        assert page.code == 200
        found = Markup(page.body.decode())
        assert found.scripts == plain[path].scripts
        assert not [name for name in found.attributes if name.startswith("on") or name == "autofocus"]
    cliente = await scene.browser("cliente")
    assert (await cliente.asks("join_chat", chat_id=1))["room"]["context"] == card


@pytest.mark.gen_test(timeout=SECONDS)
async def test_what_cannot_be_kept_is_refused_by_name_and_changes_nothing(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    scene = await start()
    await scene.room(context={"valor": "R$ 1"})
    for card in REFUSED:
        body = f'{{"title": "T", "members": [{{"user_id": "1", "name": "Ana"}}], "context": {card}}}'
        answer = await scene.api("PUT", "/rooms/1", msgspec.Raw(body.encode()))
        assert (answer.code, json.loads(answer.body)["code"]) == (400, "malformed"), card[:40]
    cliente = await scene.browser("cliente")
    assert (await cliente.asks("join_chat", chat_id=1))["room"]["context"] == {"valor": "R$ 1"}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
