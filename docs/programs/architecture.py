"""The drawing of the stations on the page "How the house is built".

Run: python docs/programs/architecture.py [--output docs/images/architecture.svg]

The stations and their order are those of the import contracts in pyproject.toml; the arrows are read off the
imports of the package. An arrow that follows from others is left out. Needs pip install ".[test]".
"""

from __future__ import annotations

import argparse
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from html import escape
from pathlib import Path

import grimp

from polysolv.files import write_atomically

ROOT = Path(__file__).parents[2]
DRAWING = ROOT / "docs" / "images" / "architecture.svg"
BASE = "root"
HOLDS = {
    "cli": "one thin file for each command",
    "experiments": "theory against simulated data",
    "moe": "model, fitter, Voronoi cells and losses",
    "rates": "exponents, tables, sample sizes",
    "decisions": "is there a solution? how sure is that?",
    "certificates": "what a proof looks like on disk",
    "systems": "the equations behind a question",
    "families": "what is studied",
    "homotopy": "all solutions",
    "groebner": "exact algebra",
    "polynomials": "any system: read, held, exported",
    "display": "how results show",
    "verify": "the trusted kernel",
    BASE: "errors, files, deadline, cluster, strict_json",
}

# In pixels: they are those of a phone, so that the drawing needs no zoom there.
WIDTH, TOP, SIDE, BOX, GAP, BETWEEN, ROUND = 376, 10, 42, 46, 24, 12, 6
LANES = (14, 25, 36)  # how far from the boxes
INK, LINE, FILL = "#1a1a1a", "#0072b2", "#eef4fa"


