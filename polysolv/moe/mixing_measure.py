"""The mixing measure: the parameters of a softmax-gated Gaussian mixture of experts, and what they imply."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from polysolv.display.counted import counted
from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.moe import likelihood
from polysolv.moe.likelihood import Array, Indices

if TYPE_CHECKING:
    from polysolv.moe.rows.row_stream import RowStream

SCHEMA = "polysolv/mixing-measure/1"
PARAMETERS = ("beta0", "beta1", "a", "b", "sigma")
_MAX_ATOMS = 1000
_SHOWN_ATOMS = 40


@dataclass(eq=False, repr=False)
class MixingMeasure(RichDisplay):
    """G = sum_i exp(beta0_i) delta_(beta1_i, a_i, b_i, sigma_i), the parameters of k experts.

    Args:
        beta0: gate intercepts, shape (k,).
        beta1: gate slopes, shape (k, d).
        a: slopes of the expert means, shape (k, d).
        b: intercepts of the expert means, shape (k,).
        sigma: VARIANCES of the experts, shape (k,), all positive.

    Raises:
        InputError: for a wrong shape, an entry that is not finite, or a variance that is not positive.

    The conditional density of the response y given x is
    sum_i softmax_i(beta1_i.x + beta0_i) N(y; a_i.x + b_i, sigma_i). The arrays are read-only; ``repr`` and
    the JSON form round-trip exactly (floats are written with the digits that identify them).

    >>> G = MixingMeasure(beta0=[0.3, 0], beta1=[[1], [0]], a=[[1.5], [-1.5]], b=[1, -1], sigma=[0.4, 0.3])
    >>> G.k, G.d
    (2, 1)
    >>> print(G.density([[0.0]], [1.0]).round(6))
    [0.362743]
    >>> MixingMeasure.from_json(G.to_json()) == G
    True
    """

    beta0: Array
    beta1: Array
    a: Array
    b: Array
    sigma: Array

    def __init__(
        self, beta0: ArrayLike, beta1: ArrayLike, a: ArrayLike, b: ArrayLike, sigma: ArrayLike
    ) -> None:
        given = zip(PARAMETERS, (beta0, beta1, a, b, sigma), strict=True)
        arrays = {name: _numbers(name, value) for name, value in given}
        if arrays["beta0"].ndim != 1 or not 1 <= arrays["beta0"].size <= _MAX_ATOMS:
            raise InputError("beta0", arrays["beta0"].shape, f"shape (k,) with k from 1 to {_MAX_ATOMS}")
        k = arrays["beta0"].size
        if arrays["beta1"].ndim != 2 or arrays["beta1"].shape[0] != k or arrays["beta1"].shape[1] < 1:
            raise InputError("beta1", arrays["beta1"].shape, f"shape (k, d) = ({k}, d) with d at least 1")
        d = arrays["beta1"].shape[1]
        for name, shape in {"a": (k, d), "b": (k,), "sigma": (k,)}.items():
            if arrays[name].shape != shape:
                raise InputError(name, arrays[name].shape, f"shape {shape}, to agree with beta0 and beta1")
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise InputError(name, float(array[~np.isfinite(array)].flat[0]), "finite numbers")
            if name == "sigma" and (array <= 0).any():
                raise InputError(name, float(array[array <= 0][0]), "positive variances")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def k(self) -> int:
        """Number of atoms."""
        return int(self.beta0.size)

    @property
    def d(self) -> int:
        """Dimension of the covariate."""
        return int(self.beta1.shape[1])

    @property
    def weights(self) -> Array:
        """The weights exp(beta0), shape (k,)."""
        weights: Array = np.exp(self.beta0)
        return weights

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MixingMeasure):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in PARAMETERS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name).tobytes() for name in PARAMETERS))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name).tolist()!r}" for name in PARAMETERS)
        return f"MixingMeasure({inside})"

    def _display(self) -> Tables:
        columns = {"weight": self.weights, **{name: getattr(self, name) for name in PARAMETERS}}
        headers = ["atom"]
        for name in columns:
            split = self.d > 1 and name in ("beta1", "a")
            headers += [f"{name}[{j}]" for j in range(self.d)] if split else [name]
        rows = [
            [str(i), *(f"{v:.6g}" for values in columns.values() for v in np.ravel(values[i]))]
            for i in range(min(self.k, _SHOWN_ATOMS))
        ]
        notes = ["weight = exp(beta0); sigma is a variance"]
        notes += [f"and {self.k - len(rows)} more atoms"] if self.k > len(rows) else []
        return [Grid(f"mixing measure of {counted(self.k, 'atom')}, d = {self.d}", headers, rows)], notes

    def __reduce__(self) -> tuple[Any, ...]:
        return (MixingMeasure, tuple(np.array(getattr(self, name)) for name in PARAMETERS))

    def density(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the conditional density of each ``y`` given its row of ``X``, shape (n,)."""
        density: Array = np.exp(self.log_density(X, y))
        return density

    def log_density(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the log conditional density of each row, shape (n,)."""
        Z, response = self._rows(X, y)
        return likelihood.log_density(self._vector(), self.k, Z, response)

    def log_likelihood(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return the conditional log-likelihood, summed over the rows."""
        return float(self.log_density(X, y).sum())

    def gate(self, X: ArrayLike) -> Array:
        """Return the gate probabilities, shape (n, k)."""
        probabilities: Array = np.exp(likelihood.log_softmax(self._packed()[0] @ self._design(X))).T
        return probabilities

    def means(self, X: ArrayLike) -> Array:
        """Return the mean of each expert at each row, shape (n, k)."""
        means: Array = (self._packed()[1] @ self._design(X)).T
        return means

    def responsibilities(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the posterior probability of each expert given the row, shape (n, k)."""
        Z, response = self._rows(X, y)
        return likelihood.responsibilities(self._vector(), self.k, Z, response).T

    def score(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the gradient of :meth:`log_likelihood`.

        Args:
            X: covariates, shape (n, d).
            y: responses, shape (n,).

        Returns:
            A vector of length k (2 d + 3) in the order beta0, beta1 (row by row), a (row by row), b, sigma.
        """
        Z, response = self._rows(X, y)
        found = likelihood.evaluate(self._vector(), self.k, Z, response, second=False)
        if not found.finite:
            raise InputError("y", float(np.abs(response).max()), "responses at which the score is finite")
        return self._reorder(found.gradient / self._slopes())

    def hessian(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the second derivatives of :meth:`log_likelihood`, in the order of :meth:`score`."""
        return self.derivatives(X, y)[2]

    def derivatives(self, X: ArrayLike, y: ArrayLike) -> tuple[float, Array, Array]:
        """Return log-likelihood, score and Hessian, in one pass over the rows."""
        Z, response = self._rows(X, y)
        found = likelihood.evaluate(self._vector(), self.k, Z, response)
        if not found.finite or found.hessian is None:
            raise InputError("y", float(np.abs(response).max()), "responses at which the Hessian is finite")
        slopes = self._slopes()
        # From log variances to variances: d2/ds2 picks up the second derivative of log, -1/sigma^2.
        matrix = found.hessian / np.outer(slopes, slopes)
        last = np.arange(slopes.size - self.k, slopes.size)
        matrix[last, last] -= found.gradient[last] / self.sigma**2
        order = natural_order(self.k, self.d)
        return found.value, self._reorder(found.gradient / slopes), matrix[np.ix_(order, order)]

    def sample(
        self,
        n: int,
        x: ArrayLike | Callable[[int, np.random.Generator], ArrayLike] | None = None,
        seed: int | np.random.Generator | None = None,
    ) -> tuple[Array, Array]:
        """Draw n rows from the model.

        Args:
            n: number of rows, at least 1.
            x: covariates of shape (n, d) (or (n,) if d = 1), a callable ``x(n, rng)`` that returns them, or
                None for independent uniform covariates on [-1, 1].
            seed: integer, numpy Generator, or None for a fresh one.

        Returns:
            X of shape (n, d) and y of shape (n,).
        """
        n = require_integer("n", n, 1, 10**9)
        rng = _generator(seed)
        if x is None:
            X = rng.uniform(-1.0, 1.0, size=(n, self.d))
        else:
            X = _numbers("x", x(n, rng) if callable(x) else x)
            X = X[:, None] if X.ndim == 1 and self.d == 1 else X
            if X.shape != (n, self.d):
                raise InputError("x", X.shape, f"covariates of shape ({n}, {self.d})")
        cumulative = np.cumsum(self.gate(X), axis=1)
        chosen = np.minimum((rng.random(n)[:, None] > cumulative).sum(axis=1), self.k - 1)
        noise = rng.standard_normal(n)
        y = np.einsum("nd,nd->n", X, self.a[chosen]) + self.b[chosen] + np.sqrt(self.sigma[chosen]) * noise
        return X, y

    def rows(
        self, seed: int = 0, replicate: int = 0, x: str = "uniform:-1:1", n: int | None = None
    ) -> RowStream:
        """Return rows of the model that are made when they are asked for, and never stored.

        Args:
            seed: from 0 to 2^64 - 1.
            replicate: number of the data set, from 0 to 2^32 - 1.
            x: law of the covariates: ``uniform:LOW:HIGH``, ``normal:MEAN:SD``, or ``linspace:LOW:HIGH``
                (d = 1).
            n: number of rows; only "linspace" needs it.

        Returns:
            the stream; ``stream[i:j]`` are the arrays X (j - i, d) and y (j - i,). Row i depends on seed,
            replicate and i alone.

        Raises:
            InputError: for more than 8 atoms or 3 covariates, or an argument that is not allowed.

        >>> G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
        >>> X, y = G.rows(seed=3)[10**9 : 10**9 + 2]
        >>> X.shape
        (2, 1)
        """
        from polysolv.moe.rows.row_stream import MOST_ROWS, RowStream

        seed = require_integer("seed", seed, 0, 2**64 - 1)
        replicate = require_integer("replicate", replicate, 0, 2**32 - 1)
        n = None if n is None else require_integer("n", n, 2, MOST_ROWS)
        return RowStream.of(*self._packed(), self.sigma, seed, replicate, x, n)

    def translate(self, t1: float, t2: ArrayLike) -> MixingMeasure:
        """Add t1 to every beta0 and t2 (shape (d,)) to every beta1; the density does not change."""
        shift = _numbers("t2", t2).reshape(-1)
        if shift.size != self.d:
            raise InputError("t2", shift.shape, f"shape ({self.d},)")
        return MixingMeasure(self.beta0 + float(t1), self.beta1 + shift, self.a, self.b, self.sigma)

    def reorder(self, order: ArrayLike) -> MixingMeasure:
        """Return the same measure with its atoms in another order (or only some of them)."""
        chosen = np.asarray(order, dtype=np.intp)
        return MixingMeasure(*(getattr(self, name)[chosen] for name in PARAMETERS))

    def columns(self, kept: Sequence[int]) -> MixingMeasure:
        """Return the measure of some of the covariates, as if the slopes of the others were 0."""
        index = list(kept)
        return MixingMeasure(self.beta0, self.beta1[:, index], self.a[:, index], self.b, self.sigma)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of this measure."""
        return {"schema": SCHEMA, **{name: getattr(self, name).tolist() for name in PARAMETERS}}

    def to_json(self) -> str:
        """Return a JSON text that :meth:`from_json` reads back to an equal measure."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @classmethod
    def from_dict(cls, data: object, source: str = "mixing measure") -> MixingMeasure:
        """Build a measure from its JSON object; unknown and missing keys are refused."""
        if not isinstance(data, Mapping):
            raise InputError(source, type(data).__name__, "a JSON object")
        if data.get("schema") != SCHEMA:
            raise InputError(f"{source}: schema", data.get("schema"), SCHEMA)
        for key in data:
            if key not in ("schema", *PARAMETERS):
                raise InputError(f"{source}: key", key, ", ".join(("schema", *PARAMETERS)))
        for name in PARAMETERS:
            if name not in data:
                raise InputError(f"{source}: key", name, "to be present")
        try:
            return cls(*(data[name] for name in PARAMETERS))
        except InputError as error:
            raise InputError(f"{source}: {error.field}", error.value, error.allowed) from None

    @classmethod
    def from_json(cls, text: str, source: str = "mixing measure") -> MixingMeasure:
        """Read a measure from JSON text; ``source`` names it in error messages."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(source, str(error), "JSON text") from None
        return cls.from_dict(data, source)

    @classmethod
    def from_file(cls, path: str | Path, field: str = "file") -> MixingMeasure:
        """Read a measure from a JSON file."""
        return cls.from_json(read_text(path, field), str(path))

    def _packed(self) -> tuple[Array, Array]:
        return (
            np.concatenate([self.beta0[:, None], self.beta1], axis=1),
            np.concatenate([self.b[:, None], self.a], axis=1),
        )

    def _vector(self) -> Array:
        return likelihood.pack(*self._packed(), np.log(self.sigma))

    def _slopes(self) -> Array:
        slopes = np.ones(self.k * (2 * self.d + 3))
        slopes[-self.k :] = self.sigma
        return slopes

    def _reorder(self, vector: Array) -> Array:
        return vector[natural_order(self.k, self.d)]

    def _design(self, X: ArrayLike) -> Array:
        covariates = _numbers("X", X)
        if covariates.ndim == 1 and self.d == 1:
            covariates = covariates[:, None]
        if covariates.ndim != 2 or covariates.shape[1] != self.d:
            raise InputError("X", covariates.shape, f"covariates of shape (n, {self.d})")
        if not np.isfinite(covariates).all():
            raise InputError("X", float(covariates[~np.isfinite(covariates)].flat[0]), "finite covariates")
        return likelihood.design(covariates)

    def _rows(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        Z = self._design(X)
        response = _numbers("y", y)
        if response.shape != (Z.shape[1],):
            raise InputError("y", response.shape, f"one response for each row of X, shape ({Z.shape[1]},)")
        if not np.isfinite(response).all():
            raise InputError("y", float(response[~np.isfinite(response)].flat[0]), "finite responses")
        return Z, response


def natural_order(k: int, d: int) -> Indices:
    """Return where beta0, beta1, a, b, sigma (in this order) lie in the layout of ``likelihood``."""
    p = d + 1
    index = np.arange(k * p).reshape(k, p)
    level, slope = index[:, 0], index[:, 1:].ravel()
    return np.concatenate([level, slope, k * p + slope, k * p + level, 2 * k * p + np.arange(k)])


def read_text(path: str | Path, field: str) -> str:
    """Return the text of a file (UTF-8), or raise :class:`polysolv.errors.InputError` naming ``field``."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(field, str(path), f"a file that can be read ({reason})") from None


def _numbers(name: str, value: object) -> Array:
    """Return a fresh float array; strings, booleans, complex numbers and ragged lists are refused."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" and not (array.dtype.kind == "O" and _all_real(array)):
            raise TypeError
        return np.array(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(name, value, "an array of real numbers") from None


def _all_real(array: np.ndarray[Any, Any]) -> bool:
    from numbers import Real

    return all(isinstance(entry, Real) and not isinstance(entry, bool) for entry in array.flat)


def _generator(seed: int | np.random.Generator | None) -> np.random.Generator:
    if seed is None or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    return np.random.default_rng(require_integer("seed", seed, 0, 2**128))
