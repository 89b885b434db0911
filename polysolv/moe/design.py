"""The noun `Design`: the covariates that a formula makes of the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.csv_data import CsvData, RowWeights, require_rows, row_weights
from polysolv.moe.data_table import DataTable
from polysolv.moe.fields import AS_FITTED, MISSING_FIELDS, RESPONSE, is_number, plain_text
from polysolv.moe.formula import ParsedFormula, formulaic, in_formula, parsed, plain_response
from polysolv.moe.likelihood import Array, Mask

_CONTEXT = {"sqrt": np.sqrt, "abs": np.abs}
_MOST_COLUMNS = 1000


@dataclass(frozen=True)
class Design:
    """A formula with the levels that its categorical columns had in the data of the fit.

    Args:
        formula: such as "y ~ x + C(group)".
        levels: categorical column -> levels; the first one is the reference.
        gate: the formula of the gate, such as "~ z", or None where the gate has the same covariates.
    """

    formula: str
    levels: dict[str, tuple[str, ...]]
    gate: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Return the design as JSON data."""
        data = {"formula": self.formula, "levels": {name: list(found) for name, found in self.levels.items()}}
        return data if self.gate is None else data | {"gate": self.gate}

    def parsed(self, field: str = "--formula") -> ParsedFormula:
        """Return both formulas, checked."""
        return parsed(self.formula, field, self.gate)

    @classmethod
    def from_data(cls, data: object, source: str) -> Design:
        """Read a design; its formula is evaluated only if its factors are allowed."""
        field = f"{source}: formula"
        if not isinstance(data, Mapping) or set(data) - {"gate"} != {"formula", "levels"}:
            raise InputError(field, data, "null, or an object with keys formula and levels, and perhaps gate")
        levels = data["levels"]
        if not isinstance(data["formula"], str) or not isinstance(levels, Mapping):
            raise InputError(field, data, "a formula, and levels by column")
        gate = data.get("gate")
        if gate is not None and not isinstance(gate, str):
            raise InputError(f"{field}: gate", gate, "null or a formula")
        for name, found in levels.items():
            if not isinstance(found, list) or not found or not all(isinstance(level, str) for level in found):
                raise InputError(f"{field}: levels: {name}", found, "a non-empty array of text")
        return cls(data["formula"], {str(name): tuple(found) for name, found in levels.items()}, gate)

    def covariates(self, table: DataTable, missing: str) -> tuple[list[str], Array, Mask]:
        """Return names and values of the covariates, without rows that miss some, and which rows remain.

        Raises:
            InputError: naming column, line and value, also for a level that the fit has not seen.
        """
        asked = self.parsed()
        raw, gone, _ = _columns(table, asked.names, asked.categorical, self.levels, missing)
        rows = np.flatnonzero(~gone)
        made = _covariates(asked, raw, self.levels, lambda row: table.place_of_row(int(rows[row])))
        return made.names, made.X, ~gone

    def covariates_of(self, frame: Any) -> Array:
        """Return the covariates of a pandas data frame, shape (n, d)."""
        asked = self.parsed("formula")
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
        return _covariates(asked, raw, self.levels, lambda row: f"X: row {row + 1}").X