def rows() -> list[list[str]]:
    """Return the stations from the top down, those that stand beside each other in one row.

    The files of the package's root are one station; `__main__`, which starts the commands, has no place.
    """
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = tables["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    found = [[name.strip() for name in layer.split("|")] for layer in layers if layer != "__main__"]
    folders = [row for row in found if (ROOT / "polysolv" / row[0]).is_dir()]
    return [*folders, [BASE]]


def imports() -> set[tuple[str, str]]:
    """Return the pairs (station, station that it imports), in functions and for type checkers too."""
    graph = grimp.build_graph("polysolv", exclude_type_checking_imports=False, cache_dir=None)
    stations = {name for row in rows() for name in row}

    def station(module: str) -> str:
        name = module.split(".")[1] if "." in module else ""
        return name if name in stations else BASE

    own = {"polysolv", "polysolv.__main__"}
    pairs = {
        (station(module), station(other))
        for module in graph.modules - own
        for other in graph.find_modules_directly_imported_by(module) - own
    }
    return {(one, other) for one, other in pairs if one != other}


def reached(start: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return all that a station imports, directly or not.

    >>> sorted(reached("a", [("a", "b"), ("b", "c")]))
    ['b', 'c']
    """
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        new = {other for one, other in pairs if one == name} - found
        found |= new
        waiting.extend(new)
    return found


def reduced(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs from which all others follow; no station may reach itself.

    >>> sorted(reduced({("a", "b"), ("b", "c"), ("a", "c")}))
    [('a', 'b'), ('b', 'c')]
    """
    return {
        (one, other)
        for one, other in pairs
        if not any(other in reached(between, pairs) for start, between in pairs if start == one)
    }


class Layout:
    """Where boxes stand: the row of a station, and the left end and the width of its box."""

    def __init__(self, stations: list[list[str]]) -> None:
        self.row: dict[str, int] = {}
        self.left: dict[str, float] = {}
        self.width: dict[str, float] = {}
        for number, row in enumerate(stations):
            width = (WIDTH - 2 * SIDE - BETWEEN * (len(row) - 1)) / len(row)
            for place, name in enumerate(row):
                self.row[name], self.width[name] = number, width
                self.left[name] = SIDE + place * (width + BETWEEN)

    def top(self, name: str) -> float:
        return TOP + self.row[name] * (BOX + GAP)

    def middle(self, name: str) -> float:
        return self.left[name] + self.width[name] / 2

    def edge(self, name: str, right: bool) -> float:
        return self.left[name] + (self.width[name] if right else 0)

    def at_edge(self, name: str, right: bool) -> bool:
        return self.edge(name, right) == (WIDTH - SIDE if right else SIDE)

    def span(self, pair: tuple[str, str]) -> range:
        return range(self.row[pair[0]], self.row[pair[1]])


def straight(layout: Layout, pair: tuple[str, str]) -> str:
    """Return the path of an arrow to the row below, at the middle of the narrower box."""
    x = layout.middle(min(pair, key=lambda name: layout.width[name]))
    return f"M{x:g} {layout.top(pair[0]) + BOX:g}V{layout.top(pair[1]):g}"


def around(layout: Layout, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the paths of arrows that pass other rows: out at a side, down a lane of their own, in again."""
    lanes: dict[tuple[str, str], tuple[bool, int]] = {}
    taken: dict[tuple[bool, int], set[int]] = defaultdict(set)
    ports: dict[tuple[str, bool], list[tuple[bool, int, tuple[str, str]]]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: (len(layout.span(pair)), layout.row[pair[0]], pair)):
        rows_passed = set(layout.span(pair))
        free = [
            (lane, right)
            for right in (False, True)
            if all(layout.at_edge(name, right) for name in pair)
            for lane in range(len(LANES))
            if not taken[right, lane] & rows_passed
        ]
        lane, right = min(free)
        lanes[pair] = right, lane
        taken[right, lane] |= rows_passed
        # Incoming arrows above outgoing ones, and those of outer lanes outside: none crosses another here.
        ports[pair[1], right].append((False, lane, pair))
        ports[pair[0], right].append((True, -lane, pair))
    heights = {}
    for (name, _), ends in ports.items():
        for number, (outgoing, _, pair) in enumerate(sorted(ends), start=1):
            heights[pair, outgoing] = layout.top(name) + BOX * number / (len(ends) + 1)
    paths = {}
    for pair, (right, lane) in lanes.items():
        start, end, out = heights[pair, True], heights[pair, False], 1 if right else -1
        x = (WIDTH - SIDE if right else SIDE) + out * LANES[lane]
        bend = out * ROUND
        paths[pair] = (
            f"M{layout.edge(pair[0], right):g} {start:g}H{x - bend:g}Q{x:g} {start:g} {x:g} {start + ROUND:g}"
            f"V{end - ROUND:g}Q{x:g} {end:g} {x - bend:g} {end:g}H{layout.edge(pair[1], right):g}"
        )
    return paths


def drawing(stations: list[list[str]], pairs: set[tuple[str, str]]) -> str:
    """Return the drawing as SVG."""
    layout = Layout(stations)
    arrows = sorted(reduced(pairs), key=lambda pair: (layout.row[pair[0]], layout.row[pair[1]], pair))
    below = [pair for pair in arrows if len(layout.span(pair)) == 1]
    paths = {pair: straight(layout, pair) for pair in below}
    paths |= around(layout, [pair for pair in arrows if pair not in below])
    said: dict[str, list[str]] = defaultdict(list)
    for one, other in arrows:
        said[one].append(other)
    sentences = [f"{one} imports {' and '.join(others)}." for one, others in said.items()]
    height = TOP * 2 + len(stations) * (BOX + GAP) - GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc" '
        f'font-family="Helvetica, Arial, sans-serif" text-anchor="middle" fill="{INK}">',
        '<title id="title">The stations of polysolv and their imports</title>',
        f'<desc id="desc">{escape(" ".join(sentences))}</desc>',
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for row in stations:
        for name in row:
            x, top = layout.middle(name), layout.top(name)
            lines += [
                f'<rect x="{layout.left[name]:g}" y="{top:g}" width="{layout.width[name]:g}" height="{BOX}" '
                f'rx="5" fill="{FILL}" stroke="{INK}"/>',
                f'<text x="{x:g}" y="{top + 19:g}" font-size="15" font-weight="bold">{name}</text>',
                f'<text x="{x:g}" y="{top + 36:g}" font-size="12.5">{escape(HOLDS[name])}</text>',
            ]
    lines += [
        f'<path id="{one}-{other}" d="{paths[one, other]}" fill="none" stroke="{LINE}" stroke-width="1.6" '
        'marker-end="url(#head)"/>'
        for one, other in arrows
    ]
    return "\n".join([*lines, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=DRAWING)
    write_atomically(parser.parse_args().output, drawing(rows(), imports()).encode())


if __name__ == "__main__":
    main()
