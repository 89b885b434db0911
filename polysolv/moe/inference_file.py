"""Covariance, intervals, draws and tests of a fit as JSON, and read back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from polysolv.errors import InputError, require_integer
from polysolv.moe.bootstrap import KINDS, Bootstrap
from polysolv.moe.coordinates import coordinate_names
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.inference import Inference
from polysolv.moe.intervals import METHODS, Intervals, check_level
from polysolv.moe.json_reader import JsonReader
from polysolv.moe.likelihood import Array
from polysolv.moe.likelihood_ratio import LikelihoodRatioTest

_PARTS = ("estimates", "lower", "upper")
_INTERVALS = ("method", "level", "parameters", *_PARTS, "reference", "withheld", "notes", "centred")
_BOOTSTRAP = ("kind", "wanted", "seed", "failed", "vectors")
_TEST = ("k", "k_alternative", "statistic", "p_value", "null", "wanted", "failed", "seed")
_INFINITE = {"inf": math.inf, "-inf": -math.inf}
_MOST = 10**9


def covariance_to_data(covariance: Array | None) -> Any:
    """Return the matrix as JSON data, null where it is withheld."""
    return None if covariance is None else [_values(row) for row in covariance]


def read_covariance(read: JsonReader, value: object, k: int, d: int) -> Array | None:
    """Return the matrix of JSON data."""
    if value is None:
        return None
    size = k * (2 * d + 3)
    rows = [_array(read, "covariance", row, size) for row in read.sequence("covariance", value)]
    if len(rows) != size:
        raise InputError(f"{read.source}: covariance", len(rows), f"{size} rows")
    return np.array(rows)


def inference_to_data(found: Inference) -> dict[str, Any]:
    """Return the keys ``intervals``, ``bootstrap`` and ``lr_tests`` of a fit's JSON object."""
    draws = found.bootstrap
    return {
        "intervals": [_intervals(entry) for entry in found.intervals],
        "bootstrap": None
        if draws is None
        else {
            **{name: getattr(draws, name) for name in _BOOTSTRAP if name != "vectors"},
            "vectors": draws.vectors.tolist(),
        },
        "lr_tests": [
            {
                "k": test.k_null,
                "k_alternative": test.k_alternative,
                "statistic": test.statistic,
                "p_value": test.p_value,
                "null": list(test.null),
                **{name: getattr(test, name) for name in ("wanted", "failed", "seed")},
            }
            for test in found.tests
        ],
    }


def read_inference(read: JsonReader, data: dict[str, Any], model: FittedModel) -> Inference:
    """Return what the keys of a fit's JSON object hold; files written before they existed hold nothing.

    Args:
        read: checks with the name of the file.
        data: the object.
        model: the fit's.
    """
    intervals = read.sequence("intervals", data.get("intervals", []))
    tests = read.sequence("lr_tests", data.get("lr_tests", []))
    draws = data.get("bootstrap")
    return Inference(
        tuple(_read_intervals(read, entry, model) for entry in intervals),
        None if draws is None else _read_bootstrap(read, draws, model),
        tuple(_read_test(read, entry) for entry in tests),
    )


def _intervals(found: Intervals) -> dict[str, Any]:
    centred = found.centred
    return {
        "method": found.method,
        "level": found.level,
        "parameters": list(found.names),
        **{name: _values(getattr(found, name)) for name in _PARTS},
        "reference": found.reference,
        "withheld": {str(atom): why for atom, why in found.withheld.items()},
        "notes": list(found.notes),
        "centred": None if centred is None else dict(zip(_PARTS, map(_values, centred), strict=True)),
    }


