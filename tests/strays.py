"""Texts that stand in the code outside of the functions which translate them, as far as a program can tell.

A text for people is guessed by its look: in a template, letters that a page would show; elsewhere, a string
with Portuguese letters, or of words.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
from jinja2 import nodes

LETTER = re.compile(r"[^\W\d_]")
PORTUGUESE = re.compile(r"[À-ÖØ-öø-ÿ]")
WORDS = re.compile(r"^[A-ZÀ-Ö]|\s")
PATTERN = re.compile(r"\[.*[^ ]-.*\]")
"""A class of letters in a regular expression."""
SENTENCE = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]|^\s[^\W\d_]{2,}|[^\W\d_]{2,}\s$|^\W*[A-Z][a-z]{2,}\W*$")
"""Several words, the rest of a sentence, or a word with a capital."""
MARKUP = re.compile(r"--|__|[=\[\]{}<>]")
"""Classes and selectors."""
ATTRIBUTES = frozenset({"alt", "aria-description", "aria-label", "placeholder", "title"})
SCRIPT_TOKEN = re.compile(
    r"""/\*.*?\*/|//[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|[()]|[\w$.]+""", re.DOTALL
)
"""Comments, strings, parentheses and names: as much of JavaScript as is needed here."""

SAID = frozenset({"_", "gettext", "ngettext"})
SAID_BY_SCRIPTS = frozenset({"prosa.text", "prosa.texts"})
SAID_BY_PYTHON = frozenset({"msgid", "text", "texts"})

CLASSES = "page_class"
"""A block that stands within an attribute of ``base.html``."""

SAME_EVERYWHERE = frozenset({"Prosa", "Português"})
"""Names."""
FOR_PROGRAMS = frozenset(
    {
        "use strict",
        "Accept",
        "Files",
        "noopener nofollow ugc",
        "io client disconnect",
        "io server disconnect",
        "transport close",
        "transport error",
        "io: there is no namespace ",
    }
)
"""What JavaScript, HTML and Socket.IO's users read."""


class Shown(HTMLParser):
    """The texts that a page shows, or reads out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {*ATTRIBUTES, "value"} if tag == "button" else ATTRIBUTES
        self.found.extend(value or "" for name, value in attrs if name in names)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def in_template(source: str) -> Iterator[str]:
    """What a template says without asking for its translation."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tree = environment.parse(source)
    shown = Shown()
    shown.feed("".join(_literal(tree)))
    for text in shown.found:
        if LETTER.search(text) and text.strip() not in SAME_EVERYWHERE:
            yield text.strip()
    yield from (text for text in _constants(tree) if _looks_said(text))


def _literal(node: nodes.Node) -> Iterator[str]:
    """The markup in its order, with a digit for whatever is computed."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield "0"
    elif isinstance(node, nodes.Block) and node.name == CLASSES:
        return
    else:
        for child in node.iter_child_nodes():
            if isinstance(node, nodes.Output) or not isinstance(child, nodes.Expr):
                yield from _literal(child)


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in SAID:
        children: list[nodes.Node] = [keyword.value for keyword in node.kwargs]
    else:
        children = list(node.iter_child_nodes())
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in children:
        yield from _constants(child)


def in_script(source: str) -> Iterator[str]:
    """The strings of a script that look like texts, and are not said by ``prosa.text`` or ``prosa.texts``."""
    depth, said_at, before = 0, list[int](), ""
    for token in (found[0] for found in SCRIPT_TOKEN.finditer(source)):
        if token == "(":
            depth += 1
            if before in SAID_BY_SCRIPTS:
                said_at.append(depth)
        elif token == ")":
            if said_at and said_at[-1] == depth:
                said_at.pop()
            depth -= 1
        elif token[0] in "'\"" and not said_at and _looks_said(token[1:-1]):
            yield token[1:-1]
        before = token


def in_python(source: str) -> Iterator[str]:
    """The strings of a module that look Portuguese, are no docstring, and are not handed to be translated."""
    tree = ast.parse(source)
    passed = {id(child) for node in ast.walk(tree) for child in _not_said(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield from (
                text
                for text in [node.value]
                if PORTUGUESE.search(text)
                and WORDS.search(text)
                and not PATTERN.search(text)
                and text not in SAME_EVERYWHERE
            )


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    """What under ``node`` is a docstring, or the argument of a function that translates."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SAID_BY_PYTHON:
            yield from node.args


def _looks_said(text: str) -> bool:
    if text in SAME_EVERYWHERE | FOR_PROGRAMS or MARKUP.search(text):
        return False
    return PORTUGUESE.search(text) is not None or SENTENCE.search(text) is not None


def strays(root: Path) -> list[tuple[str, str]]:
    """Each with the file that it stands in."""
    looked = [
        *((path, in_template) for path in root.glob("templates/**/*.html")),
        *((path, in_script) for path in root.glob("static/js/*.js")),
        *((path, in_python) for path in [*root.glob("handlers/**/*.py"), *root.glob("prosa/**/*.py")]),
    ]
    return [
        (str(path.relative_to(root)), text)
        for path, look in sorted(looked, key=str)
        for text in look(path.read_text())
    ]
