"""Reading of data from CSV text: the policy for headers, missing values and categorical columns.

The policy, enforced with one-line errors that name column, line and value:

- UTF-8, comma-separated, quoted as in RFC 4180; the first line holds the column names, non-empty and
distinct, and
  not all of them numbers.
- Every line has as many fields as the header; empty lines are skipped.
- The columns asked for must exist; all others are ignored.
- A field of a column that is used must be a finite decimal number. Text is refused: a categorical column has
to be
  coded as numbers first.
- A missing value (an empty field, NA, N/A, NaN, NULL, None, a dot or a question mark) is refused, or, with
  ``missing="drop"``, its line is left out and counted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from polysolv.errors import InputError, unknown_name
from polysolv.moe.decimals import longer_text
from polysolv.moe.likelihood import Array

MISSING = ("error", "drop")
_MISSING_FIELDS = {"", "na", "n/a", "nan", "null", "none", ".", "?"}


@dataclass(frozen=True)
class CsvData:
    """Covariates X (n, d), responses y (n,), their column names, and how many lines were dropped.

    ``x_texts`` holds the fields, by row and column, whose text says another number than the float's shortest.
    """

    X: Array
    y: Array
    x_names: tuple[str, ...]
    y_name: str
    dropped: int
    x_texts: dict[tuple[int, int], str] = field(default_factory=dict)


def read_csv(
    text: str, x_names: Sequence[str], y_name: str, missing: str = "error", source: str = "data"
) -> CsvData:
    """Return the columns asked for as numbers, by the policy of this module.

    Args:
        text: the CSV text.
        x_names: names of the covariate columns, distinct.
        y_name: name of the response column, none of ``x_names``.
        missing: "error" or "drop".
        source: name of the file, for error messages.

    Raises:
        InputError: for anything the policy does not allow.

    >>> data = read_csv("x,y\\n1,2\\n2,NA\\n3,5\\n", ["x"], "y", missing="drop")
    >>> data.X.tolist(), data.y.tolist(), data.dropped
    ([[1.0], [3.0]], [2.0, 5.0], 1)
    """
    if missing not in MISSING:
        raise unknown_name("missing", missing, list(MISSING))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        columns = _columns(header, x_names, y_name, source)
        values: list[list[float | None]] = []
        dropped = 0
        texts: dict[tuple[int, int], str] = {}
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                where = f"{source}: line {reader.line_num}"
                raise InputError(where, f"{len(fields)} fields", f"{len(header)} fields, as in the header")
            found = [_number(fields[j], header[j], reader.line_num, missing, source) for j in columns]
            if None in found:
                dropped += 1
            else:
                for at, (j, value) in enumerate(zip(columns[:-1], found, strict=False)):
                    if value is not None and longer_text(fields[j].strip(), value):
                        texts[len(values), at] = fields[j].strip()
                values.append(found)
    except csv.Error as error:
        raise InputError(f"{source}: line {reader.line_num}", str(error), "well-formed CSV") from None
    if not values:
        raise InputError(source, "no rows", "at least one row of data")
    table = np.array(values, dtype=np.float64)
    return CsvData(table[:, :-1].copy(), table[:, -1].copy(), tuple(x_names), y_name, dropped, texts)


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


def _columns(header: list[str], x_names: Sequence[str], y_name: str, source: str) -> list[int]:
    if not header:
        raise InputError(source, "an empty first line", "a header line with column names")
    if all(_is_number(name) for name in header):
        raise InputError(f"{source}: header", ",".join(header), "a first line with column names, not data")
    for j, name in enumerate(header):
        if not name:
            raise InputError(f"{source}: header", f"an empty name for column {j + 1}", "non-empty names")
        if name in header[:j]:
            raise InputError(f"{source}: header", name, "distinct column names")
    for name in [*x_names, y_name]:
        if name not in header:
            raise unknown_name(f"{source}: column", name, header)
    return [header.index(name) for name in [*x_names, y_name]]


def _number(field: str, column: str, line: int, missing: str, source: str) -> float | None:
    stripped = field.strip()
    where = f"{source}: column {column!r}, line {line}"
    if stripped.lower() in _MISSING_FIELDS:
        if missing == "drop":
            return None
        raise InputError(where, field, "a number (a missing value; --missing drop leaves such lines out)")
    if not _is_number(stripped):
        raise InputError(where, field, "a number (code a categorical column as numbers first)")
    value = float(stripped)
    if not np.isfinite(value):
        raise InputError(where, field, "a finite number")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text.isascii()
