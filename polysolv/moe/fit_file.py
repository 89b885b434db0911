"""A fit as JSON: its record written whole, and read back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np

from polysolv.display.counted import counted
from polysolv.errors import InputError, require_integer
from polysolv.moe.checks import check_settings
from polysolv.moe.coordinates import Coordinates, coordinate_names
from polysolv.moe.covariate_relations import relations_from_data
from polysolv.moe.design import Design
from polysolv.moe.features import asked_structure
from polysolv.moe.fit_record import SETTINGS, FitRecord
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.inference_file import covariance_to_data, inference_to_data, read_covariance, read_inference
from polysolv.moe.json_reader import JsonReader
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import PARAMETERS, MixingMeasure
from polysolv.moe.standard_errors import StandardErrors
from polysolv.moe.structure import VARIANCES, Structure

SCHEMA = "polysolv/fit/1"
_NUMBERS = ("log_likelihood", "gradient_norm", "smallest_curvature", "entropy", "min_variance")
# As the command names a column, in Python's quotes.
_WEIGHTS = re.compile(r"column ('.*'|\".*\")", re.DOTALL)
_STATUSES = ("stationary", "rounding", "saddle", "iterations")
# Keys that files written before these existed lack.
_ADDED = (
    "spurious",
    "effective_rows",
    "gate_separated",
    "collinear",
    "resolution",
    "standardised",
    "relations",
    "formula",
    "covariance",
    "intervals",
    "bootstrap",
    "lr_tests",
    "gate_columns",
    "expert_columns",
    "weights",
)
_ADDED_SETTINGS = ("penalty", "variance", "gate_features", "expert_features")
_KEYS = (
    "schema",
    "settings",
    "data",
    "mixing_measure",
    *_NUMBERS,
    "n_iter",
    "status",
    "converged",
    "lower_bounds",
    "information_eigenvalues",
    "at_bound",
    "starts",
    "aic",
    "bic",
    "icl",
    "cells",
    "standard_errors",
    "warnings",
    *_ADDED,
)


def fit_to_data(fit: FitRecord) -> dict[str, Any]:
    """Return a fit as JSON data (schema ``polysolv/fit/1``)."""
    settings = dict(fit.settings)
    if isinstance(settings["init"], MixingMeasure):
        settings["init"] = settings["init"].to_dict()
    if settings["bounds"] is not None:
        settings["bounds"] = {name: _plain(pair) for name, pair in settings["bounds"].items()}
    for name in ("gate_features", "expert_features"):
        if settings[name] is not None:
            settings[name] = [int(f) if isinstance(f, Integral) else str(f) for f in settings[name]]
    seed = settings["random_state"]
    settings["random_state"] = int(seed) if isinstance(seed, Integral) else None
    x_names, y_name = fit.column_names
    errors = fit.standard_errors
    return {
        "schema": SCHEMA,
        "settings": settings,
        "data": {"n": fit.n_samples, "x": list(x_names), "y": y_name},
        "mixing_measure": fit.mixing_measure.to_dict(),
        **{name: float(getattr(fit, name)) for name in _NUMBERS},
        "n_iter": fit.n_iter,
        "status": fit.status,
        "converged": fit.converged,
        "lower_bounds": [float(value) for value in fit.lower_bounds],
        "information_eigenvalues": fit.information_eigenvalues.tolist(),
        "at_bound": fit.at_bound,
        "starts": [
            {"log_likelihood": float(value), "status": status, "spurious": spurious}
            for value, status, spurious in fit.starts
        ],
        "spurious": list(fit.spurious),
        "effective_rows": fit.effective_rows.tolist(),
        "gate_separated": fit.gate_separated,
        "gate_columns": [x_names[j] for j in fit.gate_columns],
        "expert_columns": [x_names[j] for j in fit.expert_columns],
        "collinear": [x_names[j] for j in fit.collinear],
        "weights": fit.weights,
        "resolution": fit.resolution,
        "standardised": {
            "x_mean": fit.model.coordinates.x_mean.tolist(),
            "x_scale": fit.model.coordinates.x_scale.tolist(),
            "y_mean": fit.model.coordinates.y_mean,
            "y_scale": fit.model.coordinates.y_scale,
            "vector": fit.model.vector.tolist(),
        },
        "aic": fit.aic,
        "bic": fit.bic,
        "icl": fit.icl,
        "cells": [list(cell) for cell in fit.inferred_cells],
        "standard_errors": {
            **{name: _with_null(getattr(errors, name)) for name in PARAMETERS},
            "reference": errors.reference,
            "withheld": {str(atom): reason for atom, reason in errors.withheld.items()},
            "centred": None
            if errors.centred is None
            else dict(zip(("beta0", "b"), map(_with_null, errors.centred), strict=True)),
        },
        "warnings": fit.warnings,
        "relations": fit.covariate_relations.to_data(x_names),
        "formula": None if fit.formula is None else fit.formula.to_data(),
        "covariance": covariance_to_data(fit.covariance),
        **inference_to_data(fit.inference),
    }


def fit_from_data(data: object, source: str = "fit") -> FitRecord:
    """Return the fit of JSON data.

    Raises:
        InputError: naming the key, for another schema, an unknown, missing or impossible entry.
    """
    read = _Reader(source)
    data = read.mapping("fit", data)
    if data.get("schema") != SCHEMA:
        raise InputError(f"{source}: schema", data.get("schema"), SCHEMA)
    read.keys("fit", data, _KEYS, optional=_ADDED)
    settings = read.mapping("settings", data["settings"])
    settings = read.keys("settings", settings, SETTINGS, optional=_ADDED_SETTINGS)
    settings = {name: settings.get(name) for name in SETTINGS}
    settings["variance"] = read.variance(settings["variance"])
    init = settings["init"]
    if isinstance(init, Mapping):
        settings["init"] = MixingMeasure.from_dict(init, f"{source}: settings: init")
    about = read.keys("data", read.mapping("data", data["data"]), ("n", "x", "y"))
    G = MixingMeasure.from_dict(data["mixing_measure"], f"{source}: mixing_measure")
    k, d = G.k, G.d
    if settings["n_experts"] != k:
        raise InputError(f"{source}: settings: n_experts", settings["n_experts"], f"the number of atoms, {k}")
    n_samples = read.count(about["n"])
    names = read.strings("x", about["x"])
    if len(names) != d or not isinstance(about["y"], str):
        raise InputError(f"{source}: data", about, f"{counted(d, 'name')} for x and one for y")
    numbers: dict[str, Any] = {name: read.number(name, data[name]) for name in _NUMBERS}
    n_iter = require_integer(f"{source}: n_iter", data["n_iter"], 0, 10**12)
    if data["status"] not in _STATUSES:
        raise InputError(f"{source}: status", data["status"], ", ".join(_STATUSES))
    if not isinstance(data["converged"], bool):
        raise InputError(f"{source}: converged", data["converged"], "true or false")
    lower_bounds = read.numbers("lower_bounds", data["lower_bounds"])
    eigenvalues = np.array(read.numbers("information_eigenvalues", data["information_eigenvalues"]))
    coordinates = coordinate_names(k, d)
    at_bound = read.strings("at_bound", data["at_bound"])
    for name in at_bound:
        if name not in coordinates:
            raise InputError(f"{source}: at_bound", name, "names of coordinates such as sigma[0]")
    read.criteria(data)
    starts = [read.start(entry) for entry in read.sequence("starts", data["starts"])]
    if not starts:
        raise InputError(f"{source}: starts", [], "at least one start")
    cells = [tuple(read.sequence("cells", cell)) for cell in read.sequence("cells", data["cells"])]
    if sorted(i for cell in cells for i in cell) != list(range(k)):
        raise InputError(f"{source}: cells", data["cells"], f"a partition of the atoms 0 to {k - 1}")
    # Refuses what is no column.
    asked_structure(settings["gate_features"], settings["expert_features"], settings["variance"], d, names)
    read.settings(settings, d)
    added = read.added(data, G, names)
    return FitRecord(
        settings=settings,
        n_samples=n_samples,
        column_names=(tuple(names), about["y"]),
        mixing_measure=G,
        **numbers,
        n_iter=n_iter,
        status=data["status"],
        converged=data["converged"],
        lower_bounds=lower_bounds,
        information_eigenvalues=eigenvalues,
        at_bound=at_bound,
        starts=starts,
        **added,
        inferred_cells=cells,
        standard_errors=read.errors(data["standard_errors"], k, d),
        warnings=read.strings("warnings", data["warnings"]),
        covariate_relations=relations_from_data(data.get("relations"), d, source),
        formula=None if data.get("formula") is None else Design.from_data(data["formula"], source),
        weights=read.weights(data.get("weights")),
        covariance=read_covariance(read, data.get("covariance"), k, d),
        inference=read_inference(read, data, added["model"]),
    )


def fit_from_json(text: str, source: str = "fit") -> FitRecord:
    """Return the fit of JSON text."""
    return fit_from_data(parse_json(text, source), source)


def parse_json(text: str, source: str) -> Any:
    """Return the value of JSON text, or raise :class:`polysolv.errors.InputError` naming ``source``."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(source, str(error), "JSON text") from None


