"""``polysolv families``."""

from __future__ import annotations

from polysolv.cli.options import command, emit, format_option, output_option


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
    grid = Grid(
        "",
        ["name", "model", "parameters", "log-symbol", "published in", "assumed of the"],
        [
            [
                family.name,
                family.title,
                ", ".join(p.name for p in family.parameters),
                str(family.log_symbol),
                "; ".join(dict.fromkeys(p.source for p in family.published)),
                "; ".join(family.stated_assumptions),
            ]
            for family in known
        ],
    )
    show(grid, style, output, [grid], [])
