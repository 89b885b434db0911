"""One self-contained HTML page for one sweep or several side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from polysolv.display.grid import Grid
from polysolv.display.page import page as whole_page
from polysolv.display.page import picture
from polysolv.display.pictures import rendered
from polysolv.errors import InputError
from polysolv.experiments.design import Design
from polysolv.experiments.environment import versions
from polysolv.experiments.predictions import statement_of
from polysolv.experiments.slope_table import STATISTICS, SlopeTable
from polysolv.experiments.store import ENVIRONMENT, read_text
from polysolv.experiments.sweep_result import SweepResult, figures, slopes


@dataclass(frozen=True)
class Section:
    """One sweep on the page."""

    name: str
    result: SweepResult
    table: SlopeTable
    sessions: list[dict[str, Any]]


def read_section(folder: str) -> Section:
    """Read a sweep's folder.

    Raises:
        InputError: if it holds no sweep, or not one finished fit.
    """
    path = Path(folder)
    result = SweepResult.read(path, "FOLDER")
    if not result.rows:
        raise InputError("FOLDER", folder, "a sweep with at least one finished fit")
    return Section(path.resolve().name, result, slopes(result), _sessions(path))


def page(sections: Sequence[Section]) -> str:
    """Return the HTML page: nothing in it is loaded from anywhere, pictures are data URIs."""
    title = "polysolv crosscheck: " + ", ".join(section.name for section in sections)
    body = [f"<h1>{escape(title)}</h1>", "<p>Slopes of log error against log n, measured and predicted.</p>"]
    if len(sections) > 1:
        body += [side_by_side(sections, statistic).to_html() for statistic in STATISTICS]
        body.append("<ul>" + "".join(f"<li>{_item(section)}</li>" for section in sections) + "</ul>")
    for section in sections:
        body += _section(section)
    body.append("<h2>This page</h2>" + _pairs(versions()))
    return whole_page(title, body)


def side_by_side(sections: Sequence[Section], statistic: str) -> Grid:
    """Return one row for each quantity, with the slope and its interval in every sweep."""
    rows_of = [{row.quantity: row for row in s.table.rows if row.statistic == statistic} for s in sections]
    rows = []
    for quantity in dict.fromkeys(quantity for found in rows_of for quantity in found):
        predictions = [found[quantity].prediction for found in rows_of if quantity in found]
        published = {str(p.published) for p in predictions if p.published is not None}
        refined = {str(p.refined) for p in predictions if p.refined is not None}
        cells = [_cell(found[quantity]) if quantity in found else "-" for found in rows_of]
        predicted = [" or ".join(sorted(values)) or "-" for values in (published, refined)]
        rows.append([str(quantity), *cells, *predicted])
    headers = ["quantity", *(f"{s.name} ({s.result.design.path})" for s in sections), "published", "refined"]
    return Grid(f"slopes side by side, {statistic}s over replicates", headers, rows)


def _item(section: Section) -> str:
    return f"<b>{escape(section.name)}</b>: {escape(statement_of(section.result.design.path))}"


def _cell(row: Any) -> str:
    if row.slope is None:
        return "-"
    return f"{row.slope:.3f}" if row.low is None else f"{row.slope:.3f} [{row.low:.3f}, {row.high:.3f}]"


def _section(section: Section) -> list[str]:
    result, table = section.result, section.table
    design = result.design
    parts = [f"<h2>{escape(section.name)}</h2>"]
    parts.append(
        f"<p>k* = {design.truth.k}, k = {design.k}, d = {design.truth.d}; {len(design.sizes)} sizes from "
        f"{design.sizes[0]:,} to {design.sizes[-1]:,}; {_replicates(design)}; truth: "
        f"{escape(design.path)}; box: {'on' if design.bounds else 'off'}.</p>"
    )
    if not result.complete:
        share = f"{len(result.rows)} of {len(design.jobs)} fits"
        parts.append(f'<p class="partial">Not finished: {share}; what follows is made of these.</p>')
    parts.append("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in table.notes) + "</ul>")
    for name, figure in figures(result, table).items():
        parts.append(picture(rendered(figure, "png"), "image/png", name, _caption(name)))
    parts += [table.grid(statistic).to_html() for statistic in STATISTICS]
    parts += ["<h3>Fits that need a second look</h3>", f"<p>{_explanation(result)}</p>"]
    parts.append(_counts(table).to_html())
    failures = sorted({row["error"] for row in result.rows if "error" in row})
    parts += [f"<p>Failed: {escape(text)}</p>" for text in failures[:10]]
    parts += ["<h3>Settings and seeds</h3>", _gradients(result)]
    parts.append(f"<pre>{escape(_by_line(design.to_data()))}</pre>")
    parts.append(f"<p>SHA-256 of the settings: {table.digest}</p>")
    parts.append("<h3>Versions</h3>")
    parts += [_pairs(session) for session in section.sessions]
    return parts


def _replicates(design: Design) -> str:
    if design.fewer is None:
        return f"{design.replicates} replicates"
    rows, count = design.fewer
    return f"{design.replicates} replicates, at most {count} from n = {rows:,} on"


def _by_line(data: dict[str, Any]) -> str:
    """Return the settings as JSON, one line for each entry: 200 sizes fill a paragraph and no page."""
    entries = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in data.items())
    return "{\n" + ",\n".join(entries) + "\n}"


def _counts(table: SlopeTable) -> Grid:
    """Return the counts, summed over ranges of n where there are many sizes."""
    grid = table.counts_grid()
    if len(grid.rows) <= 30:
        return grid
    rows = []
    for start in range(0, len(grid.rows), len(grid.rows) // 20 + 1):
        block = grid.rows[start : start + len(grid.rows) // 20 + 1]
        sums = [str(sum(int(row[j]) for row in block)) for j in range(1, len(grid.headers))]
        rows.append([f"{block[0][0]} to {block[-1][0]}", *sums])
    return Grid(grid.title, grid.headers, rows)


def _caption(name: str) -> str:
    if name == "losses":
        return "Voronoi losses of the fitted measure to the true one."
    return f"Errors in cells of m = {name.removeprefix('errors-m')}, weighted by the fitted weights."


def _explanation(result: SweepResult) -> str:
    cells = result.design.cells
    expected = "no empty cell" if cells is None else f"cells of sizes {cells}"
    return (
        "None of these is left out of the losses. Not converged: no stationary point was reached. At bound: "
        f"some parameter lies on the box. Unexpected cells: other than {escape(expected)}; such a fit counts "
        "in the errors of the cell sizes that it has."
    )


def _gradients(result: SweepResult) -> str:
    norms = [row["gradient_norm"] for row in result.rows if "error" not in row]
    largest = f"{max(norms):.1e}" if norms else "-"
    return (
        f"<p>Largest max|score|/n over all fits: {largest}. The fit of size number i and replicate r draws "
        f"from numpy's SeedSequence({result.design.seed}) spawned at (i, r).</p>"
    )


def _pairs(entry: dict[str, Any]) -> str:
    rows = [[str(name), str(value)] for name, value in entry.items()]
    return Grid("", ["what", "value"], rows).to_html()


def _sessions(folder: Path) -> list[dict[str, Any]]:
    path = folder / ENVIRONMENT
    if not path.is_file():
        return []
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise InputError("FOLDER", str(path), "a JSON array of objects")
    return data