class _Reader(JsonReader):
    """Checks of the entries of a fit."""

    def variance(self, value: object) -> str:
        if value not in (None, *VARIANCES):
            raise InputError(f"{self.source}: settings: variance", value, ", ".join(VARIANCES))
        return str(value or VARIANCES[0])

    def count(self, value: object) -> int | float:
        """Return a number of rows; a sum of weights need not be an integer."""
        if isinstance(value, float) and 0 < value < 1e15 and not value.is_integer():
            return value
        return require_integer(f"{self.source}: n", value, 1, 10**15)

    def weights(self, value: object) -> str | None:
        if value is None or value == "sample_weight":
            return None if value is None else "sample_weight"
        if not isinstance(value, str) or not _WEIGHTS.fullmatch(value):
            raise InputError(f"{self.source}: weights", value, "null, sample_weight, or column 'name'")
        return value

    def criteria(self, data: dict[str, Any]) -> None:
        """Refuse criteria that are no numbers; they are computed anew from the likelihood."""
        for name in ("aic", "bic", "icl"):
            self.number(name, data[name])

    def settings(self, settings: dict[str, Any], d: int) -> None:
        """Refuse settings with which no fit of d covariates can have been made."""
        try:
            check_settings({**settings, "device": "cpu"}, d)
        except InputError as error:
            raise InputError(f"{self.source}: settings: {error.field}", error.value, error.allowed) from None

    def columns(self, key: str, value: object, names: list[str], left_out: list[str]) -> tuple[int, ...]:
        """Return columns by number; a file without them is one of a fit with all that are not left out."""
        if value is None:
            return tuple(j for j, name in enumerate(names) if name not in left_out)
        found = self.strings(key, value)
        for name in found:
            if name not in names:
                raise InputError(f"{self.source}: {key}", name, ", ".join(names))
        return tuple(sorted(names.index(name) for name in found))

    def start(self, value: object) -> tuple[float, str, bool]:
        entry = self.mapping("starts", value)
        # Its name before spurious ends were recognised by more than the floor.
        flag = "at_variance_floor" if "at_variance_floor" in entry else "spurious"
        entry = self.keys("starts", entry, ("log_likelihood", "status", flag))
        value_there = self.number("starts", entry["log_likelihood"])
        if entry["status"] not in _STATUSES:
            raise InputError(f"{self.source}: starts: status", entry["status"], ", ".join(_STATUSES))
        if not isinstance(entry[flag], bool):
            raise InputError(f"{self.source}: starts: {flag}", entry[flag], "true or false")
        return value_there, entry["status"], entry[flag]

    def added(self, data: dict[str, Any], G: MixingMeasure, names: list[str]) -> dict[str, Any]:
        """Return the entries that older files lack."""
        k = G.k
        spurious = tuple(self.sequence("spurious", data.get("spurious", [])))
        if not all(type(i) is int and 0 <= i < k for i in spurious):
            raise InputError(f"{self.source}: spurious", list(spurious), f"atoms 0 to {k - 1}")
        separated = data.get("gate_separated", False)
        if not isinstance(separated, bool):
            raise InputError(f"{self.source}: gate_separated", separated, "true or false")
        rows = self.numbers("effective_rows", data.get("effective_rows", []))
        if len(rows) not in (0, k):
            raise InputError(f"{self.source}: effective_rows", rows, f"one number for each of {k} atoms")
        left_out = self.strings("collinear", data.get("collinear", []))
        for name in left_out:
            if name not in names:
                raise InputError(f"{self.source}: collinear", name, ", ".join(names))
        collinear = tuple(names.index(name) for name in left_out)
        gate, experts = (
            self.columns(key, data.get(key), names, left_out) for key in ("gate_columns", "expert_columns")
        )
        if not gate and not experts:
            raise InputError(f"{self.source}: gate_columns", [], "a column in the gate or in the experts")
        return {
            "spurious": spurious,
            "effective_rows": np.array(rows or [np.nan] * k),
            "gate_separated": separated,
            "gate_columns": gate,
            "expert_columns": experts,
            "collinear": collinear,
            "resolution": self.number("resolution", data.get("resolution", 0.0)),
            "model": self.model(data.get("standardised"), G, Structure(gate, experts).used),
        }

    def model(self, value: object, G: MixingMeasure, kept: tuple[int, ...]) -> FittedModel:
        size = len(kept)
        if value is None:
            units = Coordinates(np.zeros(size), np.ones(size), 0.0, 1.0)
            return FittedModel(units, units.inward(G.columns(kept)), G.k, kept, G.d)
        entry = self.keys(
            "standardised",
            self.mapping("standardised", value),
            ("x_mean", "x_scale", "y_mean", "y_scale", "vector"),
        )
        arrays = {
            name: np.array(self.numbers(f"standardised: {name}", entry[name]))
            for name in ("x_mean", "x_scale", "vector")
        }
        for name, wanted in (("x_mean", size), ("x_scale", size), ("vector", G.k * (2 * size + 3))):
            if arrays[name].size != wanted:
                raise InputError(
                    f"{self.source}: standardised: {name}", arrays[name].size, f"{wanted} numbers"
                )
        y_mean, y_scale = (
            self.number(f"standardised: {name}", entry[name]) for name in ("y_mean", "y_scale")
        )
        if y_scale <= 0 or (arrays["x_scale"] <= 0).any():
            raise InputError(
                f"{self.source}: standardised", "a scale that is not positive", "positive scales"
            )
        units = Coordinates(arrays["x_mean"], arrays["x_scale"], y_mean, y_scale)
        return FittedModel(units, arrays["vector"], G.k, kept, G.d)

    def errors(self, value: object, k: int, d: int) -> StandardErrors:
        names = (*PARAMETERS, "reference", "withheld", "centred")
        entry = self.mapping("standard_errors", value)
        entry = self.keys("standard_errors", entry, names, optional=("centred",))
        arrays = {
            name: self.array(name, entry[name], (k, d) if name in ("beta1", "a") else (k,))
            for name in PARAMETERS
        }
        centred = None
        if entry.get("centred") is not None:
            there = self.keys("centred", self.mapping("centred", entry["centred"]), ("beta0", "b"))
            centred = (self.array("beta0", there["beta0"], (k,)), self.array("b", there["b"], (k,)))
        withheld = self.mapping("withheld", entry["withheld"])
        if not all(atom in map(str, range(k)) for atom in withheld):
            raise InputError(f"{self.source}: withheld", list(withheld), f"atoms 0 to {k - 1}")
        reference = entry["reference"]
        if reference is not None:
            reference = require_integer(f"{self.source}: reference", reference, 0, k - 1)
        reasons = {int(atom): str(reason) for atom, reason in withheld.items()}
        return StandardErrors(**arrays, reference=reference, withheld=reasons, centred=centred)

    def array(self, name: str, value: object, shape: tuple[int, ...]) -> Array:
        """Return an array of standard errors, null as NaN."""
        field = f"{self.source}: standard_errors: {name}"
        try:
            array = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise InputError(field, value, "numbers or null") from None
        if array.shape != shape:
            raise InputError(field, array.shape, f"shape {shape}")
        return array


def _plain(pair: Any) -> list[Any]:
    return [
        _with_null(np.where(np.isinf(end), np.nan, end)) for end in (np.asarray(e, dtype=float) for e in pair)
    ]


def _with_null(array: Any) -> Any:
    """Return nested lists in which NaN has become None, as JSON has no NaN."""
    if isinstance(array, np.ndarray):
        array = array.tolist()
    if isinstance(array, list):
        return [_with_null(entry) for entry in array]
    return None if math.isnan(array) else array
