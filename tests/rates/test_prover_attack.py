"""Attacks on the upper bounds: random small log-symbols against random and searched arcs, exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import Family, InputError, exponents, families
from polysolv.rates.prover.arc import Arc
from polysolv.rates.prover.arc_search import searched_arcs
from polysolv.rates.prover.corrections import corrected
from polysolv.rates.prover.nodes import Nodes, gauss_hermite
from polysolv.rates.prover.upper import upper_bounds

NAMES = ["p", "q", "r", "s"]
MONOMIALS = [(i, j) for i in range(4) for j in range(4) if 1 <= i + j <= 4]
COEFFICIENTS = [1, -1, 2, Fraction(1, 2)]


@st.composite
def linear_families(draw):
    chosen = draw(st.lists(st.sampled_from(MONOMIALS), min_size=2, max_size=4, unique=True))
    if not any(j for _, j in chosen):
        chosen[0] = (0, 1)
    terms = [
        f"({draw(st.sampled_from(COEFFICIENTS))})*{n}*x^{i}*y^{j}"
        for n, (i, j) in zip(NAMES, chosen, strict=False)
    ]
    return Family.from_log_symbol("random", " + ".join(terms), NAMES[: len(chosen)], ["x"], ["y"])


@st.composite
def any_families(draw):
    """Families whose K may hold products of perturbations."""
    plain = draw(linear_families())
    names = plain.components
    extra = []
    for _ in range(draw(st.integers(1, 2))):
        i, j = draw(st.sampled_from([(0, 1), (0, 2), (1, 1), (2, 0)]))
        pair = draw(st.sampled_from([f"{a}*{b}" for a in names for b in names]))
        extra.append(f"({draw(st.sampled_from(COEFFICIENTS))})*{pair}*x^{i}*y^{j}")
    return Family.from_log_symbol("random", " + ".join([str(plain.log_symbol), *extra]), names, ["x"], ["y"])


@st.composite
def two_dual_families(draw):
    """Families in two dual variables whose symbols are powers of linear forms."""
    terms = []
    for name in NAMES[: draw(st.integers(2, 4))]:
        form = draw(st.sampled_from(["u", "v", "(u + v)", "(u - v)", "(u + 2*v)"]))
        terms.append(f"{name}*{form}^{draw(st.integers(1, 2))}")
    try:
        return Family.from_log_symbol("random", " + ".join(terms), NAMES[: len(terms)], [], ["u", "v"])
    except InputError:  # two parameters with the same symbol
        return Family.from_log_symbol("random", "p*(u + v) + q*(u + v)^2", ["p", "q"], [], ["u", "v"])


@st.composite
def leading_terms(draw, names, nodes):
    def vector():
        j = draw(st.integers(0, nodes.size - 1))
        scale = Fraction(draw(st.sampled_from([1, -1, 2, -2, Fraction(1, 2)])))
        return tuple(scale * c for c in nodes.basis[j])

    active = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    return {name: {(draw(st.integers(1, 5)),): vector()} for name in active}


RULES = [
    gauss_hermite(2),
    Nodes((0, 1), (2,)),
    gauss_hermite(3),
    Nodes((0, 1, 0), (1, 1)),
    Nodes((0, 2, 1), (1, 3)),
    gauss_hermite(4),
    Nodes((0, 0, 0, 0), (Fraction(5, 3), Fraction(8, 15), Fraction(9, 5))),
]


def _check(family, m, arc, limit):
    upper = upper_bounds(family.log_symbol, m)
    contact = arc.contact(limit)
    for name in family.components:
        order = arc.order(name)
        if order is not None and name in upper:
            assert Fraction(contact, order) <= upper[name][0], (str(family.log_symbol), m, str(arc))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data(), st.one_of(linear_families(), any_families(), two_dual_families()))
def test_no_random_arc_violates_an_upper_bound(data, family):
    _attack(data, family)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.data(), st.one_of(linear_families(), any_families(), two_dual_families()))
def test_no_arc_of_many_violates_an_upper_bound(data, family):
    _attack(data, family)


def _attack(data, family):
    nodes = data.draw(st.sampled_from(RULES))
    leading = data.draw(leading_terms(family.components, nodes))
    arc = corrected(family.log_symbol, nodes, leading, 10)
    _check(family, nodes.size, arc, 10)


@settings(max_examples=2, deadline=None, derandomize=True)
@given(linear_families(), st.integers(0, 1000))
def test_no_searched_arc_violates_an_upper_bound(family, seed):
    """The search aims at each component from the bound 2 on, whatever the prover says."""
    for m in (2, 3):
        upper = upper_bounds(family.log_symbol, m)
        wanted = tuple((c, Fraction(2), None) for c in family.components)
        for component, (value, arc) in searched_arcs(family.log_symbol, m, wanted, seed).items():
            assert arc.contact(30) >= value * arc.order(component)
            assert component not in upper or value <= upper[component][0]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.one_of(linear_families(), any_families(), two_dual_families()), st.integers(0, 10**6))
def test_a_long_search_violates_nothing(family, seed):
    for m in (2, 3):
        upper = upper_bounds(family.log_symbol, m)
        wanted = tuple((c, Fraction(2), None) for c in family.components)
        for component, (value, _) in searched_arcs(family.log_symbol, m, wanted, seed).items():
            assert component not in upper or value <= upper[component][0]


@pytest.mark.parametrize("name", [name for name in families.names() if families.get(name).source is None])
@pytest.mark.parametrize("m", [2, 3])
def test_every_arc_of_a_shipped_family_is_what_it_says(name, m):
    """Substituted here with floating-point nodes: V/ε^(κ·order) stays bounded as ε falls."""
    import numpy as np

    family = families.get(name)
    for component, bounds in zip(family.components, _by_component(family, m), strict=True):
        arc = bounds.arc
        order = arc.order(component)
        assert order is not None
        contact = int(bounds.lower * order)
        sizes = [_distance(family, arc, eps, np) / eps**contact for eps in (0.05, 0.025, 0.0125)]
        assert sizes[2] <= 3 * sizes[0] + 1e-6


def _by_component(family, m):
    from polysolv.rates.prover.exponents import component_exponents

    found = component_exponents(family, m)
    return [found[c] for c in family.components]


def _distance(family, arc: Arc, eps, np):
    """sup over points (x, y) near 0 of |Σ w exp(K) − 1|, all in floating point."""
    nodes = arc.nodes
    matrix = np.diag([float(a) for a in nodes.shifts])
    for k, b in enumerate(nodes.norms):
        matrix[k, k + 1] = matrix[k + 1, k] = float(b) ** 0.5
    z, vectors = np.linalg.eigh(matrix)
    weights = vectors[0] ** 2
    constants = dict.fromkeys(family.log_symbol.constants, 1.5)
    values = {}
    for name in family.components:
        total = np.zeros_like(z)
        for key, vector in arc.paths.get(name, {}).items():
            scale = eps ** key[0] * np.prod([1.5**e for e in key[1:]] or [1.0])
            total += scale * sum(float(c) * z**i for i, c in enumerate(vector))
        values[name] = total
    worst = 0.0
    generator = np.random.default_rng(1)
    for _ in range(30):
        point = dict(
            zip(
                family.log_symbol.variables,
                generator.uniform(-1, 1, len(family.log_symbol.variables)),
                strict=True,
            )
        )
        total = np.zeros_like(z)
        for t in family.log_symbol.terms:
            value = float(t.coefficient) * np.ones_like(z)
            for names, powers, source in (
                (family.components, t.perturbations, values),
                (family.log_symbol.variables, t.variables, point),
                (family.log_symbol.constants, t.constants, constants),
            ):
                for n, e in zip(names, powers, strict=False):
                    value = value * source[n] ** e
            total += value
        worst = max(worst, abs(float(weights @ np.expm1(total))))
    return worst


def test_the_prover_agrees_with_the_arcs_where_it_says_proved():
    for name in families.names():
        for bounds in exponents(name, 2).values():
            assert bounds.upper is not None
            assert bounds.lower <= bounds.upper
            assert bounds.proved == (bounds.lower == bounds.upper)
            assert bounds.trace
