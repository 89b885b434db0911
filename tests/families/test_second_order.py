"""Second-order relations of densities, checked at random points in 50 digits and by changes of parameters."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
import sympy

from polysolv import Family, InputError, exponents, families
from polysolv.families.second_order.density_text import parse_density
from polysolv.families.second_order.relations import find_second_order
from polysolv.families.second_order.source import parse_truth
from polysolv.families.second_order.two_parameters import relation_type
from polysolv.rates.prover.second_order import relation_certificates

NAMED = {
    "student-location-scale-5": 1,
    "cauchy-location-scale": 1,
    "von-mises": 1,
    "inverse-gaussian": 1,
    "gamma": 0,
    "exponential": 0,
    "negative-binomial": 0,
    "logistic-location-scale": 0,
}


@pytest.fixture(autouse=True)
def fifty_digits():
    with mpmath.workdps(60):
        yield


def _derivatives(source, truth, point, orders):
    """Derivatives of u by mpmath's numerical differentiation at a point, in 50 digits."""
    arguments = [*source.thetas, *source.varying]
    function = sympy.lambdify(arguments, source.density, modules="mpmath")
    at = [mpmath.mpf(v.numerator) / v.denominator for v in truth.values()]
    return {
        index: mpmath.diff(
            lambda *thetas: function(*thetas, *point), tuple(at), index, h=mpmath.mpf(10) ** -18
        )
        for index in orders
    }


@pytest.mark.parametrize("name", NAMED)
def test_relations_hold_at_random_points_and_no_others_fit(name):
    """The least squares problem of all relations has exactly as many small singular values as relations."""
    source = families.get(name).source
    found = find_second_order(source)
    assert len(found.relations) == NAMED[name]
    count = len(source.parameters)
    orders = [
        i
        for total in range(3)
        for i in sympy.utilities.iterables.variations(range(3), count, True)
        if sum(i) == total
    ]
    chooser = random.Random(name)
    low, high = source.support.ends
    rows = []
    for k in range(len(orders) + 3):
        y = (
            mpmath.mpf(k)
            if source.support.integers
            else mpmath.mpf(chooser.uniform(max(low, -3), min(high, 4)))
        )
        values = _derivatives(source, found.place.atoms[0], [y], orders)
        rows.append([values[index] for index in orders])
    singular = sorted(mpmath.svd_r(mpmath.matrix(rows), compute_uv=False))
    assert sum(s < mpmath.mpf(10) ** -15 for s in singular) == NAMED[name]
    assert singular[NAMED[name]] > mpmath.mpf(10) ** -11


EXPONENTS = {
    ("student-location-scale-5", 1): ["2 2", "3 3", "4 4"],
    ("student-location-scale-2", 1): ["2 2", "3 3", "4 4"],
    ("cauchy-location-scale", 1): ["2 2", "3 3", "4 4"],
    ("student-location-scale-3", 2): ["2 2", "2 2", "[3, ?] [3, ?]"],
    ("von-mises", 1): ["2 2", "3 3", "4 4"],
    ("von-mises-fisher", 3): ["2", "2", "[3, ?]"],
    ("inverse-gaussian", 1): ["2 2", "2 2", "2 2"],
    ("gaussian-sd", 1): ["4 2", "6 3", "8 4"],
    ("gamma", 1): ["2 2", "2 2", "2 2"],
    ("negative-binomial", 1): ["2 2", "2 2", "2 2"],
    ("poisson", 1): ["2", "2", "2"],
    ("exponential", 1): ["2", "2", "2"],
    ("spherical-gaussian", 2): ["2 2", "3 2", "4 2"],
    ("spherical-gaussian", 3): ["2 2", "2 2", "3 2"],
    ("softmax-poisson", 1): ["2 2 2"] * 3,
    ("softmax-logistic", 2): ["2 2 2"] * 3,
    ("softmax-gamma", 1): ["2 2 2 2"] * 3,
}


LONG = {
    "student-location-scale-5",
    "student-location-scale-2",
    "von-mises-fisher",
    "student-location-scale-3",
}


@pytest.mark.parametrize(
    ("name", "d"), [pytest.param(*key, marks=[pytest.mark.slow] * (key[0] in LONG)) for key in EXPONENTS]
)
def test_every_row_of_the_table_is_decided(name, d):
    for m, expected in zip((2, 3, 4), EXPONENTS[name, d], strict=True):
        assert " ".join(map(str, exponents(name, m, d).values())) == expected


