"""Whether a function can be a density: its integral over the support, at several parameters."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from polysolv.errors import InputError
from polysolv.families.second_order.derivatives import logarithmic_derivatives
from polysolv.families.second_order.source import DensitySource

_TOLERANCE = 1e-3
_TERMS = 4000


def density_function(source: DensitySource) -> Callable[..., Any]:
    """Return u as a function of arrays: of the parameters, then covariates, then responses."""
    import sympy

    arguments = [*source.thetas, *source.varying]
    function: Callable[..., Any] = sympy.lambdify(arguments, source.density, modules=["scipy", "numpy"])
    return function


@lru_cache(maxsize=16)
def logarithmic_functions(source: DensitySource) -> Callable[..., tuple[Any, Any]]:
    """Return the map from arrays θ, (parameters, atoms, 1), and y, (nodes,), to u and all ∂ log u/∂θ_t.

    Args:
        source: a density of one response without covariates.

    Returns:
        the function; its values have the shapes (atoms, nodes) and (atoms, parameters, nodes).
    """
    import numpy as np
    import sympy

    units = logarithmic_derivatives(source.density, source.thetas, 1)
    arguments = [*source.thetas, *source.varying]
    wanted = [
        source.density,
        *(units[tuple(int(i == k) for i in range(len(units)))] for k in range(len(units))),
    ]
    compiled = [sympy.lambdify(arguments, e, modules=["scipy", "numpy"]) for e in wanted]

    def values(thetas: Any, y: Any) -> tuple[Any, Any]:
        shape = (thetas.shape[1], y.size)
        parts = [np.broadcast_to(f(*thetas, y), shape) for f in compiled]
        return parts[0], np.stack(parts[1:], axis=1)

    return values


def require_normalised(source: DensitySource, atom: Mapping[str, Fraction]) -> None:
    """Refuse a function of one response whose integral is not finite, or changes with the parameters.

    Args:
        source: the function.
        atom: parameters where it exists; the integral there is compared with that at parameters a tenth away.

    Raises:
        InputError: if it is no density up to a constant factor, as far as this test can tell.
    """
    if len(source.responses) != 1:
        return
    function = density_function(source)
    here = [float(v) for v in atom.values()]
    covariates = [0.25 * (i + 1) for i in range(len(source.covariates))]
    first = _integral(function, [*here, *covariates], source)
    if first is None:
        raise InputError(
            "density", source.text, f"a density: its integral over {source.support} is not finite"
        )
    for place in range(len(here)):
        moved = [
            v * (1.1 if i == place else 1.0) + (0.1 if i == place and not v else 0.0)
            for i, v in enumerate(here)
        ]
        second = _integral(function, [*moved, *covariates], source)
        if second is not None and abs(second - first) > _TOLERANCE * abs(first):
            name = source.parameters[place]
            raise InputError(
                "density",
                source.text,
                f"a density: its integral over {source.support} changes with {name} "
                f"({first:.6g} at {name} = {here[place]:.4g}, {second:.6g} at {moved[place]:.4g})",
            )


def _integral(function: Callable[..., Any], fixed: list[float], source: DensitySource) -> float | None:
    """Return the integral over the response, or ``None`` if it is not finite."""
    import numpy as np
    from scipy.integrate import quad

    support = source.support
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if support.is_discrete:
            values = [float(v) for v in support.values] or [float(k) for k in range(_TERMS)]
            terms = [float(function(*fixed, v)) for v in values]
            known = [t for t in terms if np.isfinite(t)]  # far terms may overflow in parts
            if (
                not support.values
                and len(known) > 100
                and abs(known[-1]) * len(known) > _TOLERANCE * abs(sum(known))
            ):
                return None
            return sum(known)
        low, high = support.ends
        middle = 0.0 if low < 0 < high else low + 1.0 if high == float("inf") else (low + high) / 2
        if low == -float("inf") and high < 0:
            middle = high - 1.0
        total = error = 0.0
        for a, b in ((low, middle), (middle, high)):
            value, bound = quad(lambda y: _number(function(*fixed, y)), a, b, limit=200)[:2]
            total, error = total + value, error + bound
    if not np.isfinite(total) or total <= 0 or error > 0.1 * abs(total):
        return None
    return float(total)


def _number(value: Any) -> float:
    """Return a value as a float; 0 times infinity, far out where a factor overflows, as 0."""
    number = float(value)
    return 0.0 if number != number else number
