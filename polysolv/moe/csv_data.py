"""Reading of data from text or Parquet: the policy for columns and missing values.

The policy, enforced with one-line errors that name column, line and value:

- Encoding, separator and decimal mark are found, or given; fields are quoted as in RFC 4180; the first line
  holds the column names, not all of them numbers. A column without a name holds row names; it cannot be asked
  for.
- Every line has as many fields as the header; empty lines are skipped.
- The columns asked for must exist, once; all others are ignored.
- A field of a column that is used must be a finite decimal number; a column of TRUE and FALSE is one of 1 and
  0. Text is refused: a categorical column has to be coded as numbers first. So are dates, times, percentages,
  and numbers with thousands separators, with a hint.
- A missing value (an empty field, NA, N/A, NaN, NULL, None, a dot or a question mark) is refused, or, with
  ``missing="drop"``, its line is left out and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from polysolv.errors import InputError, unknown_name
from polysolv.moe.data_table import DataTable, read_table
from polysolv.moe.fields import CATEGORICAL, RESPONSE
from polysolv.moe.likelihood import Array, Mask

MISSING = ("error", "drop")


@dataclass(frozen=True)
class CsvData:
    """Covariates X (n, d), responses y (n,), their column names, and how many lines were dropped.

    ``x_texts`` holds the fields, by row and column, whose text says another number than the float's shortest;
    ``note`` says what was guessed about the file; ``weights`` how often each row counts, None for once;
    ``gate`` and ``experts`` which covariates each depends on, None for all.
    """

    X: Array
    y: Array
    x_names: tuple[str, ...]
    y_name: str
    dropped: int
    x_texts: dict[tuple[int, int], str] = field(default_factory=dict)
    note: str = ""
    weights: Array | None = None
    gate: tuple[int, ...] | None = None
    experts: tuple[int, ...] | None = None


@dataclass(frozen=True)
class RowWeights:
    """How often each row of a table counts, and where that is missing."""

    values: Array
    missing: Mask


def row_weights(
    table: DataTable, name: str, missing: str = "error", responses: Sequence[str] = ()
) -> RowWeights:
    """Return a column of weights: numbers at least 0, not all 0.

    Args:
        table: the table.
        name: of the column.
        missing: "error" or "drop".
        responses: columns of the response, which cannot weigh its rows.

    Raises:
        InputError: naming column, line and value.
    """
    if name in responses:
        raise InputError("--weights", name, "a column other than the response")
    table.index(name)
    (column,) = table.numbers([name], lambda _: "a number, as a weight is")
    if missing == "error":
        table.refuse_missing(name, column.missing)
    require_rows(table.source, column.missing)
    below = ~column.missing & (column.values < 0)
    if below.any():
        row = int(below.argmax())
        raise InputError(table.place(name, row), float(column.values[row]), "a weight of at least 0")
    values = np.where(column.missing, 0.0, column.values)
    if not values.any():
        raise InputError(f"{table.source}: column {name!r}", "all zero", "some weight above 0")
    return RowWeights(values, column.missing)


def read_csv(
    text: str | bytes,
    x_names: Sequence[str],
    y_name: str,
    missing: str = "error",
    source: str = "data",
    sep: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    weights: str | None = None,
) -> CsvData:
    """Return the columns asked for as numbers, by the policy of this module.

    Args:
        text: the text, or the bytes of the file.
        x_names: names of the covariate columns, distinct.
        y_name: name of the response column, none of ``x_names``.
        missing: "error" or "drop".
        source: name of the file, for error messages.
        sep, decimal, encoding: as in :func:`polysolv.moe.data_table.read_table`.
        weights: name of the column that says how often each row counts, if there is one. Rows that weigh
            nothing are left out.

    Raises:
        InputError: for anything the policy does not allow.

    >>> data = read_csv("x,y\\n1,2\\n2,NA\\n3,5\\n", ["x"], "y", missing="drop")
    >>> data.X.tolist(), data.y.tolist(), data.dropped
    ([[1.0], [3.0]], [2.0, 5.0], 1)
    """
    wanted = [*x_names, y_name, *([] if weights is None else [weights])]
    table = read_table(text, wanted, source, sep, decimal, encoding)
    return data_of(table, x_names, y_name, missing, weights)


def data_of(
    table: DataTable,
    x_names: Sequence[str],
    y_name: str,
    missing: str = "error",
    weights: str | None = None,
) -> CsvData:
    """Return columns of a table as numbers; the arguments are those of :func:`read_csv`."""
    if missing not in MISSING:
        raise unknown_name("missing", missing, list(MISSING))
    names = [*x_names, y_name]
    for name in names:
        table.index(name)
    columns = table.numbers(names, lambda name: RESPONSE if name == y_name else CATEGORICAL)
    gone = np.any([column.missing for column in columns], axis=0)
    if missing == "error":
        for name, column in zip(names, columns, strict=True):
            table.refuse_missing(name, column.missing)
    often = None if weights is None else row_weights(table, weights, missing, [y_name])
    missed = int(gone.sum())
    if often is not None:
        missed = int((gone | often.missing).sum())
        gone |= often.missing | (often.values == 0)
    require_rows(table.source, gone)
    values = np.array([column.values for column in columns]).T[~gone]
    row_of = np.cumsum(~gone) - 1
    texts = {
        (int(row_of[row]), j): text
        for j, column in enumerate(columns[:-1])
        for row, text in column.longer.items()
        if not gone[row]
    }
    X, y = values[:, :-1].copy(), values[:, -1].copy()
    counts = None if often is None else often.values[~gone]
    return CsvData(X, y, tuple(x_names), y_name, missed, texts, table.note, counts)


def require_rows(source: str, gone: Mask) -> None:
    """Raise if every row is left out."""
    if gone.all():
        raise InputError(source, "no rows without missing values", "at least one row of data")


def write_csv(X: Array, y: Array) -> str:
    """Return CSV text with columns x1, ..., xd (x if d = 1) and y; floats round-trip exactly.

    >>> write_csv(np.array([[0.5]]), np.array([0.1]))
    'x,y\\n0.5,0.1\\n'
    """
    d = X.shape[1]
    names = ["x"] if d == 1 else [f"x{j + 1}" for j in range(d)]
    lines = [",".join([*names, "y"])]
    rows = np.column_stack([X, y]).tolist()
    lines += [",".join(map(repr, row)) for row in rows]
    return "\n".join(lines) + "\n"
