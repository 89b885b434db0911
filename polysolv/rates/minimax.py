"""Local minimax exponents: the pointwise ones, where a certified arc attains them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from polysolv.certificates.contact import hermite_minimax_certificate, minimax_certificate
from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.families.walls import has_walls

if TYPE_CHECKING:
    from polysolv.certificates import Certificate
    from polysolv.rates.statements import ParameterRates

MINIMAX_SOURCE = "observed-algebra page, section 7: Le Cam's two points along a certified arc"
_ONE, _ZERO = Fraction(1), Fraction(0)
_MAX_CONTACT = 512


def minimax_certificates(
    family: Family, m: int, parameters: Mapping[str, ParameterRates]
) -> dict[str, Certificate]:
    """Return parameter -> the certificate that an arc attains its pointwise exponent, as the kernel accepts.

    Args:
        family: the family. With symbolic true values, or a density of one's own, there is none.
        m: cell size.
        parameters: what is proved in such a cell.

    Along the arc V ≍ ε^N and the parameter's error ≍ ε^p with N ≥ κ p, so χ²(g_ε, g*) = O(ε^(2N)) for
    Gaussian atoms: up to logarithms no estimator has a smaller worst error than n^(-1/(2κ)) over {V ≤ C
    n^(-1/2)}, and the pointwise exponent says that the maximum-likelihood one has no larger. The loss is the
    largest error of the parameter over the cell, atoms permuted.

    >>> from polysolv.families import get
    >>> from polysolv.rates.statements import parameter_rates
    >>> family = get("softmax-gaussian")
    >>> found = minimax_certificates(family, 3, parameter_rates(family, 3, 6))
    >>> print(found["b"].verify().text().splitlines()[1])
    proved: softmax-gaussian, d = 1, m = 3: no rate near the truth beats b n^(-1/12), sigma n^(-1/6)
    """
    if family.log_symbol.constants or family.density is not None or family.source is not None:
        return {}
    wanted = {
        p.name: (p.components, rates.refined.exponent)
        for p in family.parameters
        if (rates := parameters[p.name]).refined is not None and rates.status == "proved"
    }
    if has_walls(family):  # a cell is split in few directions: see the observed-algebra page, section 8
        gates = set(family.gate_components)
        wanted = {name: found for name, found in wanted.items() if not set(found[0]) & gates}
    found: dict[str, Certificate] = {}
    for source in (_short_arcs, _proved_arcs):
        missing = {name: wanted[name] for name in wanted if name not in found}
        for exponents, certificate in source(family, m, missing) if missing else ():
            if _accepted(certificate):
                for name, (components, kappa) in missing.items():
                    if any(exponents.get(c) == kappa for c in components):
                        found.setdefault(name, certificate)
    return found


_Attained = tuple[Mapping[str, Fraction], "Certificate"]
_Wanted = Mapping[str, tuple[tuple[str, ...], Fraction]]


@lru_cache(maxsize=256)
def _accepted(certificate: Certificate) -> bool:
    """Whether the kernel accepts it; cells of every size share the certificate of a ± split."""
    return certificate.verify().accepted


def _short_arcs(family: Family, m: int, wanted: _Wanted) -> Iterator[_Attained]:
    """Yield the arcs that need no search: one atom, a ± split, the Gauss–Hermite rule in one pair."""
    if not family.log_symbol.is_linear:
        return
    kappas = {c: kappa for components, kappa in wanted.values() for c in components}
    if m == 1:
        single = {c: k for c, k in kappas.items() if k == 1}
        if single:
            paths = {c: {(1, 0): _ONE} for c in single}
            yield single, minimax_certificate(family, 1, single, [_ZERO], [], paths, 1)
        return
    split = {c: k for c, k in kappas.items() if k == 2}
    if split:  # in larger cells further atoms stay at the truth
        yield split, _split(family, tuple(split))
    if family.relations:
        return
    components = {monomial: c for c, (_, monomial) in family.log_symbol.symbols.items()}
    for monomial, location in components.items():
        scale = components.get(tuple(2 * e for e in monomial))
        if scale is None or sum(monomial) != 1:
            continue
        pair = {location: Fraction(2 * m), scale: Fraction(m)}
        attained = {c: k for c, k in pair.items() if kappas.get(c) == k}
        if attained and (certificate := _hermite(family, m, attained)) is not None:
            yield attained, certificate
            return


@lru_cache(maxsize=64)
def _split(family: Family, components: tuple[str, ...]) -> Certificate:
    """Return the certificate that a ± split in the components attains 2; it is that of every cell size."""
    paths = {c: {(1, 1): _ONE} for c in components}
    two = dict.fromkeys(components, Fraction(2))
    return minimax_certificate(family, 2, two, [_ZERO] * 2, [_ONE], paths, 2)


def _hermite(family: Family, m: int, exponents: Mapping[str, Fraction]) -> Certificate | None:
    try:
        return hermite_minimax_certificate(family, m, exponents)
    except InputError:
        return None


def _proved_arcs(family: Family, m: int, wanted: _Wanted) -> Iterator[_Attained]:
    """Yield the arcs behind the lower bounds of the exponent prover."""
    from polysolv.rates.prover.components import component_bounds

    asked = {c: (kappa,) for components, kappa in wanted.values() for c in components}
    for component, bounds in component_bounds(family.observed, m).items():
        arc, kappa = bounds.arc, bounds.lower
        order = arc.order(component)
        if kappa is None or order is None or kappa not in asked.get(component, ()):
            continue
        contact = ceil(kappa * order)
        if contact > _MAX_CONTACT:
            continue
        paths = {
            name: {(key[0], power): Fraction(c) for key, v in path.items() for power, c in enumerate(v) if c}
            for name, path in arc.paths.items()
        }
        exponents = {component: kappa}
        yield (
            exponents,
            minimax_certificate(family, m, exponents, arc.nodes.shifts, arc.nodes.norms, paths, contact),
        )