def _read_intervals(read: JsonReader, value: object, model: FittedModel) -> Intervals:
    entry = read.keys("intervals", read.mapping("intervals", value), _INTERVALS)
    names = coordinate_names(model.k, model.d)
    if entry["method"] not in METHODS:
        raise InputError(f"{read.source}: intervals: method", entry["method"], ", ".join(METHODS))
    if read.strings("intervals: parameters", entry["parameters"]) != names:
        raise InputError(f"{read.source}: intervals: parameters", entry["parameters"], ", ".join(names))
    withheld = read.mapping("intervals: withheld", entry["withheld"])
    if not all(atom in map(str, range(model.k)) for atom in withheld):
        raise InputError(f"{read.source}: intervals: withheld", list(withheld), f"atoms 0 to {model.k - 1}")
    reference = entry["reference"]
    if reference is not None:
        require_integer(f"{read.source}: intervals: reference", reference, 0, model.k - 1)
    parts = _parts(read, entry, len(names))
    centred = entry["centred"]
    if centred is not None:
        there = read.keys("intervals: centred", read.mapping("intervals: centred", centred), _PARTS)
        centred = _parts(read, there, len(names))
    return Intervals(
        entry["method"],
        check_level(entry["level"], f"{read.source}: intervals: level"),
        tuple(names),
        *parts,
        reference,
        {int(atom): str(why) for atom, why in withheld.items()},
        tuple(read.strings("intervals: notes", entry["notes"])),
        centred,
    )


def _parts(read: JsonReader, entry: dict[str, Any], size: int) -> tuple[Array, Array, Array]:
    estimates, lower, upper = (_array(read, f"intervals: {name}", entry[name], size) for name in _PARTS)
    return estimates, lower, upper


def _read_bootstrap(read: JsonReader, value: object, model: FittedModel) -> Bootstrap:
    entry = read.keys("bootstrap", read.mapping("bootstrap", value), _BOOTSTRAP)
    if entry["kind"] not in KINDS:
        raise InputError(f"{read.source}: bootstrap: kind", entry["kind"], ", ".join(KINDS))
    counts = {name: _count(read, f"bootstrap: {name}", entry[name]) for name in ("wanted", "seed", "failed")}
    size = model.vector.size
    listed = read.sequence("bootstrap: vectors", entry["vectors"])
    rows = [read.numbers("bootstrap: vectors", row) for row in listed]
    if any(len(row) != size for row in rows):
        raise InputError(f"{read.source}: bootstrap: vectors", "rows of another length", f"{size} numbers")
    vectors = np.array(rows, dtype=np.float64).reshape(len(rows), size)
    return Bootstrap(entry["kind"], counts["wanted"], counts["seed"], vectors, counts["failed"])


def _read_test(read: JsonReader, value: object) -> LikelihoodRatioTest:
    entry = read.keys("lr_tests", read.mapping("lr_tests", value), _TEST)
    counts = {
        name: _count(read, f"lr_tests: {name}", entry[name])
        for name in ("k", "k_alternative", "wanted", "failed", "seed")
    }
    return LikelihoodRatioTest(
        counts["k"],
        counts["k_alternative"],
        read.number("lr_tests: statistic", entry["statistic"]),
        tuple(sorted(read.numbers("lr_tests: null", entry["null"]))),
        counts["wanted"],
        counts["failed"],
        counts["seed"],
    )


def _count(read: JsonReader, key: str, value: object) -> int:
    return require_integer(f"{read.source}: {key}", value, 0, max(_MOST, 2**32))


def _values(array: Array) -> list[Any]:
    """Return numbers as JSON has them: null for NaN, and the names of the infinite ones."""
    return [
        None if math.isnan(value) else value if math.isfinite(value) else f"{value:g}"
        for value in array.tolist()
    ]


def _array(read: JsonReader, key: str, value: object, size: int) -> Array:
    entries = [
        math.nan
        if entry is None
        else _INFINITE[entry]
        if entry in ("inf", "-inf")
        else read.number(key, entry)
        for entry in read.sequence(key, value)
    ]
    if len(entries) != size:
        raise InputError(f"{read.source}: {key}", len(entries), f"{size} numbers")
    return np.array(entries)
