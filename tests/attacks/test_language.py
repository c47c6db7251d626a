"""The form that chooses a language changes that alone, for whoever sends it, and leads to our own pages."""

import re
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.attacks.test_injection import ELSEWHERE
from tests.journeys.scene import Scene, Start

SECONDS = 60
FORM = "/prosa/idioma/"
STRANGE = ["", "xx", "en\r\nSet-Cookie: sessionid=x", "../../en", "{{ 7 * 191 }}", "en" * 5_000, "\x00", "EN"]


async def chooses(scene: Scene, fields: dict[str, str], **headers: str) -> HTTPResponse:
    """A stranger's form, with the token of the page it stands on."""
    page = await scene.get("/nowhere")
    found = re.search(r'name="_xsrf" value="([^"]+)"', page.body.decode())
    assert found is not None
    xsrf = next(line for line in page.headers.get_list("Set-Cookie") if line.startswith("prosa_xsrf="))
    return await AsyncHTTPClient().fetch(
        scene.url + FORM,
        method="POST",
        body=urlencode({"_xsrf": found[1], **fields}),
        headers={"Cookie": xsrf.partition(";")[0], **headers},
        follow_redirects=False,
        raise_error=False,
    )


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_choice_leads_back_to_a_page_of_ours_and_nowhere_else(start: Start) -> None:
    scene = await start()
    good = await chooses(scene, {"language": "en", "next": "/chat/1/websocket/?em=3"})
    assert (good.code, good.headers["Location"]) == (303, "/chat/1/websocket/?em=3")
    cookie = good.headers["Set-Cookie"].lower()
    assert cookie.startswith("prosa_lang=en;")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    for elsewhere in ELSEWHERE:
        led = await chooses(scene, {"language": "en", "next": elsewhere})
        assert led.code == 303
        assert re.fullmatch(r"/chat/[\w/-]*", led.headers["Location"]), elsewhere


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_language_that_there_is_not_is_refused_and_remembered_by_nobody(start: Start) -> None:
    scene = await start()
    for strange in STRANGE:
        refused = await chooses(scene, {"language": strange, "next": "/chat/"})
        assert refused.code == 400, strange
        assert "prosa_lang" not in str(refused.headers.get_list("Set-Cookie"))
        assert b"1337" not in refused.body
    for strange in ("xx", "%00", "<b>", '"; Path=/'):
        page = await scene.get("/nowhere", Cookie=f"prosa_lang={strange}")
        assert b'<html lang="pt-BR"' in page.body


@pytest.mark.gen_test(timeout=SECONDS)
async def test_no_foreign_page_chooses_for_anybody(start: Start) -> None:
    scene = await start()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
        refused = await chooses(scene, {"language": "en"}, **headers)
        assert refused.code == 403
        assert "prosa_lang" not in str(refused.headers.get_list("Set-Cookie"))
    tossed = await chooses(scene, {"language": "en", "_xsrf": "tossed"})
    assert tossed.code == 403


@pytest.mark.gen_test(timeout=SECONDS)
@pytest.mark.parametrize(
    "header",
    ["en;q=" + "1" * 5_000, "," * 30_000, "en-" * 10_000, "*;q=0", "a;q=0.9" * 3_000, "\xff\xfe", "en;q=nan"],
)
async def test_whatever_a_browser_asks_for_there_is_a_page(start: Start, header: str) -> None:
    scene = await start()
    page = await scene.get("/nowhere", **{"Accept-Language": header})
    assert page.code == 404
    assert re.search(rb'<html lang="(pt-BR|en)"', page.body)
