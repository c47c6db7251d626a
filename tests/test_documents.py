"""What the documents name is there: every test of the threat model, and every file."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODEL = (ROOT / "docs" / "threat-model.md").read_text()
ATTACKS = [*sorted((ROOT / "tests" / "attacks").glob("test_*.py")), ROOT / "tests/pages/test_cross_site.py"]
PLACES = re.compile(r"`((?:tests|docs|deploy|handlers|prosa|prosa_django|benchmarks)/[\w./-]+\.\w+)`")


def named() -> dict[str, set[str]]:
    """By each test file of the model the functions that it names; none where it names all of them."""
    found: dict[str, set[str]] = {}
    path = ""
    for file, function, everything in re.findall(r"`(tests/[\w/]+\.py)`|`(test_\w+)`|, (all)\b", MODEL):
        if file:
            path = file
        found.setdefault(path, set()).update(
            functions(ROOT / path) if everything else filter(None, [function])
        )
    return found


def functions(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_the_threat_model_names_is_there() -> None:
    found = named()
    assert len(found) > 20
    for path, wanted in found.items():
        assert wanted, f"{path}: none of its tests is named"
        assert wanted <= functions(ROOT / path), path


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_every_attack_is_in_the_threat_model(path: Path) -> None:
    missing = functions(path) - named().get(str(path.relative_to(ROOT)), set())
    assert not missing


def test_every_line_of_the_threat_model_is_shown_by_a_test() -> None:
    rows = [line for line in MODEL.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    unproven = [row for row in rows if not row.startswith("| what") and "test_" not in row]
    assert unproven == []


def test_every_file_that_a_document_names_is_there() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "prosa_django").glob("*.md")]
    missing = {
        (document.name, place)
        for document in documents
        for place in PLACES.findall(document.read_text())
        if not (ROOT / place).exists()
    }
    assert missing == set()
