"""How a log-symbol is brought to its location–scale core, as steps of a certificate."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from polysolv.certificates.identity import drop_step
from polysolv.systems.reductions import find_reduction, location_scale_pair

if TYPE_CHECKING:
    from polysolv.families import LogSymbol

Steps = tuple[dict[str, Any], ...]


@lru_cache(maxsize=256)
def forced_steps(symbol: LogSymbol, degree: int) -> Steps | None:
    """Return the steps that drop every other component by sums of squares and name the core.

    Args:
        symbol: the log-symbol, linear in the perturbations.
        degree: degree of the system, which limits the equations that may be used.

    Returns:
        the steps, or ``None`` if no location–scale core is left.
    """
    reduction = find_reduction(symbol, degree)
    if reduction.location_scale is None:
        return None
    drops = [drop_step(step.component, step.equation) for step in reduction.steps]
    return (*drops, _core_step(symbol, *reduction.location_scale))


@lru_cache(maxsize=256)
@lru_cache(maxsize=64)
def chosen_steps(symbol: LogSymbol, nontrivial: tuple[str, ...]) -> Steps | None:
    """Return the steps that set all but a location–scale pair to zero and name the core.

    Args:
        symbol: the log-symbol.
        nontrivial: the location must be one of these components.

    Returns:
        the steps, or ``None`` if there is no such pair.
    """
    pure = {
        t.variables: symbol.perturbations[t.perturbations.index(1)]
        for t in symbol.terms
        if sum(t.perturbations) == 1
    }
    for monomial, location in pure.items():
        scale = pure.get(tuple(2 * e for e in monomial))
        if sum(monomial) != 1 or scale is None or location not in nontrivial:
            continue
        others = [name for name in symbol.perturbations if name not in (location, scale)]
        core = symbol.without(frozenset(others))
        if core.is_linear and location_scale_pair(core) == (location, scale):
            zero = [{"step": "set-zero", "component": name} for name in others]
            return (*zero, _core_step(symbol, location, scale))
    return None


def _core_step(symbol: LogSymbol, location: str, scale: str) -> dict[str, Any]:
    (term,) = (
        t for t in symbol.terms if dict(zip(symbol.perturbations, t.perturbations, strict=True))[location]
    )
    variable = symbol.variables[term.variables.index(1)]
    return {"step": "core", "location": location, "scale": scale, "variable": variable}
