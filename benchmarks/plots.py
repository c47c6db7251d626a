"""A picture of one work: a bar for everybody, the median, and a thin line from the least to the most."""

import statistics
from html import escape

from benchmarks.results import Result
from benchmarks.turns import OUR

ROW, LABEL, WIDTH, RIGHT = 28, 200, 400, 90
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#333}.t{font-weight:600}.b{fill:#c9c3bb}.o{fill:#2f7d6b}"
    ".s{stroke:#333;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.b{fill:#5a554f}.o{fill:#58b49c}.s{stroke:#ddd}}"
)


def svg(result: Result) -> str:
    """The work as an SVG document, light and dark."""
    rows = sorted(result.figures.items(), key=lambda row: statistics.median(row[1]))
    most = max(max(values) for _, values in rows) or 1.0
    height = ROW * (len(rows) + 1) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDTH + RIGHT} {height}">',
        f"<style>{STYLE}</style>",
        f'<text class="t" x="4" y="20">{escape(result.name)}, {escape(result.unit)}</text>',
    ]
    for n, (name, values) in enumerate(rows, 1):
        y, middle = n * ROW + 4, statistics.median(values)
        least, greatest = (LABEL + WIDTH * value / most for value in (min(values), max(values)))
        kind = "o" if name == OUR else "b"
        parts += [
            f'<text x="{LABEL - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LABEL}" y="{y + 3}" width="{WIDTH * middle / most:.1f}" height="18"/>',
            f'<line class="s" x1="{least:.1f}" x2="{greatest:.1f}" y1="{y + 12}" y2="{y + 12}"/>',
            f'<text x="{LABEL + WIDTH + 8}" y="{y + 16}">{_short(middle)}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures are enough
