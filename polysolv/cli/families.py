"""``polysolv families``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from polysolv.cli.options import command, emit, format_option, on_terminal, output_option

if TYPE_CHECKING:
    from polysolv.families import Family


@command("families")
@format_option("table", "json", "csv", "latex", "markdown", "page", default="table")
@output_option
def families_command(style: str, output: str | None) -> None:
    """List the families that polysolv knows by name; the format page proves all their exponents."""
    if style == "page":
        from polysolv.rates.families_page import families_page

        emit(families_page(), output)
        return
    from polysolv.cli.tables import show
    from polysolv.display.grid import Grid
    from polysolv.families import catalogue

    known = [catalogue.get(name) for name in catalogue.names()]
    if style == "json":
        import json

        data = {"schema": "polysolv/families/1", "families": [family.to_data() for family in known]}
        emit(json.dumps(data, indent=2, ensure_ascii=False), output)
        return
    headers = ["name", "model", "parameters", "log-symbol", "published in"]
    rows = [
        [
            family.name,
            family.title,
            ", ".join(p.name for p in family.parameters),
            family.shown_symbol,
            "; ".join(dict.fromkeys(p.source for p in family.published)),
        ]
        for family in known
    ]
    if style == "csv":
        rows = [[*row, "; ".join(f.stated_assumptions)] for row, f in zip(rows, known, strict=True)]
        emit(Grid("", [*headers, "assumed of the"], rows).to_csv(), output)
        return
    grid, notes = Grid("", headers, rows), _assumed(known)
    if style == "table" and (output is not None or not on_terminal()):
        from polysolv.rates.notes import notes_as_text

        emit(f"{grid.to_text()}\n\n{notes_as_text(notes)}", output)
    elif style == "table":
        show(grid, style, output, [grid], notes)
    else:
        text, mark = (grid.to_markdown(), "-") if style == "markdown" else (grid.to_latex(), "%")
        emit("\n\n".join([text, "\n".join(f"{mark} {note}" for note in notes)]), output)


def _assumed(known: Sequence[Family]) -> list[str]:
    """Return each assumption once, with the families that make it."""
    by_text: dict[str, list[str]] = {}
    for family in known:
        for assumption in family.stated_assumptions:
            by_text.setdefault(assumption, []).append(family.name)
    everyone = len(known)
    return [
        f"Assumed of the {text} ({'every family' if len(names) == everyone else ', '.join(names)})."
        for text, names in by_text.items()
    ]
