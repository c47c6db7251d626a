"""The house rules that no linter knows: where things may live, and that the documents are true."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from handlers import errors as table
from prosa.chat import commands, events
from prosa.models.errors import ProsaError
from tests import readme

ROOT = Path(app.__file__).parent
LINES_MAX = 300
SOURCE = {".py", ".pyi", ".js", ".css", ".html"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def leaves(kind: type[ProsaError] = ProsaError) -> Iterator[type[ProsaError]]:
    for child in kind.__subclasses__():
        yield from leaves(child)
    if not kind.__subclasses__():
        yield kind


@pytest.fixture(scope="module")
def protocol() -> str:
    return (ROOT / "docs" / "protocol.md").read_text()


def test_nothing_lives_in_a_drawer_for_everything() -> None:
    forbidden = {"utils", "helpers", "common", "manager", "misc"}
    assert [path for path in tracked() if {*path.parts, path.stem} & forbidden] == []


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix in SOURCE and (count := len(path.read_text().splitlines())) > LINES_MAX
    }
    assert long == {}


def test_nobody_but_the_root_reads_the_settings_and_nobody_imports_the_root() -> None:
    imports = re.compile(r"^\s*(from|import) (app|settings)\b", re.MULTILINE)
    guilty = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in ("handlers", "prosa", "demo")
        and imports.search(path.read_text())
    ]
    assert guilty == []


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(
        "|".join([r"py" + r"pi\.org", "python" + "hosted", r"registry\.n" + "pmjs", r"deb\.de" + "bian"])
    )
    texts = {path: path.read_bytes().decode(errors="ignore") for path in tracked()}
    assert [str(path) for path, text in texts.items() if hosts.search(text)] == []


def test_every_script_of_a_page_keeps_its_names_to_itself() -> None:
    for path in (ROOT / "static" / "js").glob("*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL).strip()
        assert code.startswith("(function ("), path.name
        assert re.search(r"\}\((window\S*( = .*)?)?\)\)?;$", code), path.name


def test_every_command_has_its_example(protocol: str) -> None:
    for name in commands.COMMANDS:
        assert f'{{"event": "{name}"' in protocol, name


def test_every_event_is_described(protocol: str) -> None:
    source = Path(str(events.__file__)).read_text()
    for name in {*re.findall(r'Event\(\s*"(\w+)"', source), "welcome"}:
        assert f"`{name}`" in protocol, name


def test_every_refusal_is_described_with_its_status(protocol: str) -> None:
    for kind in leaves():
        row = re.search(rf"^\| `{kind.code}` \|(.*)\|$", protocol, re.MULTILINE)
        assert row is not None, kind.code
        cells = [cell.strip() for cell in row[1].split("|")]
        assert cells[-1] == str(int(table.status_of(kind()))), kind.code
        assert cells[-2] == ("yes" if kind.retryable else "no"), kind.code


def test_every_close_code_is_described(protocol: str) -> None:
    codes = {str(pair[0]) for pair in vars(table).values() if isinstance(pair, tuple)}
    codes |= set(re.findall(r"\b(4\d{3})\b", (ROOT / "handlers" / "sockjs" / "closing.py").read_text()))
    assert {"4000", "4008", "4401"} <= codes
    for code in codes:
        assert f"| {code} |" in protocol, code


def test_the_readme_shows_every_setting_as_it_is() -> None:
    assert readme.shown() == readme.table(), "run: make readme"
