"""Looking families up by name."""

from __future__ import annotations

import re
from importlib import import_module
from math import comb
from typing import Any

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.families.family import Family

MAX_DIMENSION = 100
MAX_MONOMIALS = 60
MAX_RESPONSES = 12
_OF_RESPONSES = ("multivariate-gaussian", "spherical-gaussian")

# Name -> (module that holds it, its function, arguments besides d). A module says whether it takes d.
_FAMILIES: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "softmax-gaussian": ("polysolv.families.softmax_gaussian", "family", ()),
    "gaussian-experts-free-gate": ("polysolv.families.gaussian_experts_free_gate", "family", ()),
    "location-scale-gaussian": ("polysolv.families.location_scale_gaussian", "family", ()),
    "location-gaussian": ("polysolv.families.location_gaussian", "family", ()),
    "multivariate-gaussian": ("polysolv.families.multivariate_gaussian", "family", ()),
    "top-k-softmax": ("polysolv.families.top_k_softmax", "family", ()),
    "softmax-polynomial-2-1": ("polysolv.families.softmax_polynomial", "family", (2, 1)),
    "softmax-polynomial-1-2": ("polysolv.families.softmax_polynomial", "family", (1, 2)),
    "softmax-polynomial-2-2": ("polysolv.families.softmax_polynomial", "family", (2, 2)),
    "softmax-polynomial-0-2": ("polysolv.families.softmax_polynomial", "family", (0, 2)),
    "free-gate-variance-x2": ("polysolv.families.free_gate_variances", "square_variance", ()),
    "free-gate-variance-affine": ("polysolv.families.free_gate_variances", "affine_variance", ()),
    "gaussian-gated": ("polysolv.families.gaussian_gated", "family", ("!=", "!=")),
    "gaussian-gated-a0": ("polysolv.families.gaussian_gated", "family", ("=", "!=")),
    "gaussian-gated-c0": ("polysolv.families.gaussian_gated", "family", ("!=", "=")),
    "gaussian-gated-a0-c0": ("polysolv.families.gaussian_gated", "family", ("=", "=")),
    "softmax-poisson": ("polysolv.families.softmax_glm", "family", ("softmax-poisson",)),
    "softmax-logistic": ("polysolv.families.softmax_glm", "family", ("softmax-logistic",)),
    "softmax-gamma": ("polysolv.families.softmax_glm", "family", ("softmax-gamma",)),
    "gaussian-sd": ("polysolv.families.gaussian_sd", "family", ()),
    "spherical-gaussian": ("polysolv.families.spherical_gaussian", "family", ()),
    "student-location-scale-5": ("polysolv.families.student_location_scale", "family", (5,)),
    "cauchy-location-scale": ("polysolv.families.student_location_scale", "cauchy", ()),
    "logistic-location-scale": ("polysolv.families.logistic_location_scale", "family", ()),
    "von-mises": ("polysolv.families.von_mises", "family", ()),
    "von-mises-fisher": ("polysolv.families.von_mises_fisher", "family", ()),
    "inverse-gaussian": ("polysolv.families.inverse_gaussian", "family", ()),
    "gamma": ("polysolv.families.gamma", "family", ()),
    "exponential": ("polysolv.families.gamma", "exponential", ()),
    "poisson": ("polysolv.families.poisson", "family", ()),
    "negative-binomial": ("polysolv.families.negative_binomial", "family", ()),
}
# Any other degrees of gate and experts have a name too: softmax-polynomial-GATE-EXPERT.
_POLYNOMIAL = ("softmax-polynomial-", r"([0-6])-([0-6])")
# So have any degrees of freedom: student-location-scale-NU.
_STUDENT = ("student-location-scale-", r"([1-9][0-9]{0,2})")
_PATTERNS = {
    _POLYNOMIAL: "softmax-polynomial-GATE-EXPERT with two degrees from 0 to 6",
    _STUDENT: "student-location-scale-NU with an integer NU from 1 to 999, the degrees of freedom",
}


def _read(name: str, pattern: tuple[str, str]) -> re.Match[str] | None:
    """Return the match of what follows the prefix; a name without it costs no compilation."""
    prefix, rest = pattern
    return re.fullmatch(rest, name.removeprefix(prefix), re.A) if name.startswith(prefix) else None


def names() -> list[str]:
    """Return the names of the shipped families.

    Any ``softmax-polynomial-G-E`` with a gate of degree G and experts of degree E from 0 to 6 is a name too,
    and any ``student-location-scale-NU`` with NU degrees of freedom from 1 to 999.

    >>> "location-gaussian" in names()
    True
    """
    return list(_FAMILIES)


def is_name(name: object) -> bool:
    """Return whether a shipped family is called ``name``.

    >>> is_name("softmax-polynomial-3-1")
    True
    """
    if not isinstance(name, str):
        return False
    return name in _FAMILIES or any(_read(name, pattern) for pattern in (_POLYNOMIAL, _STUDENT))


def unknown_family(field: str, name: object) -> InputError:
    """Build the error for what is no family's name: the pattern that it looks like, or all names.

    >>> print(unknown_family("family", "student-location-scale-0"))
    family: 'student-location-scale-0' is not allowed; allowed: student-location-scale-NU with an integer NU \
from 1 to 999, the degrees of freedom
    """
    if isinstance(name, str):
        for (prefix, _), allowed in _PATTERNS.items():
            if name.startswith(prefix):
                return InputError(field, name, allowed)
    error = unknown_name(field, name, names())
    listed, *near = error.allowed.partition(" (did you mean")
    return InputError(field, name, "".join([", ".join([listed, *_PATTERNS.values()]), *near]))


def get(name: str, d: int = 1) -> Family:
    """Return the family called ``name`` with d covariates.

    Args:
        name: one of :func:`names`.
        d: number of covariates, 1 to 100 (of responses for multivariate families). A family with a fixed
            number of them takes only the default.

    Raises:
        InputError: if the name is unknown (the nearest one is suggested) or ``d`` is not allowed.

    >>> get("location-gaussian").dimension
    0
    """
    if not is_name(name):
        raise unknown_family("family", name)
    d = require_integer("d", d, 1, MAX_DIMENSION)
    match = _read(name, _POLYNOMIAL)
    degrees = (int(match[1]), int(match[2])) if match else ()
    arguments: tuple[Any, ...] = degrees
    by_pattern = ("polysolv.families.softmax_polynomial", "family", arguments)
    if student := _read(name, _STUDENT):
        by_pattern = ("polysolv.families.student_location_scale", "family", (int(student[1]),))
    module_name, function, arguments = _FAMILIES.get(name, by_pattern)
    module = import_module(module_name)
    d = d if d > 1 else getattr(module, "LEAST_DIMENSION", 1)
    if not module.HAS_COVARIATES and d != 1:
        raise InputError("d", d, f"leaving it out: {name} has no covariates to choose")
    if match and comb(d + max(degrees), d) > MAX_MONOMIALS:
        raise InputError(
            "d", d, f"a dimension with at most {MAX_MONOMIALS} monomials up to degree {max(degrees)}"
        )
    responses = getattr(module, "MAX_RESPONSES", MAX_RESPONSES)
    if (name in _OF_RESPONSES or hasattr(module, "MAX_RESPONSES")) and d > responses:
        raise InputError("d", d, f"at most {responses} responses")
    found: Family = getattr(module, function)(*((d,) if module.HAS_COVARIATES else ()), *arguments)
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
