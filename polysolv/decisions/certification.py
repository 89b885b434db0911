"""The verb `certify`: certificates that the trusted kernel has accepted."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from polysolv.certificates import (
    Box,
    Certificate,
    FamilySystem,
    box_certificate,
    combine,
    enclose,
    order_certificate,
    point_certificate,
    solvable_side,
    unsolvable_side,
)
from polysolv.certificates.core import chosen_steps
from polysolv.decisions.nullstellensatz import find_identity
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.systems import build_system

MAX_CELL_SIZE = 1000
MAX_DEGREE = 2000

# Beyond these cell sizes a certificate of the kind is not looked for: nobody knows an identity for m ≥ 3, and
# the box of the Gauss–Hermite rule grows tedious.
_IDENTITY_UP_TO = 2
_BOX_UP_TO = 5

# Rational solutions of the location–scale core at degree 2m − 1: m -> weights, locations, scale terms.
_RATIONAL: dict[int, tuple[list[int | Fraction], ...]] = {
    2: ([1, 1], [1, -1], [-1, -1]),
    3: (
        [Fraction(5, 6), 1, Fraction(5, 6)],
        [1, 0, -1],
        [Fraction(-1, 2), Fraction(-5, 6), Fraction(-1, 2)],
    ),
}


def certify(
    family: str | Family = "softmax-gaussian",
    m: int = 2,
    degree: int | None = None,
    d: int | None = None,
    *,
    all_kinds: bool = False,
    path: str | Path | None = None,
) -> Certificate:
    """Return, and write if asked to, the certificate of r̄(m), or of the system of one degree.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 1000.
        degree: degree r, 1 to 2000, for the certificate that this system is solvable or unsolvable; if left
            out, the certificate of the order.
        d: number of covariates for a family given by name; 1 if left out.
        all_kinds: whether the certificate of the order shall hold a certificate of every kind that is known
            for each side. With ``degree`` use :func:`side_certificates`.
        path: file to write the certificate to.

    Returns:
        a certificate that the trusted kernel has accepted.

    Raises:
        InputError: if an argument is out of range, no theorem settles the family, or ``path`` cannot be
            written.

    >>> certify("softmax-gaussian", 3).statement["degree"]
    6
    >>> certify("softmax-gaussian", 3, degree=5).kind
    'quadrature'
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    if degree is not None:
        certificate = side_certificates(resolved, m, degree, all_kinds=False)[0]
    else:
        certificate = _accepted(order_certificate(resolved, m))
        if all_kinds:
            order = int(certificate.statement["degree"])
            solvable = side_certificates(resolved, m, order - 1) if order > 1 else []
            certificate = combine(
                FamilySystem(resolved, m, order), solvable, side_certificates(resolved, m, order)
            )
            certificate = _accepted(certificate)
    if path is not None:
        certificate.write(path)
    return certificate


def side_certificates(
    family: str | Family, m: int, degree: int, d: int | None = None, *, all_kinds: bool = True
) -> list[Certificate]:
    """Return certificates that the system of one degree is solvable, or that it is not.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 1000.
        degree: degree r, 1 to 2000.
        d: number of covariates for a family given by name; 1 if left out.
        all_kinds: whether to return one of every kind that is known, or the first only.

    Returns:
        one or more certificates of the same statement, each accepted by the trusted kernel. Solvable: the
        Gauss–Hermite rule, a rational point (m = 2, 3), a box (m ≤ 5). Unsolvable: zero crossings or the
        identity of the theorem; for m = 2 also both forms of an identity found by linear algebra.

    Raises:
        InputError: if an argument is out of range or no theorem settles the family.

    >>> [c.kind for c in side_certificates("location-scale-gaussian", 2, 4)]
    ['zero-crossing', 'identity', 'identity']
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    resolved.for_cell(m).require_free_ring()
    about = FamilySystem(resolved, m, require_integer("degree", degree, 1, MAX_DEGREE))
    unsolvable = unsolvable_side(about)
    first = unsolvable or solvable_side(about)
    if first is None:
        raise InputError("family", resolved.name, "a family whose order a theorem settles")
    found = [first]
    if all_kinds:
        found += _identities(about, first) if unsolvable else _witnesses(about)
    return [_accepted(certificate) for certificate in found]


def _accepted(certificate: Certificate) -> Certificate:
    result = certificate.verify()
    if not result.accepted:
        raise RuntimeError(f"the kernel does not accept a certificate built here: {result.text()}")
    return certificate


def _identities(about: FamilySystem, known: Certificate) -> list[Certificate]:
    if not 1 < about.m <= _IDENTITY_UP_TO:
        return []
    # An identity at degree 2m proves every higher degree too, and a low degree is quick to search.
    system = build_system(about.family, about.m, min(about.degree, 2 * about.m))
    found = [
        find_identity(system, form, about=about) for form in ("positive-eliminant", "positivstellensatz")
    ]
    return [c for c in dict.fromkeys(found) if c is not None and c != known]


def _witnesses(about: FamilySystem) -> list[Certificate]:
    """Return rational points and boxes for the location–scale core, all other components 0."""
    steps = chosen_steps(about.family.log_symbol, about.family.nontrivial)
    if steps is None:
        return []
    location, scale = steps[-1]["location"], steps[-1]["scale"]
    coefficients = {
        name: sum(t.coefficient for t in about.family.log_symbol.terms if t.perturbations[i])
        for i, name in enumerate(about.family.components)
    }
    if (coefficients[location], coefficients[scale]) != (1, Fraction(1, 2)):
        return []
    others = [name for name in about.family.components if name not in (location, scale)]
    zero = {f"{name}_{atom}": 0 for name in others for atom in range(1, about.m + 1)}
    found = []
    if about.m in _RATIONAL:
        names = ("w", location, scale)
        values = {
            f"{name}_{atom}": value
            for name, column in zip(names, _RATIONAL[about.m], strict=True)
            for atom, value in enumerate(column, start=1)
        }
        found.append(point_certificate(about, {**zero, **values}))
    if about.m <= _BOX_UP_TO:
        found += _gauss_hermite_box(about, location, scale, zero)
    return found


def _gauss_hermite_box(
    about: FamilySystem, location: str, scale: str, zero: Mapping[str, int]
) -> list[Certificate]:
    """Enclose the Gauss–Hermite rule, or a solution near it at a degree below 2m − 1, in a box."""
    import numpy as np

    nodes, weights = np.polynomial.hermite_e.hermegauss(about.m)
    core = build_system("location-scale-gaussian", about.m, about.degree)
    near = {f"mu_{atom}": float(z) for atom, z in enumerate(nodes, start=1)}
    near |= {f"w_{atom}": float(w / weights[0]) for atom, w in enumerate(weights, start=1) if atom > 1}
    names = list(near)
    fixed = {f"sigma_{atom}": Fraction(-1) for atom in range(1, about.m + 1)} | {"w_1": Fraction(1)}
    fixed |= {name: Fraction(round(near[name] * 1000), 1000) for name in names[about.degree :]}
    free = names[: about.degree]
    box: Box | None = enclose(core, fixed, {name: near[name] for name in free})
    if box is None:
        return []
    stems = {"mu": location, "sigma": scale, "w": "w"}

    def renamed(name: str) -> str:
        stem, _, atom = name.rpartition("_")
        return f"{stems[stem]}_{atom}"

    values: dict[str, int | Fraction] = {**zero, **{renamed(name): value for name, value in fixed.items()}}
    certificate = box_certificate(about, values, [renamed(name) for name in free], [box])
    return [certificate] if certificate.verify().accepted else []
