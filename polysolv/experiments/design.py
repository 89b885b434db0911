"""The noun `Design`: everything that the numbers of a sweep depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.sizes import check_sizes
from polysolv.experiments.truths import PATHS, truth_at
from polysolv.moe import MixingMeasure
from polysolv.moe.coordinates import check_bounds, interval
from polysolv.moe.covariates import covariate_law
from polysolv.moe.diagnostics import parameter_count
from polysolv.moe.mixing_measure import PARAMETERS
from polysolv.moe.rows.row_stream import check_shape

SCHEMA = "polysolv/sweep-settings/1"
# Settings that older folders do not hold, and that are left out where they have their default.
_LATER = ("m_true", "stream", "fewer")
ESTIMATOR_OPTIONS = {"tol": 1e-8, "max_iter": 1000, "method": "auto", "min_variance": None}


@dataclass(frozen=True)
class Design:
    """A sweep's settings.

    Args:
        truth: true measure G*, k* atoms.
        k: number of fitted experts, at least k*.
        sizes: sample sizes, ascending.
        replicates: data sets for each size.
        seed: root of all randomness.
        covariates: law of x, see :func:`polysolv.moe.covariates.covariate_law`.
        cells: expected cell size of each true atom (their sum is k), or None for any without an empty cell.
        near_starts, random_starts: number of starts near the truth and of the estimator's own starts.
        spread: size of the perturbation of a start near the truth, in natural units.
        path, path_scale: whether and how the truth moves with n, see
            :func:`polysolv.experiments.truths.truth_at`.
        bounds: compact box of the estimator, or None.
        options: the estimator's tol, max_iter, method, min_variance.
        m_true: for the path "merge", how many true atoms come together in the moving cell; else None.
        stream: whether rows are made from counters when they are needed, and never stored.
        fewer: (n, count): sizes of n rows or more have no more than ``count`` replicates; None for none.

    Build it with :func:`make_design`, which checks.
    """

    truth: MixingMeasure
    k: int
    sizes: tuple[int, ...]
    replicates: int
    seed: int
    covariates: str
    cells: tuple[int, ...] | None
    near_starts: int
    random_starts: int
    spread: float
    path: str
    path_scale: float
    bounds: dict[str, list[float | None]] | None
    options: dict[str, Any]
    m_true: int | None = None
    stream: bool = False
    fewer: tuple[int, int] | None = None

    @property
    def excess(self) -> int:
        """Number k - k* of excess experts."""
        return self.k - self.truth.k

    @property
    def jobs(self) -> list[tuple[int, int]]:
        """All pairs (index of the size, replicate): replicate by replicate, the largest size first."""
        sizes = range(len(self.sizes))
        return [(i, r) for r in range(self.replicates) for i in reversed(sizes) if r < self.count(i)]

    def count(self, index: int) -> int:
        """Return the number of replicates of a size."""
        many = self.fewer is not None and self.sizes[index] >= self.fewer[0]
        return min(self.replicates, self.fewer[1]) if many and self.fewer is not None else self.replicates

    def to_data(self) -> dict[str, Any]:
        """Return the settings as JSON data."""
        data: dict[str, Any] = {"schema": SCHEMA}
        for field in fields(self):
            value = getattr(self, field.name)
            data[field.name] = value.to_dict() if isinstance(value, MixingMeasure) else value
        data["sizes"] = list(self.sizes)
        data["cells"] = None if self.cells is None else list(self.cells)
        # Settings without them keep their digest.
        if self.m_true is None:
            del data["m_true"]
        if not self.stream:
            del data["stream"]
        if self.fewer is None:
            del data["fewer"]
        else:
            data["fewer"] = list(self.fewer)
        return data

    def to_json(self) -> str:
        """Return the settings as JSON text."""
        return json.dumps(self.to_data(), indent=2, allow_nan=False) + "\n"

    def digest(self) -> str:
        """Return the SHA-256 digest of the settings in canonical JSON."""
        text = json.dumps(self.to_data(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, source: str) -> Design:
        """Read settings back, checking everything again; ``source`` names the file in messages."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(source, str(error), "JSON text") from None
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, dict) else type(data).__name__
            raise InputError(f"{source}: schema", found, SCHEMA)
        names = [field.name for field in fields(cls) if field.name not in _LATER or field.name in data]
        if set(data) != {"schema", *names}:
            raise InputError(f"{source}: keys", sorted(set(data) ^ {"schema", *names}), "those of a sweep")
        given = {name: data[name] for name in names}
        given["truth"] = MixingMeasure.from_dict(given["truth"], f"{source}: truth")
        return make_design(**given)


