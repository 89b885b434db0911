"""The verb `contact_order`: how closely two different mixtures can touch, of m and of m_true atoms."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from polysolv.certificates import Certificate, order_certificate
from polysolv.certificates.contact import contact_certificate
from polysolv.decisions.contact_degree import contact_degree
from polysolv.decisions.contact_witness import equal_weights_box, pair_box
from polysolv.decisions.proofs import accepted
from polysolv.decisions.verdict import PROVED
from polysolv.display.counted import counted
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.families import Family, resolve

MAX_ATOMS = 400
EQUAL_WEIGHTS = (2, 8)
WEIGHTS = ("free", "equal")
# An explicit pair has rational weights whose length grows with the number of atoms.
_EXPLICIT_UP_TO = 100
_BELOW_ALL = "for all numbers of atoms by adding one atom after the other (docs/uniform.md)"


class ContactOrder(RichDisplay, int):
    """The order of contact r(m, m'): an integer that carries its evidence.

    Attributes:
        family: name of the family.
        m, m_true: numbers of atoms.
        weights: "free" or "equal".
        evidence: ``"PROVED"`` if the trusted kernel has accepted the certificate, else ``None``: then the
            page's proof for all m, m' is all there is.
        below: the pair of mixtures that agree to degree r − 1, in words.
        above: why no two different ones agree to degree r.
        certificate: the certificate of both, or ``None``.
    """

    family: str
    m: int
    m_true: int
    weights: str
    evidence: str | None
    below: str
    above: str
    certificate: Certificate | None

    def __new__(  # noqa: D102
        cls,
        value: int,
        family: str,
        m: int,
        m_true: int,
        weights: str,
        below: str,
        above: str,
        certificate: Certificate | None,
    ) -> ContactOrder:
        self = super().__new__(cls, value)
        self.family, self.m, self.m_true, self.weights = family, m, m_true, weights
        self.below, self.above, self.certificate = below, above, certificate
        self.evidence = None if certificate is None else PROVED
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        where = (self.family, self.m, self.m_true, self.weights)
        return (int(self), *where, self.below, self.above, self.certificate)

    def __repr__(self) -> str:
        return (
            f"ContactOrder({int(self)}, family={self.family!r}, m={self.m}, m_true={self.m_true}, "
            f"evidence={self.evidence!r})"
        )

    def __str__(self) -> str:
        return str(int(self))

    def to_data(self) -> dict[str, Any]:
        """Return the order as JSON data."""
        return {
            "order": int(self),
            "family": self.family,
            "m": self.m,
            "m_true": self.m_true,
            "weights": self.weights,
            "evidence": self.evidence,
            "below": self.below,
            "above": self.above,
        }

    def _display(self) -> Tables:
        sides = {f"degree {int(self) - 1}": self.below, f"degree {int(self)}": self.above}
        title = f"order of contact of {self.m} and {counted(self.m_true, 'atom')}, {self.family}"
        order: dict[str, Any] = {"order": int(self), "evidence": self.evidence or "-"}
        return [pairs(title, **order, **sides, certificate=repr(self.certificate))], ()


def contact_order(
    m: int = 2,
    m_true: int = 1,
    family: str | Family = "location-scale-gaussian",
    d: int | None = None,
    weights: str = "free",
) -> ContactOrder:
    """Return the least degree to which no two different mixtures agree, of m and of m_true atoms.

    Args:
        m, m_true: numbers of atoms, 1 to 400; with equal weights m from 2 to 8 and m_true = 1.
        family: a family or the name of one: its K a sum of symbols of degree 1 and 2 among which a location
            and its square are (location–scale cells), or of symbols of degree 1.
        d: number of covariates for a family given by name; 1 if left out.
        weights: "free", or "equal": all weights of a mixture are the same.

    Returns:
        r(m, m') = 2(m + m' − 1), an ``int`` with its evidence. With weights "equal" it is r̄_eq(m) = 2m.
        One true atom gives the order of a cell, r̄(m) = 2m.

    Raises:
        InputError: if an argument is out of range or the formula does not cover the family.

    Two mixtures agree to degree r if Σ w exp(K) − Σ w' exp(K') has no term of a degree up to r. Above: a
    difference of n Gaussians changes its sign at most 2(n − 1) times (Kalai, Moitra and Valiant 2010,
    Proposition 7). Below: a pair of mixtures in a box, or an explicit one. Source: observed-algebra page §7.

    >>> contact_order(2, 2)
    ContactOrder(6, family='location-scale-gaussian', m=2, m_true=2, evidence='PROVED')
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_ATOMS)
    m_true = require_integer("m_true", m_true, 1, MAX_ATOMS)
    if weights not in WEIGHTS:
        raise unknown_name("weights", weights, list(WEIGHTS))
    degree = contact_degree(resolved, m, m_true)
    if degree is None:
        allowed = "a family without relations whose symbols have degree 1, or degree 1 and 2 with a square"
        raise InputError("family", resolved.name, allowed)
    if weights == "equal":
        return _equal_weights(resolved, m, m_true, degree)
    if max(map(sum, (monomial for _, monomial in resolved.log_symbol.symbols.values()))) == 1:
        return _locations(resolved, m, m_true, degree)
    below, certificate = _pair(resolved, m, m_true, degree)
    above = f"a difference of {m + m_true} Gaussians has at most {degree} sign changes"
    by = "Kalai, Moitra and Valiant 2010, Proposition 7"
    return ContactOrder(degree, resolved.name, m, m_true, "free", below, f"{above}; {by}", certificate)


