"""The noun `DataTable`: the columns of a data file before they are numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.display.counted import counted
from polysolv.errors import InputError, unknown_name
from polysolv.moe.fields import (
    CATEGORICAL,
    MISSING_FIELDS,
    Numbers,
    allowed,
    decimal_of,
    hint,
    is_number,
    numbers,
    plain_text,
)
from polysolv.moe.likelihood import Mask
from polysolv.moe.separators import decoded, find_separator, records, unpacked

if TYPE_CHECKING:
    import pandas

_MISSING_HINT = "a number (a missing value; --missing drop leaves such lines out)"


@dataclass(frozen=True, eq=False)
class DataTable:
    """Columns of a file, each a pandas series: of text, or as Parquet holds them.

    Args:
        source: name of the file, for error messages.
        names: names of the columns; "" for one without a name.
        frame: the columns, numbered 0, 1, ...
        lines: line of each row in a text file; None for Parquet, whose rows are counted from 1.
        decimal: the decimal mark of a text file, or None to find it.
        note: what was guessed, in words, or "".
    """

    source: str
    names: tuple[str, ...]
    frame: pandas.DataFrame
    lines: Sequence[int] | None
    decimal: str | None = None
    note: str = ""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def place(self, name: str, row: int) -> str:
        """Return where a field stands, for an error message."""
        where = f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"
        return f"{self.source}: column {name!r}, {where}"

    def place_of_row(self, row: int) -> str:
        """Return where a row stands, for an error message."""
        return f"{self.source}: " + (f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}")

    def is_text(self, name: str) -> bool:
        """Return whether a column holds text in every field that is not missing, and no truth values.

        Where some fields are numbers, the others are more likely slips than levels.
        """
        if self._typed(name) is not None:
            return False
        texts = {text.strip() for text in self.texts(name)}
        words = [text for text in texts if text.lower() not in MISSING_FIELDS]
        if not words or numbers(words).refused is None or any(hint(text) for text in words):
            return False
        return not any(is_number(plain_text(text, ",")) for text in words)

    def index(self, name: str) -> int:
        """Return which column has a name.

        Raises:
            InputError: if none or more than one has it.
        """
        if not name or name not in self.names:
            raise unknown_name(f"{self.source}: column", name, [known for known in self.names if known])
        if self.names.count(name) > 1:
            raise InputError(f"{self.source}: header", name, "distinct column names")
        return self.names.index(name)

    def texts(self, name: str) -> list[str]:
        """Return the fields of a column as text; what Parquet holds as missing is ""."""
        column = self.frame.iloc[:, self.index(name)]
        if self.lines is not None:
            return list(column)
        return ["" if gone else str(value) for value, gone in zip(column, column.isna(), strict=True)]

    def numbers(
        self, names: Sequence[str], instead: Callable[[str], str] = lambda _: CATEGORICAL
    ) -> list[Numbers]:
        """Return the numbers of columns, NaN where missing.

        Args:
            names: of the columns; their fields together tell the decimal mark, where it is not given.
            instead: from the name of a column to what is allowed in place of text there.

        Raises:
            InputError: naming column, line and value, for the first field that is no finite number.
        """
        texts = {name: self.texts(name) for name in names if self._typed(name) is None}
        decimal = self.decimal or ("." if self.lines is None else decimal_of(list(chain(*texts.values()))))
        if decimal == "?":
            name, row = next((n, row) for n in texts for row, text in enumerate(texts[n]) if "," in text)
            wanted = "a number (--decimal says whether its comma is a decimal mark)"
            raise InputError(self.place(name, row), texts[name][row], wanted)
        return [
            self._typed(name) or self._spelled(name, texts[name], decimal, instead(name)) for name in names
        ]

    def refuse_missing(self, name: str, missing: Mask) -> None:
        """Raise for the first missing value of a column, if there is one."""
        if missing.any():
            row = int(missing.argmax())
            raise InputError(self.place(name, row), self.texts(name)[row], _MISSING_HINT)

    def _typed(self, name: str) -> Numbers | None:
        """Return the numbers of a column that Parquet holds as numbers or truth values, else None."""
        column = self.frame.iloc[:, self.index(name)]
        if self.lines is not None or column.dtype.kind not in "biuf":
            return None
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = np.isinf(values)
        if infinite.any():
            row = int(infinite.argmax())
            raise InputError(self.place(name, row), float(values[row]), "a finite number")
        return Numbers(values, column.isna().to_numpy(dtype=bool), {}, None)

    def _spelled(self, name: str, texts: list[str], decimal: str, instead: str) -> Numbers:
        found = numbers(texts, decimal)
        if found.refused is not None:
            text = texts[found.refused]
            raise InputError(self.place(name, found.refused), text, allowed(text, decimal, instead))
        return found


def read_table(
    raw: bytes | str,
    wanted: Sequence[str] = (),
    source: str = "data",
    sep: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
) -> DataTable:
    """Return the table of a file: delimited text, the same in gzip, or Parquet.

    Args:
        raw: contents of the file, or its text.
        wanted: names of columns that will be asked for, by which the separator is recognised.
        source: name of the file, for error messages.
        sep: separator of the fields; None to find it among comma, semicolon, tab, bar and space.
        decimal: decimal mark, "." or ","; None to find it.
        encoding: of the text; None to find it.

    Raises:
        InputError: for what cannot be read, naming the line.

    >>> table = read_table(";x;y\\n1;0,5;2\\n2;1,5;3\\n")
    >>> table.names, table.numbers(["x"])[0].values.tolist()
    (('', 'x', 'y'), [0.5, 1.5])
    """
    if decimal not in (None, ".", ","):
        raise InputError("--decimal", decimal, ". or ,")
    note = ""
    if isinstance(raw, bytes):
        raw = unpacked(raw, source)
        if raw[:4] == b"PAR1":
            return _from_parquet(raw, source)
        raw, note = decoded(raw, encoding, source)
    raw = raw.removeprefix("\ufeff")
    if told := re.match(r"\"?sep=([^\w\s]|\t)\"?(?=\r?\n)", raw):  # for Excel; the line is left empty
        sep, raw = sep or told[1], raw[told.end() :]
    separator = sep or find_separator(raw, wanted)
    return _from_text(raw, separator, decimal, source, note)


def _from_text(text: str, separator: str, decimal: str | None, source: str, note: str) -> DataTable:
    import pandas

    lines: list[int] = []
    names: list[str] | None = None
    header: list[str] | None = None
    at = 0
    try:
        for fields, at in records(text, separator):
            if header is None:
                header = _header(fields, source)
                continue
            if not lines and len(fields) == len(header) + 1:
                names = []
            if len(fields) != len(header) + (names is not None):
                where, count = (
                    (lines[0], len(header) + 1) if len(fields) == len(header) else (at, len(fields))
                )
                raise InputError(
                    f"{source}: line {where}", counted(count, "field"), _wanted(header, separator)
                )
            if names is not None:
                names.append(fields[0].strip())
            lines.append(at)
    except csv.Error as error:
        raise InputError(f"{source}: line {at + 1}", str(error), "well-formed CSV") from None
    if header is None:
        raise InputError(f"{source}: header", "no line", "a header line with column names")
    if not lines:
        raise InputError(source, "no rows", "at least one row of data")
    if names is not None:
        first = text.split("\n")[lines[0] - 1]
        if not _are_row_names(names, first, separator):
            many = counted(len(header) + 1, "field")
            raise InputError(f"{source}: line {lines[0]}", many, _wanted(header, separator))
        header = ["", *header]
    # Widths and quotes are right by now; pandas, which fills short lines up silently, makes columns of them.
    frame = pandas.read_csv(
        io.StringIO(text if separator != " " else _rewritten(text)),
        sep="," if separator == " " else separator,
        header=0,
        names=range(len(header)),
        index_col=False,
        dtype=str,
        na_filter=False,
        encoding_errors="strict",
    )
    if len(frame) != len(lines):  # lines of blanks, which count as a field there
        frame = frame[(frame != "").any(axis=1)].reset_index(drop=True)
    return DataTable(source, tuple(header), frame, lines, decimal, note)


def _wanted(header: list[str], separator: str) -> str:
    return (
        f"{counted(len(header), 'field')}, as in the header (separated by {separator!r}; --sep names another)"
    )


def _are_row_names(names: list[str], first: str, separator: str) -> bool:
    """Return whether fields without a header can be the row names that R's write.table puts there.

    Args:
        names: the fields.
        first: the first line of data.
        separator: of the fields.

    Counts are, if they stand in quotes or between blanks, and so are other distinct counts (rows of a subset)
    if they stand in quotes and numbers after them do not; elsewhere they may be data as well.
    """
    if len(set(names)) < len(names) or len(names) < 2:
        return False
    if not any(is_number(plain_text(name)) for name in names):
        return True
    quoted = first.startswith('"')
    if names == [str(row + 1) for row in range(len(names))]:
        return quoted or separator in " \t"
    bare = any(not field.startswith('"') for field in first.strip().split(separator) if field)
    return quoted and bare and all(name.isascii() and name.isdigit() for name in names)


def _rewritten(text: str) -> str:
    """Return text separated by blanks as comma-separated text."""
    stream = io.StringIO()
    csv.writer(stream).writerows(fields for fields, _ in records(text, " "))
    return stream.getvalue()


def _header(fields: list[str], source: str) -> list[str]:
    header = [name.strip() for name in fields]
    if all(is_number(plain_text(name, ",")) for name in header):
        raise InputError(f"{source}: header", ",".join(header), "a first line with column names, not data")
    return header


def _from_parquet(raw: bytes, source: str) -> DataTable:
    try:
        import pyarrow
    except ImportError:
        raise InputError(
            source, "a Parquet file", 'text, or pyarrow to be installed: pip install "polysolv[parquet]"'
        ) from None
    import pandas

    try:
        frame: Any = pandas.read_parquet(io.BytesIO(raw), engine="pyarrow")
    except (pyarrow.ArrowException, ValueError, OSError) as error:
        raise InputError(source, f"a damaged Parquet file ({error})", "a whole Parquet file") from None
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if not len(frame):
        raise InputError(source, "no rows", "at least one row of data")
    names = tuple(str(name).strip() for name in frame.columns)
    frame.columns = range(len(names))
    return DataTable(source, names, frame, None)
