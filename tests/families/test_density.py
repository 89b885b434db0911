"""From densities to PDEs, log-symbols and systems."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from sympy import Abs, Rational, exp, pi, sqrt, symbols

from polysolv import Family, InputError, build_system, exponents, families
from polysolv.families.density import NoLogSymbol, density_relations, log_symbol_of_density
from polysolv.systems.density_system import density_system

Y, X, A, B, S, G, M = symbols("Y x a b sigma beta1 mu")


def _normal(mean, variance):
    return exp(-((Y - mean) ** 2) / (2 * variance)) / sqrt(2 * pi * variance)


CASES = [
    ("softmax-gaussian", exp(G * X) * _normal(A * X + B, S), [G, A, B, S], [X]),
    ("gaussian-experts-free-gate", _normal(A * X + B, S), [B, A, S], [X]),
    ("location-scale-gaussian", _normal(M, S), [M, S], []),
    ("location-gaussian", _normal(M, Rational(3, 2)), [M], []),
    ("free-gate-variance-x2", _normal(A * X + B, S * X**2), [B, A, S], [X]),
]


@pytest.mark.parametrize(("name", "density", "parameters", "covariates"), CASES)
def test_it_agrees_with_the_log_symbol_route(name, density, parameters, covariates):
    derived, shipped = Family.from_density(density, parameters, covariates, Y), families.get(name)
    assert derived.log_symbol == shipped.log_symbol
    system = build_system(shipped, 2, 4)
    assert build_system(derived, 2, 4).equations == system.equations
    for m in (2, 3):
        ours = {n: (b.lower, b.upper) for n, b in exponents(derived, m).items()}
        assert ours == {n: (b.lower, b.upper) for n, b in exponents(shipped, m).items()}


def test_the_pdes_of_the_gaussian_mixture_of_experts():
    found = density_relations(CASES[0][1], CASES[0][2], [X], Y)
    assert {"∂²u/∂beta1∂b = ∂u/∂a", "∂²u/∂b² = 2 ∂u/∂sigma"} <= set(map(str, found.relations))
    assert not found.strongly_identifiable
    family = Family.from_density(CASES[0][1], ["beta1", "a", "b", "sigma"], ["x"], "Y")
    assert {"∂²u/∂beta1∂b = ∂u/∂a", "∂²u/∂b² = 2 ∂u/∂sigma"} == set(map(str, family.interaction()))


@pytest.mark.parametrize(("name", "density", "parameters", "covariates"), CASES[:3])
def test_relations_hold_when_differentiated_directly(name, density, parameters, covariates):
    for relation in density_relations(density, parameters, covariates, Y).relations:

        def derivative(orders):
            value = density
            for parameter, k in orders:
                value = sympy.diff(value, sympy.Symbol(parameter), k)
            return value

        total = derivative(relation.left) - sum(
            Rational(c.numerator, c.denominator) * derivative(o) for c, o in relation.right
        )
        assert sympy.simplify(total / density) == 0


def test_the_grouped_taylor_system_equals_the_one_of_the_log_symbol():
    """Up to order 2 of differentiation: the same polynomials at the monomials that need no higher order."""
    m = 2
    grouped = density_system(density_relations(_normal(M, S), [M, S], [], Y), m)
    built = build_system("location-scale-gaussian", m, 2)
    # ∂u/∂mu is the equation at y; ∂u/∂sigma is half of that at y².
    assert grouped.unknowns == built.unknowns
    assert grouped.equations[(1, 0)] == built.equations[(1,)]
    assert grouped.equations[(0, 1)] == {k: 2 * c for k, c in built.equations[(2,)].items()}


def test_families_without_relations():
    student = (1 + (Y - B) ** 2) ** Rational(-5, 2)
    found = density_relations(student, [B], [], Y, order=3)
    assert found.strongly_identifiable
    assert str(found) == "strongly identifiable to order 3"
    family = Family.from_density(student, [B], [], Y, order=3)
    assert any("strongly identifiable to order 3" in remark for remark in family.remarks)
    assert exponents(family, 4)["b"].lower == exponents(family, 4)["b"].upper == 2
    quartic = exp(-((Y - B) ** 4) / S) / sqrt(sqrt(S))
    family = Family.from_density(quartic, [B, S], [], Y)
    assert {n: (b.lower, b.upper) for n, b in exponents(family, 3).items()} == {"b": (2, 2), "sigma": (2, 2)}


SCALED_STUDENT = (1 + (Y - B) ** 2 / S) ** -3 / sqrt(S)


@pytest.mark.parametrize(
    ("density", "parameters", "relation", "coefficients"),
    [
        # A standard deviation instead of a variance: ∂²u/∂b² = 1/S ∂u/∂S.
        (exp(-((Y - B) ** 2) / (2 * S**2)) / S, [B, S], (("b", 2),), {(("sigma", 1),): lambda s: 1 / s}),
        # Student with five degrees of freedom and unknown scale.
        (
            SCALED_STUDENT,
            [B, S],
            (("sigma", 2),),
            {(("sigma", 1),): lambda s: 3 / (2 * s), (("b", 2),): lambda s: -1 / (4 * s)},
        ),
    ],
)
def test_relations_with_coefficients_that_depend_on_the_parameters(
    density, parameters, relation, coefficients
):
    found = density_relations(density, parameters, [], Y)
    assert found.relations == ()
    assert found.depends_on_parameters
    assert not found.strongly_identifiable
    (only,) = found.pointwise
    assert only.left == relation
    assert {o: c for c, o in only.right} == {o: f(found.point["sigma"]) for o, f in coefficients.items()}
    assert str(found).startswith(f"at b = {found.point['b']}, sigma = {found.point['sigma']}:")
    with pytest.raises(NoLogSymbol, match=r"^expr: '∂²u/∂\w+² = .* do not depend on the parameters"):
        log_symbol_of_density(density, parameters, [], Y)
    system = density_system(found, 2)
    assert len(system) == len(found.derivatives) - 2


def test_a_standard_deviation_as_a_log_symbol_with_a_true_value():
    """N(mu, (s + ds)^2): what from_density cannot write down, and a log-symbol can."""
    family = Family.from_log_symbol("sd", "dm*y + (s*ds + ds^2/2)*y^2", ["dm", "ds"], assumptions=["s != 0"])
    found = {n: (b.lower, b.upper) for n, b in exponents(family, 3).items()}
    assert found == {"dm": (6, 6), "ds": (3, 3)}


def test_a_location_family_whose_derivatives_are_all_alike():
    """exp(b - Y): ∂u/∂b = u, so b is not identified and b*y is not its log-symbol."""
    with pytest.raises(InputError, match="∂u/∂b = u"):
        Family.from_density(exp(B - Y), [B], [], Y)


def test_relations_that_no_log_symbol_explains_are_listed():
    cauchy = S / (S**2 + (Y - B) ** 2)
    with pytest.raises(NoLogSymbol, match="∂²u/∂sigma² = -∂²u/∂b²"):
        log_symbol_of_density(cauchy, [B, S], [], Y)
    found = density_relations(cauchy, [B, S], [], Y)
    system = density_system(found, 2)
    values = dict.fromkeys(system.unknowns, Fraction(0)) | {"w_1": 1, "b_1": 1, "sigma_1": 1}
    assert system.substitute(values)[(2, 0)] == 0  # b²/2 − sigma²/2


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("exp(-x**2)", [B], [], Y), "not evaluated"),
        ((_normal(B, 1.5), [B], [], Y), "no floats"),
        ((_normal(B, S), [B], [], Y), "sigma"),
        ((_normal(B, S), [B, S, A], [], Y), "occurs in the density"),
        ((_normal(B, S), [], [], Y), "one or more parameters"),
        ((_normal(B, S), [B, B, S], [], Y), "different"),
        ((_normal(B, S), "b", [], Y), "a list"),
        ((_normal(B, S), [3], [], Y), "symbols or their names"),
        ((exp(-Abs(Y - B)), [B], [], Y), "a density with derivatives: where Y - b = 0 this one has none"),
        ((Y**B * exp(-Y), [B], [], Y), "no finite real value at Y = "),
        ((_normal(B, S), [B, S], [], Y, 9), "order"),
    ],
)
def test_bad_densities(arguments, hint):
    with pytest.raises(InputError, match=hint) as caught:
        Family.from_density(*arguments)
    assert "\n" not in str(caught.value)