def certify_contact(
    m: int = 2,
    m_true: int = 1,
    family: str | Family = "location-scale-gaussian",
    d: int | None = None,
    weights: str = "free",
) -> Certificate:
    """Return the certificate of an order of contact, accepted by the trusted kernel.

    Args:
        m, m_true, family, d, weights: see :func:`contact_order`.

    Raises:
        InputError: as :func:`contact_order`, or if no certificate is known: the order is then proved on
            the page docs/uniform.md alone.

    >>> certify_contact(2, 2).verify().statement
    'location-scale-gaussian, d = 0, 2 against 2 atoms: the order of contact is 6'
    """
    found = contact_order(m, m_true, family, d, weights)
    if found.certificate is None:
        allowed = "one with a certificate: m + m_true up to 7, |m - m_true| up to 1, or m_true = 1"
        raise InputError("m, m_true", (m, m_true), allowed)
    return found.certificate


def _pair(family: Family, m: int, m_true: int, degree: int) -> tuple[str, Certificate | None]:
    """Return the lower side in words, and the certificate of the order."""
    found = pair_box(m, m_true)
    if found is not None:
        fixed, free, box = found
        certificate = accepted(lambda: contact_certificate(family, m, m_true, degree, fixed, free, box))
        if certificate is not None:
            return f"a box holds two mixtures that agree to degree {degree - 1}", certificate
    n = m + m_true
    if abs(m - m_true) <= 1 and n <= _EXPLICIT_UP_TO:
        values = interlaced_scales(m, m_true)
        certificate = accepted(
            lambda: contact_certificate(family, m, m_true, degree, values, differ=["scale"])
        )
        if certificate is not None:
            return "two scale mixtures with interlacing variances, an explicit rational pair", certificate
    if min(m, m_true) == 1:
        certificate = accepted(lambda: order_certificate(family, n - 1))
        if certificate is not None:
            return f"the Gauss-Hermite rule with {n - 1} nodes, exact to degree {degree - 1}", certificate
    return f"two mixtures agree to degree {degree - 1}, {_BELOW_ALL}", None


def interlaced_scales(m: int, m_true: int) -> dict[str, int | Fraction]:
    """Return two mixtures of atoms with mean 0 that agree to degree 2(m + m_true) − 3; |m − m_true| ≤ 1.

    Variances s_i = 0, …, n − 1 alternate between the mixtures; weights are |1 / Π_(j≠i) (s_i − s_j)|, those
    of a divided difference, which vanishes on polynomials in s of degree below n − 1: moments of order 2k
    are multiples of s^k.

    >>> values = interlaced_scales(1, 1)
    >>> [values[name] for name in ("w_1", "s_1", "b_1", "w_2", "s_2")]
    [1, 0, 0, 1, 1]
    """
    n = m + m_true
    larger, smaller = list(range(0, n, 2)), list(range(1, n, 2))
    scales = [*larger, *smaller] if m >= m_true else [*smaller, *larger]
    values: dict[str, int | Fraction] = {}
    for i, s in enumerate(scales, start=1):
        # Times (n - 1)!: binomial coefficients.
        values |= {f"w_{i}": comb(n - 1, s), f"b_{i}": 0, f"s_{i}": s}
    return values


def _locations(family: Family, m: int, m_true: int, degree: int) -> ContactOrder:
    """Discrete measures: interlacing points with binomial weights; atoms left over share a point."""
    small, large = sorted((m, m_true))
    used = min(large, small + 1)
    n = small + used
    many = [(Fraction(comb(n - 1, 2 * i)), 2 * i) for i in range(used)]
    few = [(Fraction(comb(n - 1, 2 * i + 1)), 2 * i + 1) for i in range(small)]
    first, *rest = many
    extra = large - used + 1
    many = [(first[0] / extra, first[1])] * extra + rest
    atoms = [*many, *few] if m >= m_true else [*few, *many]
    values: dict[str, int | Fraction] = {}
    for i, (weight, location) in enumerate(atoms, start=1):
        values |= {f"w_{i}": weight, f"b_{i}": location, f"s_{i}": 0}
    certificate = None
    if m + m_true <= _EXPLICIT_UP_TO:
        certificate = accepted(
            lambda: contact_certificate(family, m, m_true, degree, values, differ=["location"])
        )
    above = "n - 1 moments determine a difference of n atoms, 2 min(m, m_true) moments the fewer atoms"
    below = "interlacing points with binomial weights, an explicit rational pair"
    return ContactOrder(degree, family.name, m, m_true, "free", below, above, certificate)


def _equal_weights(family: Family, m: int, m_true: int, degree: int) -> ContactOrder:
    low, high = EQUAL_WEIGHTS
    if m_true != 1:
        raise InputError("m_true", m_true, "1 together with equal weights")
    if not low <= m <= high or degree != 2 * m:
        allowed = f"{low} to {high} with equal weights, in location-scale cells; other m are open"
        raise InputError("m", m, allowed)
    fixed, free, box = equal_weights_box(m)
    certificate = accepted(lambda: contact_certificate(family, m, 1, degree, fixed, free, box, "equal"))
    above = f"weights of any kind do not reach degree {degree}: Kalai, Moitra and Valiant 2010, Proposition 7"
    below = f"a box holds {m} atoms of equal weight that agree with one to degree {degree - 1}"
    return ContactOrder(degree, family.name, m, 1, "equal", below, above, certificate)
