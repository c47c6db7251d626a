"""The table of settings in README.md, made from ``settings.py``: ``python -m tests.readme`` writes it."""

from pathlib import Path
from typing import get_type_hints

import msgspec

from settings import PREFIX, Settings

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- settings -->\n", "<!-- end of settings -->"


def table() -> str:
    """Every setting with its default and its meaning, as Markdown."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = ["| setting | default | what it means |", "| --- | --- | --- |"]
    for field in msgspec.structs.fields(Settings):
        meaning = next(
            meta.description for meta in hints[field.name].__metadata__ if getattr(meta, "description", None)
        )
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        shown = {True: "1", False: "0"}.get(default, default) if isinstance(default, bool) else default
        cell = f"`{shown}`" if shown not in ("", [], {}) else ""
        rows.append(f"| `{PREFIX}{field.name.upper()}` | {cell} | {meaning} |")
    return "\n".join(rows) + "\n"


def shown() -> str:
    """The table as README.md has it."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0]


def main() -> None:
    """Put the table into README.md."""
    head, _, rest = README.read_text().partition(BEGIN)
    README.write_text(head + BEGIN + table() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