@pytest.mark.parametrize("name", ["cauchy-location-scale", "inverse-gaussian", "gamma"])
@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_kernel_accepts_certificates_of_exponents(name, m):
    certificates = relation_certificates(families.get(name), m)
    assert certificates.keys() == {"all"}
    assert certificates["all"].verify().accepted


def test_a_simplex_certificate_in_the_plane():
    found = relation_certificates(families.get("student-location-scale-5", 2), 4)
    assert found.keys() == {"theta_1", "theta_2", "scale"}
    assert all(certificate.verify().accepted for certificate in found.values())


GAUSSIANS = ["exp(-(y - m)^2/(2*s))/sqrt(s)", "exp(-(y - m)^2/(2*s^2))/s", "exp(-(y - m)^2*exp(-s)/2 - s/2)"]


@pytest.mark.parametrize("text", GAUSSIANS)
def test_the_scale_of_a_location_scale_cell_is_never_2_at_m_3(text):
    """Q = e_s e_s^T is orthogonal to all relations, and yet the exponent of s is m."""
    family = Family.from_density_text(text, truths=[{"m": 0, "s": 1}])
    found = exponents(family, 3)
    assert [(b.lower, b.upper) for b in found.values()] == [(6, 6), (3, 3)]
    assert "all" not in relation_certificates(family, 3)


CHANGES = {
    "s/(pi*(s^2 + (y - m)^2))": (["2 2", "3 3", "4 4"], "-oo:oo"),
    "sqrt(s/(2*pi*y^3))*exp(-s*(y - m)^2/(2*m^2*y))": (["2 2"] * 3, "0:oo"),
    "s^m*y^(m - 1)*exp(-s*y)/gamma(m)": (["2 2"] * 3, "0:oo"),
}


@pytest.mark.slow
@pytest.mark.parametrize("text", CHANGES)
def test_a_change_of_parameters_does_not_change_the_verdict(text):
    """Random polynomial changes of both parameters, positive where both are."""
    expected, support = CHANGES[text]
    chooser = random.Random(text)
    y, m, s, a, b = sympy.symbols("y m s a b", real=True)
    density = parse_density(text)[0]
    p, q = (sympy.Rational(chooser.randint(1, 5), chooser.randint(2, 4)) for _ in range(2))
    changed = density.subs({m: a + p * b**2, s: b + q * a * b}, simultaneous=True)
    family = Family.from_density(changed, [a, b], [], y, support=support)
    assert sorted(" ".join(map(str, exponents(family, k).values())) for k in (2, 3, 4)) == sorted(expected)


def test_types_of_relations():
    kinds = {
        "cauchy-location-scale": "elliptic",
        "von-mises": "elliptic",
        "inverse-gaussian": "hyperbolic",
    }
    assert {name: relation_type(families.get(name).source).kind for name in kinds} == kinds
    natural = Family.from_density_text("exp(p*y - q*y^2 - p^2/(4*q))*sqrt(q)")
    assert relation_type(natural.source).kind == "parabolic"
    assert [str(b) for b in exponents(natural, 3).values()] == ["6", "3"]


@pytest.mark.slow
def test_atoms_of_several_cells_together():
    """Five outcomes for which R is 0 in each cell alone and not in both, observed-algebra page section 5."""
    y, t = sympy.symbols("y t", real=True)
    half = sympy.Rational(1, 2)
    parts = [t, t**2, t**3, t**2 * (t - 1) ** 2 * (t - half)]
    parts.append(-sum(parts))
    values = range(5)
    weights = [
        sympy.prod([(y - j) / sympy.Integer(i - j) for j in values if j != i]) for i in values
    ]  # 1 at y = i, else 0
    density = sympy.Add(*((sympy.Rational(1, 5) + p / 20) * w for p, w in zip(parts, weights, strict=True)))
    alone = Family.from_density(density, [t], [], y, values=list(values), truths=[{"t": 0}])
    assert str(exponents(alone, 2)["t"]) == "2"
    both = Family.from_density(density, [t], [], y, values=list(values), truths=[{"t": 0}, {"t": 1}])
    assert len(find_second_order(both.source).relations) == 1
    assert not exponents(both, 2)["t"].proved


