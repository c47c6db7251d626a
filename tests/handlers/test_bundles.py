"""What the pages' joined scripts and sheets are made of."""

import gzip
import re
import shutil
from pathlib import Path

import pytest

from handlers.bundles import SCRIPTS, join_all
from handlers.rooms import ALL
from handlers.static import Bundle, Static

STATIC = Path(__file__).resolve().parent.parent.parent / "static"


@pytest.fixture(scope="module")
def bundles() -> dict[str, Bundle]:
    return join_all(STATIC)


def test_every_script_is_in_some_page() -> None:
    asked_for = {part for parts in SCRIPTS.values() for part in parts}
    assert {f"js/{path.stem}" for path in (STATIC / "js").glob("*.js")} <= asked_for


def test_every_sheet_is_in_the_joined_one(bundles: dict[str, Bundle]) -> None:
    joined = bundles["prosa.css"].body.decode()
    for sheet in (STATIC / "css").rglob("*.css"):
        classes = re.findall(r"^\.([\w-]+) \{$", sheet.read_text(), re.MULTILINE)
        assert all(f".{name}" in joined for name in classes), sheet


def test_nothing_of_ours_is_sent_with_its_comments_and_nothing_else_is_lost(
    bundles: dict[str, Bundle],
) -> None:
    room = bundles["room.js"].body.decode()
    assert "/*" not in room
    for part in SCRIPTS["room.js"]:
        for name in re.findall(r"prosa\.(\w+) = ", (STATIC / f"{part}.js").read_text()):
            assert f"prosa.{name}=" in room, name


def test_a_page_s_scripts_are_in_one_scope_and_each_in_one_of_its_own(bundles: dict[str, Bundle]) -> None:
    room = bundles["room.js"].body.decode()
    assert room.count("window.prosa=window.prosa||{}") == 1
    assert room.count("(function(){") >= len(SCRIPTS["room.js"])


def test_what_is_packed_is_what_is_sent_as_it_is(bundles: dict[str, Bundle]) -> None:
    for bundle in bundles.values():
        assert gzip.decompress(bundle.gzipped) == bundle.body


def test_another_content_has_another_name(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    urls = []
    library = tmp_path / "static" / "vendor" / "sockjs.min.js"
    for text in ("one", "two"):
        library.write_text(f"{library.read_text()}/* {text} */")
        urls.append(join_all(tmp_path / "static")["sockjs.js"].url)
    assert urls[0] != urls[1]


def test_what_a_sheet_refers_to_is_there_under_a_name_that_tells_its_content(
    bundles: dict[str, Bundle],
) -> None:
    for url in re.findall(r'url\(["\']?([^"\')]+)', bundles["prosa.css"].body.decode()):
        found = re.fullmatch(r"/prosa/static/(.+)\.([0-9a-f]{16})(\.\w+)", url)
        assert found, url
        assert Static.get_content_version(str(STATIC / (found[1] + found[3]))).startswith(found[2])


def test_a_part_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        join_all(tmp_path)


def test_a_browser_without_variables_is_told_the_light_value_first(bundles: dict[str, Bundle]) -> None:
    sheet = bundles["prosa.css"].body.decode()
    rules = [rule.split(";") for rule in re.findall(r"\{([^{}]*var\([^{}]*)\}", sheet)]
    assert len(rules) > 50
    for declarations in rules:
        for before, use in zip(["", *declarations], declarations, strict=False):
            if "var(" in use:
                name = use.partition(":")[0]
                assert before.startswith(f"{name}:"), use
                assert "var(" not in before, use


def test_a_variable_that_the_theme_does_not_have_stops_the_start(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    (tmp_path / "static" / "css" / "components" / "x.css").write_text(".x { color: var(--no-such); }")
    with pytest.raises(KeyError, match="--no-such"):
        join_all(tmp_path / "static")


@pytest.mark.parametrize("name", ["sockjs.js", "io.js"])
def test_sockjs_has_the_transports_that_a_page_may_try_and_no_others(
    bundles: dict[str, Bundle], name: str
) -> None:
    body = bundles[name].body.decode()
    for kept in (*ALL, "eventsource"):
        assert f'transportName="{kept}"' in body
    for gone in ("htmlfile", "jsonp-polling", "xdr-streaming", "xdr-polling"):
        assert f'transportName="{gone}"' not in body


def test_a_library_that_is_made_in_another_way_stops_the_start(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "static")
    (tmp_path / "static" / "vendor" / "sockjs.min.js").write_text("var SockJS = function () {};")
    with pytest.raises(ValueError, match="substring"):
        join_all(tmp_path / "static")


def test_no_page_waits_for_being_left(bundles: dict[str, Bundle]) -> None:
    for name in ("sockjs.js", "io.js"):
        assert b'"prosa-never"' in bundles[name].body
        assert b'attachEvent("unload"' not in bundles[name].body
