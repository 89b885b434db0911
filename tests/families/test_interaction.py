"""The generated PDE relations hold for the true densities, differentiated by SymPy."""

from __future__ import annotations

import pytest
import sympy

from polysolv import families
from polysolv.families.factorisations import factorisations
from polysolv.families.interaction import interaction
from polysolv.families.log_symbol import linear_log_symbol


def _density(family):
    """One atom of the family as a SymPy expression, and its parameter symbols by component."""
    symbols = {name: sympy.Symbol(name, positive=name == "sigma") for name in family.components}
    response = sympy.Symbol("response")
    covariates = [sympy.Symbol(name) for name in family.log_symbol.covariates]
    if family.name.startswith("location"):
        mean, gate = symbols["mu"], sympy.Integer(1)
    else:
        slopes = [symbols[c] for c in family.parameter("a").components]
        mean = symbols["b"] + sum(s * x for s, x in zip(slopes, covariates, strict=True))
        gates = [symbols[c] for c in family.components if c.startswith("beta1")]
        gate = sympy.exp(sum(s * x for s, x in zip(gates, covariates, strict=False)))
    variance = symbols.get("sigma", sympy.Integer(1))
    normal = sympy.exp(-((response - mean) ** 2) / (2 * variance)) / sympy.sqrt(2 * sympy.pi * variance)
    return gate * normal, symbols


@pytest.mark.parametrize(
    ("name", "d"),
    [("softmax-gaussian", 1), ("softmax-gaussian", 2), ("gaussian-experts-free-gate", 1)]
    + [("location-scale-gaussian", 1)],
)
def test_relations_hold_for_the_density(name, d):
    family = families.get(name, d)
    density, symbols = _density(family)
    relations = family.interaction()
    assert relations
    for relation in relations:
        sides = []
        for orders in (relation.left, relation.right):
            value = density
            for component, order in orders:
                value = sympy.diff(value, symbols[component], order)
            sides.append(value)
        factor = sympy.Rational(relation.coefficient.numerator, relation.coefficient.denominator)
        assert sympy.simplify((sides[0] - factor * sides[1]) / density) == 0


def test_softmax_relations_are_the_published_ones():
    shown = {str(relation) for relation in families.get("softmax-gaussian").interaction()}
    assert shown == {"∂²u/∂beta1∂b = ∂u/∂a", "∂²u/∂b² = 2 ∂u/∂sigma"}


def test_no_interaction_without_a_second_symbol():
    assert families.get("location-gaussian").interaction() == ()


def test_a_relation_of_order_three_is_found_when_asked_for():
    log_symbol = linear_log_symbol((), ("y",), {"p": (1, {"y": 2}), "q": (2, {"y": 3})})
    assert [str(r) for r in interaction(log_symbol)] == ["∂³u/∂p³ = 1/4 ∂²u/∂q²"]


def test_factorisations_against_brute_force():
    symbols = [(1, 0), (1, 1), (0, 1), (0, 2)]
    found = set(factorisations((2, 4), symbols))
    brute = {
        (i, j, k, n)
        for i in range(3)
        for j in range(3)
        for k in range(5)
        for n in range(3)
        if i + j == 2 and j + k + 2 * n == 4
    }
    assert found == brute