@pytest.mark.parametrize(
    ("text", "support", "hint"),
    [
        ("exp(-abs(y - m)/b)/(2*b)", "", "where m - y = 0 this one has none with respect to m"),
        ("b^a*y^(a - 1)*exp(-b*y)", "0:oo", "changes with a"),
        ("b*exp(b*y)", "0:oo", "not finite"),
        ("b*exp(-b*y)*(1 - y)", "0:oo", "negative"),
        ("exp(-0.5*(y - m)^2)", "", "no floats"),
        ("exp(-(y - m)^2", "", "closing bracket"),
        ("exec(y - m)", "", "did you mean exp"),
        ("exp(-y^2)", "", "at least one parameter"),
        ("exp(-m^2)", "", "response"),
        ("m/m*exp(-(y - m)^2 + y^2 - 2*m*y - (y - m)^2)*c^0", "", "c cancels"),
        ("__import__(y)", "", "names, integers"),
        ("exp(-(y - m)^2)", "3:1", "lower end"),
        ("m^10^10*exp(-y)", "", "size at most"),
        ("exp(-(y - m)^2*s^0 - (y - c - m)^2)", "", "s cancels"),
    ],
)
def test_bad_densities_get_one_clear_line(text, support, hint):
    with pytest.raises(InputError, match=hint) as caught:
        find_second_order(
            Family.from_density_text(text, support, [{"m": 1, "b": 1}]).source
        ) if "abs" in text else (Family.from_density_text(text, support))
    assert "\n" not in str(caught.value)


def test_a_density_that_is_not_identified_at_first_order_is_refused():
    with pytest.raises(InputError, match="does not change it at first order"):
        exponents(Family.from_density_text("exp(-(y - a - c)^2/2)/sqrt(2*pi)", truths=[{"a": 0, "c": 1}]), 2)


@pytest.mark.parametrize("text", ["a", "a=1,a=2", "a=0.5", "a=1/0", "=2", "a=1e3"])
def test_bad_true_atoms(text):
    with pytest.raises(InputError, match="--true-atom"):
        parse_truth(text)


def test_true_atoms_of_families():
    family = families.get("gamma")
    with pytest.raises(InputError, match=r"truths\.rate"):
        family.with_truths([{"shape": 2}])
    with pytest.raises(InputError, match="differ"):
        family.with_truths([{"shape": 2, "rate": 1}] * 2)
    with pytest.raises(InputError, match="without a log-symbol"):
        families.get("poisson").with_truths([{"mean": 1}])
    assert exponents(family.with_truths([{"shape": 2, "rate": Fraction(1, 2)}]), 3)["rate"].proved


MORE = {
    "k/l*(y/l)^(k - 1)*exp(-(y/l)^k)": ("0:oo", "2 2"),
    "exp(-(y - m)/s - exp(-(y - m)/s))/s": ("-oo:oo", "2 2"),
    "gamma(a + b)/(gamma(a)*gamma(b))*y^(a - 1)*(1 - y)^(b - 1)": ("0:1", "2 2"),
    "exp(-(log(y) - m)^2/(2*s^2))/(y*s*sqrt(2*pi))": ("0:oo", "6 3"),
    "exp(-(y - m)^2/(2*s^2))*(1 + erf(a*(y - m)/(s*sqrt(2))))/(s*sqrt(2*pi))": (
        "-oo:oo",
        "[3, ?] [2, ?] [2, ?]",
    ),
    "(1 - r^2)/(1 + r^2 - 2*r*cos(y - m))/(2*pi)": ("-pi:pi", "3 3"),
    "(1 + e*cos(y - m))/(2*pi)": ("-pi:pi", "[3, ?] [3, ?]"),
    "p*(1 - p)^y": ("integers", "2"),
    "exp(a*x + b)*exp(-exp(a*x + b)*y)": ("0:oo", "2 2"),
    "(1/(1 + exp(-a*x - b)))^y*(1/(1 + exp(a*x + b)))^(1 - y)": ("0,1", "2 2"),
}


@pytest.mark.slow
@pytest.mark.parametrize("text", MORE)
def test_more_densities_as_text(text):
    support, expected = MORE[text]
    assert " ".join(map(str, exponents(Family.from_density_text(text, support), 3).values())) == expected


def test_parameters_on_the_circle_of_a_cardioid_have_rank_one_relations():
    """Its densities span three functions: relations of rank one decide already for two atoms."""
    family = Family.from_density_text("(1 + e*cos(y - m))/(2*pi)", "-pi:pi")
    assert [(b.lower, b.upper) for b in exponents(family, 2).values()] == [(3, None), (3, None)]
    assert all(c.verify().accepted for c in relation_certificates(family, 2).values())
