"""Reading of the data that ``polysolv fit`` is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.cli.data import show_dropped, show_note, source_of
from polysolv.cli.options import read_input

if TYPE_CHECKING:
    from polysolv.errors import InputError
    from polysolv.moe.csv_data import CsvData
    from polysolv.moe.design import Design


def read_fit_data(
    data: str, x_names: list[str], options: dict[str, Any], counts: tuple[int, ...]
) -> tuple[CsvData, Design | None]:
    """Return the columns that a fit asks for, and what its formula makes of a table.

    Args:
        data: name of the file, or "-".
        x_names: covariate columns where there is no formula.
        options: of the command.
        counts: numbers of experts, ascending.

    Raises:
        InputError: naming what the file lacks.
    """
    from polysolv.errors import InputError
    from polysolv.families import MAX_DIMENSION
    from polysolv.moe.csv_data import read_csv
    from polysolv.moe.features import asked_structure

    source = source_of(data)
    raw = read_input(data, "DATA.csv")
    reading = (source, options["sep"], options["decimal"], options["encoding"])
    design = None
    if options["formula"] is not None:
        table, design = _designed(raw, options, reading)
    else:
        y_name, missing = options["y_name"], options["missing"]
        table = read_csv(raw, x_names, y_name, missing, *reading, options["weights"])
    show_note(table.note)
    if len(table.x_names) > MAX_DIMENSION:
        name = "--x" if options["formula"] is None else "--formula"
        what = f"{len(table.x_names)} columns of covariates"
        raise InputError(name, what, f"at most {MAX_DIMENSION}, of which rates are known")
    _refuse_constant(table)
    structure = asked_structure(table.gate, table.experts, options["variance"], len(table.x_names))
    needed = structure.parameter_count(counts[-1])
    left = " without missing values" if table.dropped else ""
    if table.weights is not None and table.weights.sum() < needed:
        what = f"{table.y.size} rows{left}, which count {table.weights.sum():g} times"
        raise InputError(source, what, f"at least {needed} for k = {counts[-1]}")
    if table.weights is None and table.y.size < needed:
        raise InputError(source, f"{table.y.size} rows{left}", f"at least {needed} for k = {counts[-1]}")
    show_dropped(table.dropped)
    return table, design


def _designed(
    raw: bytes, options: dict[str, Any], reading: tuple[str, str | None, str | None, str | None]
) -> tuple[CsvData, Design]:
    """Return the data that formulas make of a file."""
    from polysolv.moe.data_table import read_table
    from polysolv.moe.design import designed
    from polysolv.moe.formula import parsed

    formula, gate, weights = options["formula"], options["gate"], options["weights"]
    asked = parsed(formula, gate=gate)
    wanted = [*asked.response_names, *asked.names, *([] if weights is None else [weights])]
    return designed(read_table(raw, wanted, *reading), formula, options["missing"], gate, weights)


def named(error: InputError, table: CsvData) -> InputError:
    """Return an error that the fitter has of arrays with the names of the columns."""
    from polysolv.errors import InputError

    first, colon, rest = error.field.removeprefix("X: ").partition(":")
    if first == "y":
        name = table.y_name
    elif error.field.startswith("X: column ") and first.removeprefix("column ").isdigit():
        name = table.x_names[int(first.removeprefix("column "))]
    else:
        return error
    return InputError(f"column {name!r}{colon}{rest}", error.value, error.allowed)


def _refuse_constant(table: CsvData) -> None:
    from polysolv.errors import InputError
    from polysolv.moe.checks import not_constant

    columns = [*zip(table.x_names, table.X.T, strict=True), (table.y_name, table.y)]
    rounded = {table.x_names[j] for _, j in table.x_texts}
    for name, values in columns:
        if (values == values[0]).all():
            allowed = f"a column that is {not_constant(float(values[0]), name in rounded)}"
            raise InputError(f"column {name!r}", float(values[0]), allowed)