def make_design(
    truth: MixingMeasure,
    k: int,
    sizes: Sequence[int],
    replicates: int = 40,
    seed: int = 0,
    covariates: str = "uniform:-1:1",
    cells: Sequence[int] | None = None,
    near_starts: int = 1,
    random_starts: int = 0,
    spread: float = 0.1,
    path: str = "fixed",
    path_scale: float = 1.0,
    bounds: Mapping[str, Any] | str | None = "truth",
    options: Mapping[str, Any] | None = None,
    m_true: int | None = None,
    stream: bool = False,
    fewer: Sequence[int] | None = None,
) -> Design:
    """Check the settings of a sweep and return them; see :class:`Design` for the arguments.

    ``bounds`` may be "truth", for :func:`box_around` the truth.

    Raises:
        InputError: naming the argument that is not allowed.
    """
    if not isinstance(truth, MixingMeasure):
        raise InputError("truth", type(truth).__name__, "a MixingMeasure")
    k = require_integer("k", k, truth.k, 50)
    checked_sizes = check_sizes(sizes, "sizes", parameter_count(k, truth.d))
    replicates = require_integer("replicates", replicates, 1, 10**6)
    seed = require_integer("seed", seed, 0, 2**128)
    covariate_law(_text("covariates", covariates), truth.d, "covariates")
    if path not in PATHS:
        raise unknown_name("path", path, list(PATHS))
    if path == "merge":
        m_true = require_integer("m_true", 2 if m_true is None else m_true, 2, 6)
    elif m_true is not None:
        raise InputError("m_true", m_true, "nothing unless the path is merge")
    if cells is None and path != "fixed":
        cells = (k - truth.k + 1,) + (1,) * (truth.k - 1)
    checked_cells = None if cells is None else _cells(cells, truth.k, k)
    near_starts = require_integer("near_starts", near_starts, 0, 10_000)
    random_starts = require_integer("random_starts", random_starts, 0, 10_000)
    if near_starts + random_starts == 0:
        raise InputError("random_starts", 0, "at least one start, near the truth or random")
    box = box_around(truth, k) if bounds == "truth" else bounds
    if isinstance(box, str):
        raise InputError("bounds", box, "'truth', None or a mapping")
    check_bounds(box, truth.d)
    design = Design(
        truth,
        k,
        checked_sizes,
        replicates,
        seed,
        covariates,
        checked_cells,
        near_starts,
        random_starts,
        _positive("spread", spread),
        path,
        _positive("path_scale", path_scale),
        None if box is None else {name: _pair(name, pair, truth.d) for name, pair in box.items()},
        _options(options),
        m_true,
        _flag("stream", stream),
        _fewer(fewer),
    )
    moving = truth
    if path != "fixed" and checked_cells is not None:
        moving = truth_at(path, truth, checked_cells, checked_sizes[0], design.path_scale, m_true)
    if stream:
        check_shape(max(k, moving.k), truth.d, "k", "truth: covariates")
        if design.options["method"] == "em":
            raise InputError("method", "em", "auto or newton with stream: EM would pass over all rows often")
    return design


def box_around(truth: MixingMeasure, k: int) -> dict[str, list[float]]:
    """Return a compact box with the truth well inside, which keeps every weight away from 0.

    Intercepts of the gate may differ by the range of the true ones plus log(k) + 2, so the smallest fitted
    weight is at least e^-(range + log k + 2) times the largest.
    """
    reach = {
        "beta1": 3.0,
        "a": 3.0 * float(np.sqrt(truth.sigma.max())),
        "b": 3.0 * float(np.sqrt(truth.sigma.max())),
    }
    box = {
        "beta0": [float(truth.beta0.min()) - float(np.log(k)) - 1.0, float(truth.beta0.max()) + 1.0],
        "sigma": [float(truth.sigma.min()) / 10.0, float(truth.sigma.max()) * 10.0],
    }
    for name, distance in reach.items():
        values = getattr(truth, name)
        box[name] = [float(values.min()) - distance, float(values.max()) + distance]
    return {name: box[name] for name in PARAMETERS}


def _cells(cells: Sequence[int], k_true: int, k: int) -> tuple[int, ...]:
    allowed = f"{k_true} cell sizes, each at least 1, with sum k = {k}"
    if isinstance(cells, str) or not isinstance(cells, Sequence) or len(cells) != k_true:
        raise InputError("cells", cells, allowed)
    checked = tuple(require_integer("cells", size, 1, k) for size in cells)
    if sum(checked) != k:
        raise InputError("cells", checked, allowed)
    return checked


def _options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    if options is not None and not isinstance(options, Mapping):
        raise InputError("options", options, "a mapping of the estimator's options")
    given = dict(options or {})
    for name in given:
        if name not in ESTIMATOR_OPTIONS:
            raise unknown_name("options", name, list(ESTIMATOR_OPTIONS))
    merged = {**ESTIMATOR_OPTIONS, **given}
    require_integer("max_iter", merged["max_iter"], 1, 10**9)
    _positive("tol", merged["tol"])
    if merged["min_variance"] is not None:
        _positive("min_variance", merged["min_variance"])
    if merged["method"] not in ("auto", "newton", "em"):
        raise unknown_name("method", merged["method"], ["auto", "newton", "em"])
    return merged


def _pair(name: str, pair: Any, d: int) -> list[float | None]:
    """Return a pair of scalars (None for no limit), as it goes into JSON."""
    low, high = interval(name, pair, d)
    if low.min() != low.max() or high.min() != high.max():
        raise InputError(f"bounds[{name!r}]", pair, "one pair of numbers for all coordinates")
    return [float(end[0]) if np.isfinite(end[0]) else None for end in (low, high)]


def _positive(field: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool | str) or not 0.0 < number < float("inf"):
        raise InputError(field, value, "a positive number")
    return number


def _fewer(pair: Sequence[int] | None) -> tuple[int, int] | None:
    if pair is None:
        return None
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise InputError("fewer", pair, "a pair (n, count), or None")
    rows = require_integer("fewer: n", pair[0], 1, 10**9)
    return rows, require_integer("fewer: count", pair[1], 1, 10**6)


def _flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(field, value, "true or false")
    return value


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(field, value, "a text such as uniform:-1:1")
    return value
