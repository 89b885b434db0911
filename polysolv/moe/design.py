"""The noun `Design`: the covariates that a formula makes of the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.csv_data import CsvData, require_rows
from polysolv.moe.data_table import DataTable
from polysolv.moe.fields import MISSING_FIELDS, is_number, plain_text
from polysolv.moe.formula import ParsedFormula, formulaic, parsed, plain_response
from polysolv.moe.likelihood import Array, Mask

_CONTEXT = {"sqrt": np.sqrt, "abs": np.abs}
_MOST_COLUMNS = 1000


@dataclass(frozen=True)
class Design:
    """A formula with the levels that its categorical columns had in the data of the fit.

    Args:
        formula: such as "y ~ x + C(group)".
        levels: categorical column -> levels; the first one is the reference.
    """

    formula: str
    levels: dict[str, tuple[str, ...]]

    def to_data(self) -> dict[str, Any]:
        """Return the design as JSON data."""
        return {"formula": self.formula, "levels": {name: list(found) for name, found in self.levels.items()}}

    @classmethod
    def from_data(cls, data: object, source: str) -> Design:
        """Read a design; its formula is evaluated only if its factors are allowed."""
        field = f"{source}: formula"
        if not isinstance(data, Mapping) or set(data) != {"formula", "levels"}:
            raise InputError(field, data, "null, or an object with keys formula and levels")
        levels = data["levels"]
        if not isinstance(data["formula"], str) or not isinstance(levels, Mapping):
            raise InputError(field, data, "a formula, and levels by column")
        for name, found in levels.items():
            if not isinstance(found, list) or not found or not all(isinstance(level, str) for level in found):
                raise InputError(f"{field}: levels: {name}", found, "a non-empty array of text")
        return cls(data["formula"], {str(name): tuple(found) for name, found in levels.items()})

    def covariates(self, table: DataTable, missing: str) -> tuple[list[str], Array, Mask]:
        """Return names and values of the covariates, without rows that miss some, and which rows remain.

        Raises:
            InputError: naming column, line and value, also for a level that the fit has not seen.
        """
        asked = parsed(self.formula)
        raw, gone, _ = _columns(table, asked.names, asked.categorical, self.levels, missing)
        rows = np.flatnonzero(~gone)
        names, X = _matrix(asked.terms, raw, self.levels, lambda row: table.place_of_row(int(rows[row])))
        return names, X, ~gone

    def covariates_of(self, frame: Any) -> Array:
        """Return the covariates of a pandas data frame, shape (n, d)."""
        asked = parsed(self.formula, "formula")
        known = [str(name) for name in frame.columns]
        raw: dict[str, Any] = {}
        for name in asked.names:
            if name not in known:
                raise InputError("X: column", name, f"{', '.join(known)} (of the formula {self.formula})")
            column = frame.iloc[:, known.index(name)]
            if name in self.levels:
                raw[name] = [_level(value) for value in column]
                for row, level in enumerate(raw[name]):
                    if level not in self.levels[name]:
                        allowed = ", ".join(self.levels[name])
                        raise InputError(f"X: column {name!r}, row {row + 1}", level, allowed)
            else:
                raw[name] = column.to_numpy(dtype=np.float64)
        return _matrix(asked.terms, raw, self.levels, lambda row: f"X: row {row + 1}")[1]


def designed(table: DataTable, formula: str, missing: str = "error") -> tuple[CsvData, Design]:
    """Return the data that a formula makes of a table, and the design that makes the same of another one.

    Args:
        table: the table.
        formula: such as "y ~ x + C(group)". A column of text is categorical by itself, one of numbers in
            C(...); the first level, in alphabetical or numerical order, is the reference.
        missing: "error" or "drop".

    Raises:
        InputError: for a formula that is not allowed, or a field that does not fit it.
    """
    asked = parsed(formula)
    both = tuple(dict.fromkeys((*asked.response_names, *asked.names)))
    raw, gone, longer = _columns(table, both, asked.categorical, None, missing)
    text = [name for name in asked.response_names if not isinstance(raw[name], np.ndarray)]
    if text:
        raise InputError(f"{table.source}: column {text[0]!r}", raw[text[0]][0], "a numeric response")
    levels = {name: _sorted_levels(raw[name]) for name in asked.names if isinstance(raw[name], list)}
    rows = np.flatnonzero(~gone)

    def place(row: int) -> str:
        return table.place_of_row(int(rows[row]))

    names, X = _matrix(asked.terms, raw, levels, place)
    _, y = _matrix(asked.response, raw, levels, place)
    row_of = np.cumsum(~gone) - 1
    texts = {
        (int(row_of[row]), names.index(name)): text
        for name, found in longer.items()
        if name in names
        for row, text in found.items()
        if not gone[row]
    }
    response = plain_response(asked.response)
    data = CsvData(X, y[:, 0].copy(), tuple(names), response, int(gone.sum()), texts, table.note)
    return data, Design(formula, levels)


def response_of(table: DataTable, asked: ParsedFormula, kept: Mask, missing: str) -> tuple[Array, Mask]:
    """Return the response of a formula in some rows of a table, and which of these have it."""
    raw, gone, _ = _columns(table, asked.response_names, frozenset(), {}, missing)
    rows = np.flatnonzero(~gone)
    _, y = _matrix(asked.response, raw, {}, lambda row: table.place_of_row(int(rows[row])))
    whole = np.full(table.rows, np.nan)
    whole[~gone] = y[:, 0]
    return whole[kept], ~gone[kept]


def _columns(
    table: DataTable,
    names: Sequence[str],
    categorical: frozenset[str],
    levels: Mapping[str, Sequence[str]] | None,
    missing: str,
) -> tuple[dict[str, Any], Mask, dict[str, dict[int, str]]]:
    """Return columns without rows that miss a value, texts as lists; which rows are out; longer texts."""
    for name in names:
        table.index(name)
    texts = {
        name: [text.strip() for text in table.texts(name)]
        for name in names
        if name in (categorical if levels is None else levels) or (levels is None and table.is_text(name))
    }
    numeric = [name for name in names if name not in texts]
    numbers = dict(zip(numeric, table.numbers(numeric), strict=True)) if numeric else {}
    gaps = {name: np.array([t.lower() in MISSING_FIELDS for t in found]) for name, found in texts.items()}
    gaps |= {name: found.missing for name, found in numbers.items()}
    if missing == "error":
        for name in names:
            table.refuse_missing(name, gaps[name])
    gone: Mask = np.any(list(gaps.values()), axis=0)
    require_rows(table.source, gone)
    for name, found in texts.items():
        for row, level in enumerate(found):
            if levels is not None and not gone[row] and level not in levels[name]:
                raise InputError(
                    table.place(name, row), level, f"a level of the fit: {', '.join(levels[name])}"
                )
    raw: dict[str, Any] = {name: found.values[~gone] for name, found in numbers.items()}
    raw |= {name: [t for t, out in zip(f, gone, strict=True) if not out] for name, f in texts.items()}
    return raw, gone, {name: found.longer for name, found in numbers.items()}


def _matrix(
    terms: str, raw: Mapping[str, Any], levels: Mapping[str, Sequence[str]], place: Any
) -> tuple[list[str], Array]:
    """Return names and values of the columns of some terms, the intercept left out."""
    import pandas

    # So that every level occurs, whatever the rows are: as many rows before them as there are levels.
    extra = max((len(found) for found in levels.values()), default=1)
    columns: dict[str, Any] = {}
    for name, values in raw.items():
        if name in levels:
            before = [levels[name][i % len(levels[name])] for i in range(extra)]
            columns[name] = pandas.Categorical([*before, *values], categories=list(levels[name]))
        else:
            columns[name] = np.concatenate([np.ones(extra), values])
    with np.errstate(all="ignore"):
        made = (
            formulaic()
            .Formula(terms)
            .get_model_matrix(
                pandas.DataFrame(columns), na_action="ignore", context=_CONTEXT, output="pandas"
            )
        )
    made = made.drop(columns="Intercept", errors="ignore")
    names = [str(name) for name in made.columns]
    if not names or len(names) > _MOST_COLUMNS:
        raise InputError("--formula", f"{len(names)} columns", f"from 1 to {_MOST_COLUMNS} covariates")
    values = made.to_numpy(dtype=np.float64)[extra:]
    finite = np.isfinite(values)
    if not finite.all():
        row, j = np.argwhere(~finite)[0]
        raise InputError(f"{place(int(row))}, {names[j]}", float(values[row, j]), "a finite number")
    return names, values


def _sorted_levels(texts: Sequence[str]) -> tuple[str, ...]:
    found = set(texts)
    if all(is_number(plain_text(text)) for text in found):
        return tuple(sorted(found, key=lambda text: (float(plain_text(text)), text)))
    return tuple(sorted(found))


def _level(value: object) -> str:
    """Return the text of a level as a file would hold it."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
