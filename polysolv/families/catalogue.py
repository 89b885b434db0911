"""Looking families up by name."""

from __future__ import annotations

from importlib import import_module

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.families.family import Family

MAX_DIMENSION = 100

# Name -> module that holds it. Each module has NAME, HAS_COVARIATES and family(d).
_MODULES = {
    "softmax-gaussian": "softmax_gaussian",
    "gaussian-experts-free-gate": "gaussian_experts_free_gate",
    "location-scale-gaussian": "location_scale_gaussian",
    "location-gaussian": "location_gaussian",
}


def names() -> list[str]:
    """Return the names of all shipped families.

    >>> "location-gaussian" in names()
    True
    """
    return list(_MODULES)


def get(name: str, d: int = 1) -> Family:
    """Return the family called ``name`` with d covariates.

    Args:
        name: one of :func:`names`.
        d: number of covariates, 1 to 100. A family without covariates takes only the default and then has
            dimension 0.

    Raises:
        InputError: if the name is unknown (the nearest one is suggested) or ``d`` is not allowed.

    >>> get("location-gaussian").dimension
    0
    """
    if name not in _MODULES:
        raise unknown_name("family", name, names())
    d = require_integer("d", d, 1, MAX_DIMENSION)
    module = import_module(f"polysolv.families.{_MODULES[name]}")
    if not module.HAS_COVARIATES and d != 1:
        raise InputError("d", d, f"leaving it out: {name} has no covariates")
    found: Family = module.family(d) if module.HAS_COVARIATES else module.family()
    return found


def resolve(family: str | Family, d: int | None = None) -> Family:
    """Return ``family`` itself, or the shipped family of that name with ``d`` covariates (default 1).

    Raises:
        InputError: if the name is unknown, or ``d`` contradicts the dimension of a given family.

    >>> resolve("softmax-gaussian", 3).dimension
    3
    """
    if isinstance(family, Family):
        if d is not None and d != family.dimension and (d, family.dimension) != (1, 0):
            raise InputError("d", d, f"{family.dimension}, the dimension of the family given")
        return family
    return get(family, 1 if d is None else d)