def designed(
    table: DataTable,
    formula: str,
    missing: str = "error",
    gate: str | None = None,
    weights: str | None = None,
) -> tuple[CsvData, Design]:
    """Return the data that a formula makes of a table, and the design that makes the same of another one.

    Args:
        table: the table.
        formula: such as "y ~ x + C(group)". A column of text is categorical by itself, one of numbers in
            C(...); the first level, in alphabetical or numerical order, is the reference.
        missing: "error" or "drop".
        gate: the formula of the gate, such as "~ z", if it has one of its own.
        weights: name of the column that says how often each row counts, if there is one.

    Raises:
        InputError: for a formula that is not allowed, or a field that does not fit it.
    """
    asked = parsed(formula, gate=gate)
    both = tuple(dict.fromkeys((*asked.response_names, *asked.names)))
    often = None if weights is None else row_weights(table, weights, missing, asked.response_names)
    raw, gone, longer = _columns(table, both, asked.categorical, None, missing, often, asked.response_names)
    none = 0 if often is None else int((~often.missing & (often.values == 0)).sum())
    text = [name for name in asked.response_names if not isinstance(raw[name], np.ndarray)]
    if text:
        raise InputError(f"{table.source}: column {text[0]!r}", raw[text[0]][0], "a numeric response")
    levels = {name: _sorted_levels(raw[name]) for name in asked.names if isinstance(raw[name], list)}
    rows = np.flatnonzero(~gone)

    def place(row: int) -> str:
        return table.place_of_row(int(rows[row]))

    made = _covariates(asked, raw, levels, place)
    names = made.names
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
    data = CsvData(
        made.X,
        y[:, 0].copy(),
        tuple(names),
        response,
        int(gone.sum()) - none,
        texts,
        table.note,
        None if often is None else often.values[~gone],
        made.gate,
        made.experts,
    )
    return data, Design(formula, levels, gate)


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
    often: RowWeights | None = None,
    responses: Sequence[str] = (),
) -> tuple[dict[str, Any], Mask, dict[str, dict[int, str]]]:
    """Return columns without rows that miss a value, texts as lists; which rows are out; longer texts.

    Rows that weigh nothing are out, too; ``responses`` are columns that cannot be categorical.
    """
    for name in names:
        table.index(name)
    texts = {
        name: [text.strip() for text in table.texts(name)]
        for name in names
        if name in (categorical if levels is None else levels) or (levels is None and table.is_text(name))
    }
    numeric = [name for name in names if name not in texts]

    def instead(name: str) -> str:
        if levels is not None:
            return AS_FITTED
        return RESPONSE if name in responses else f"a number (a categorical column is C({in_formula(name)}))"

    found_numbers = table.numbers(numeric, instead) if numeric else []
    numbers = dict(zip(numeric, found_numbers, strict=True))
    gaps = {name: np.array([t.lower() in MISSING_FIELDS for t in found]) for name, found in texts.items()}
    gaps |= {name: found.missing for name, found in numbers.items()}
    if missing == "error":
        for name in names:
            table.refuse_missing(name, gaps[name])
    gone: Mask = np.any(list(gaps.values()), axis=0)
    if often is not None:
        gone |= often.missing | (often.values == 0)
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


@dataclass(frozen=True)
class _Covariates:
    """Covariates of gate and experts, each once, with the places of both."""

    names: list[str]
    X: Array
    gate: tuple[int, ...] | None
    experts: tuple[int, ...] | None


def _covariates(
    asked: ParsedFormula, raw: Mapping[str, Any], levels: Mapping[str, Sequence[str]], place: Any
) -> _Covariates:
    names, X = _matrix(asked.terms, raw, levels, place)
    experts = tuple(range(len(names)))
    gate = None
    if asked.gate is not None:
        own, Z = _matrix(asked.gate, raw, levels, place)
        new = [j for j, name in enumerate(own) if name not in names]
        names, X = [*names, *(own[j] for j in new)], np.concatenate([X, Z[:, new]], axis=1)
        gate = tuple(sorted(names.index(name) for name in own))
    if not 0 < len(names) <= _MOST_COLUMNS:
        raise InputError("--formula", f"{len(names)} columns", f"from 1 to {_MOST_COLUMNS} covariates")
    return _Covariates(names, X, gate, None if gate is None else experts)


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
    module = formulaic()
    frame = pandas.DataFrame(columns)
    try:
        with np.errstate(all="ignore"):
            formula = module.Formula(terms)
            made = formula.get_model_matrix(frame, na_action="ignore", context=_CONTEXT, output="pandas")
    except module.errors.FactorEvaluationError:
        allowed = f"functions and arithmetic of numbers; {', '.join(map(in_formula, levels))}: categories"
        raise InputError("--formula", terms, allowed) from None
    made = made.drop(columns="Intercept", errors="ignore")
    names = [str(name) for name in made.columns]
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
