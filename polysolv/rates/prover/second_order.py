"""Exponents from second-order relations of a density, with their certificates.

Source: observed-algebra page §5 and §6 (docs/second-order.md). With R the space of second-order relations at
the truth: all exponents are 2 if and only if R holds no positive semidefinite tuple ≠ 0 with ranks below the
cell sizes; otherwise those of parameters t with p_tt > 0 are at least 3. Two parameters and one relation of
constant type, no others up to order m (parabolic: 2m): elliptic m, hyperbolic 2, parabolic 2m along the
direction of the relation and m across it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from polysolv.certificates.premises import relation_premises
from polysolv.certificates.second_order import (
    SecondOrderCells,
    all_two_certificate,
    at_least_three_certificate,
    elliptic_certificate,
)
from polysolv.decisions.semidefinite import (
    Semidefinite,
    cyclotomic,
    ranks,
    semidefinite_in,
    simplex,
)
from polysolv.decisions.semidefinite import Tuple as Matrices
from polysolv.families import Family
from polysolv.families.second_order.coupling import WEIGHT, Coupling, find_coupling
from polysolv.families.second_order.relations import SecondOrder, find_second_order
from polysolv.families.second_order.source import DensitySource
from polysolv.families.second_order.two_parameters import (
    ELLIPTIC,
    PARABOLIC,
    RelationType,
    no_more_relations,
    relation_type,
)
from polysolv.rates.prover.trace import Step
from polysolv.rates.prover.written_arc import WrittenArc

if TYPE_CHECKING:
    from pathlib import Path

    from polysolv.certificates import Certificate

ONE, TWO, THREE = Fraction(1), Fraction(2), Fraction(3)
MAX_ELLIPTIC, MAX_PARABOLIC = 6, 5
RULE = "semidefinite relations"


class RelationBounds(NamedTuple):
    """What is proved about the exponent of one parameter; the fields are those of ``ExponentBounds``."""

    lower: Fraction
    upper: Fraction | None
    trace: tuple[Step, ...]
    arc: WrittenArc


def relation_bounds(family: Family, m: int) -> dict[str, RelationBounds]:
    """Return the statement for every parameter of a density in a cell of m atoms.

    Args:
        family: a family with a source.
        m: cell size. With several true atoms the cells of the others may have any size up to m.

    Raises:
        InputError: as :func:`polysolv.families.second_order.relations.find_second_order`.
    """
    assert family.source is not None
    found = find_second_order(family.source)
    names = found.parameters
    if found.couplings:
        return _coupled(family, found, m)
    if m == 1:
        regular = Step("kappa = 1", "regular", "the first derivatives of the atoms are independent")
        moved = WrittenArc("one atom moves by eps")
        return {n: RelationBounds(ONE, ONE, (regular, _arc_step(ONE, moved)), moved) for n in names}
    known = known_semidefinite(found)
    sizes = (m,) * len(found.place.truths)
    kind = relation_type(family.source)
    if known.fits(sizes) is False:
        return _all_two(found, known, m)
    if kind is not None and kind.kind == ELLIPTIC:
        return _elliptic(family, m)
    if kind is not None and kind.kind == PARABOLIC and (bounds := _parabolic(family, kind, m)):
        return bounds
    return _at_least_three(found, known, m)


def known_semidefinite(found: SecondOrder) -> Semidefinite:
    """Return what is known of the semidefinite relations."""
    return semidefinite_in(found.basis, (len(found.parameters),) * len(found.place.truths))


def _arc_step(value: Fraction, arc: WrittenArc) -> Step:
    return Step(f"kappa >= {value}", "arc", f"V = O(eps^{value}) along {arc}")


def _split(name: str) -> WrittenArc:
    return WrittenArc(f"two atoms of equal weight with {name} = -eps, eps, corrected at order eps^2")


def _listed(found: SecondOrder) -> str:
    return "; ".join(r.shown for r in found.relations) or "none"


def _all_two(found: SecondOrder, known: Semidefinite, m: int) -> dict[str, RelationBounds]:
    if known.none:
        why = "a positive definite matrix is orthogonal to all of them"
    else:
        ranks = ", ".join(map(str, known.ranks))
        why = (
            f"the only semidefinite one has rank {ranks}, and the second moments of {m} atoms at most {m - 1}"
        )
    reason = (
        f"second-order relations: {_listed(found)}; {why}, so V >= c sum w |delta|^2; {found.independence}"
    )
    upper = Step("kappa <= 2", RULE, reason)
    return {
        name: RelationBounds(TWO, TWO, (upper, _arc_step(TWO, _split(name))), _split(name))
        for name in found.parameters
    }


def _at_least_three(found: SecondOrder, known: Semidefinite, m: int) -> dict[str, RelationBounds]:
    result = {}
    for t, name in enumerate(found.parameters):
        moving = _moving(known, t, m)
        if moving is not None:
            matrix = next(p for p in moving[0] if p[t][t])
            arc = WrittenArc(_simplex_text(found.parameters, *simplex(matrix)))
            result[name] = RelationBounds(THREE, None, (_arc_step(THREE, arc),), arc)
            continue
        result[name] = RelationBounds(TWO, None, (_arc_step(TWO, _split(name)),), _split(name))
    return result


def _moving(known: Semidefinite, t: int, m: int) -> tuple[Matrices, tuple[Fraction, ...]] | None:
    """Return a semidefinite tuple and its coefficients that moves parameter t in one cell of m alone."""
    for matrices, coefficients in known.elements:
        nonzero = [(rank, p) for rank, p in zip(ranks(matrices), matrices, strict=True) if rank]
        if len(nonzero) == 1 and nonzero[0][0] < m and nonzero[0][1][t][t] > 0:
            return matrices, coefficients
    return None


def _simplex_text(
    names: tuple[str, ...], weights: tuple[Fraction, ...], points: tuple[tuple[Fraction, ...], ...]
) -> str:
    columns = [
        f"{name} = eps*({', '.join(str(row[t]) for row in points)})"
        for t, name in enumerate(names)
        if any(row[t] for row in points)
    ]
    listed = ", ".join(map(str, weights))
    return f"{', '.join(columns)} at weights proportional to {listed}, mean moved by O(eps^2)"


def _checked(source: DensitySource, size: int, factor: int) -> tuple[int, str | None]:
    """Return the largest cell size up to one without more relations, and how that is shown."""
    for smaller in range(size, 1, -1):
        how = no_more_relations(source, factor * smaller)
        if how is not None:
            return smaller, how
    return size, None


def _elliptic(family: Family, m: int) -> dict[str, RelationBounds]:
    assert family.source is not None
    found = find_second_order(family.source)
    size, how = _checked(family.source, min(m, MAX_ELLIPTIC), 1)
    if how is None:
        return _at_least_three(found, known_semidefinite(found), m)
    arc = WrittenArc(
        f"delta = eps*exp(2*pi*i*l/{size}), l = 1..{size}, in coordinates where the relation is the "
        "Laplacian, corrected order by order"
    )
    upper = Step(
        f"kappa <= {m}",
        "elliptic relation",
        f"{_listed(found)}, of this type near the truth: up to order {m} what is observed are real and "
        f"imaginary part of sum w zeta^k, k = 1..{m}, which vanish for zeta = 0 alone (Vandermonde); no "
        f"other relations up to order {m}: {how}",
    )
    value = Fraction(size)
    steps = (upper, _arc_step(value, arc)) if size == m else (_arc_step(value, arc),)
    bound = value if size == m else None
    return {name: RelationBounds(value, bound, steps, arc) for name in found.parameters}


def _parabolic(family: Family, kind: RelationType, m: int) -> dict[str, RelationBounds] | None:
    assert family.source is not None
    assert kind.direction is not None
    found = find_second_order(family.source)
    size, how = _checked(family.source, min(m, MAX_PARABOLIC), 2)
    if how is None:
        return None
    result = {}
    for name, part, never in zip(found.parameters, kind.direction, kind.along, strict=True):
        along = bool(part)
        value, bound = Fraction(2 * m if along else m), Fraction(2 * size if along else size)
        lower = bound if along or never else min(TWO, bound)
        where = "along" if along else "across"
        arc = WrittenArc(
            f"the {size}-node Gauss-Hermite rule: the direction of the relation at eps*z, what it equals "
            "at -eps^2"
        )
        upper = Step(
            f"kappa <= {value}",
            "parabolic relation",
            f"{_listed(found)}, with a lower term that is not degenerate: a location-scale cell (theory "
            f"page, section 3), {name} {where} its direction; no other relations up to order {2 * size}: "
            f"{how}",
        )
        sharp = size == m
        steps = (upper, _arc_step(lower, arc)) if sharp else (_arc_step(lower, arc),)
        result[name] = RelationBounds(lower, value if sharp else None, steps, arc)
    return result


def _coupled(family: Family, found: SecondOrder, m: int) -> dict[str, RelationBounds]:
    """Return what is known where first derivatives of different atoms depend on each other."""
    assert family.source is not None
    coupling = find_coupling(family.source) if m == 1 else None
    result = {}
    for name in found.parameters:
        if coupling is None:
            value, arc = (ONE, WrittenArc("one atom moves by eps")) if m == 1 else (TWO, _split(name))
            result[name] = RelationBounds(value, None, (_arc_step(value, arc),), arc)
            continue
        value, arc = coupling.of(name), WrittenArc(coupling.arc)
        reason = f"{'; '.join(found.couplings)}: {coupling_text(coupling)}"
        below = Step(f"kappa >= {value}", "arc", f"V = O(eps^{coupling.order}) along {arc}")
        result[name] = RelationBounds(
            value, value, (Step(f"kappa <= {value}", "coupling", reason), below), arc
        )
    return result


def coupling_text(coupling: Coupling) -> str:
    """Return what a coupling of exactly fitted atoms says of every coordinate, in words."""
    by_name: dict[str, list[str]] = {}
    for (_, name), value in coupling.exponents:
        by_name.setdefault(name, []).append(str(value))
    listed = "; ".join(
        f"{'weights' if name == WEIGHT else name} {', '.join(values)}" for name, values in by_name.items()
    )
    return (
        "where all these atoms are exactly fitted their exponents are, in the order of the atoms: "
        f"{listed}; the arc {coupling.arc} has contact {coupling.order}, beside it everything is O(V), and "
        f"order {coupling.order} cannot be removed: {coupling.evidence}"
    )


def coupling_notes(family: Family) -> list[str]:
    """Return the note about true atoms that interact at first order; none if there are none."""
    if family.source is None or len(family.source.truths) < TWO:
        return []
    found = find_second_order(family.source)
    if not found.couplings:
        return []
    relation = "; ".join(found.couplings)
    coupling = find_coupling(family.source)
    if coupling is None:
        return [f"True atoms interact: {relation}. What follows for their exponents is UNDECIDED."]
    more = "Cells of two or more atoms beside such atoms are not decided."
    return [f"True atoms interact: {relation}: {coupling_text(coupling)}. {more}"]


def relation_certificates(family: Family, m: int) -> dict[str, Certificate]:
    """Return certificates of the exponents in a cell of m atoms, by what they claim.

    Args:
        family: a family with a source; premises about its density go with each certificate.
        m: cell size, at least 2.

    Returns:
        ``"all"``: that all exponents are 2, or that both are m; or a parameter's name: that its exponent is
        at least 3. Empty where nothing is proved.

    >>> from polysolv.families import get
    >>> print(relation_certificates(get("cauchy-location-scale"), 3)["all"].verify().text().splitlines()[1])
    proved: cauchy-location-scale, cells of 3: both exponents are 3
    """
    assert family.source is not None
    found = find_second_order(family.source)
    if found.couplings or m == 1:
        return {}
    known = known_semidefinite(found)
    sizes = (m,) * len(found.place.truths)
    given = tuple(relation_premises(family, m))
    about = SecondOrderCells(family.name, sizes, found.parameters, found.basis, given)
    if known.fits(sizes) is False and known.orthogonal is not None:
        return {"all": all_two_certificate(about, known.orthogonal)}
    kind = relation_type(family.source)
    if kind is not None and kind.kind == ELLIPTIC and m <= MAX_ELLIPTIC:
        how = no_more_relations(family.source, m)
        if how is not None:
            more = (*given, f"no other relations up to order {m}: {how}")
            return {"all": elliptic_certificate(about._replace(given=more), cyclotomic(m))}
    result = {}
    for t, name in enumerate(found.parameters):
        moving = _moving(known, t, m)
        if moving is not None:
            cells = [simplex(matrix) for matrix in moving[0]]
            result[name] = at_least_three_certificate(about, name, moving[1], cells)
    return result


def save_relation_certificates(family: Family, m: int, folder: str | Path) -> list[str]:
    """Save these certificates, if the kernel has accepted them; return a sentence for each."""
    from polysolv.certificates import save

    sentences = []
    for certificate in relation_certificates(family, m).values():
        checked = certificate.verify()
        if checked.accepted:
            saved = save(certificate, folder)
            sentences.append(f"certificate for {checked.statement}: {saved.file} (sha256 {saved.digest})")
    return sentences
