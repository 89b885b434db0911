"""Attacks on exponents modulo relations: random log-symbols with random ideals, and orders and units changed."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import least_squares

from polysolv import Family, InputError, exponents, families
from polysolv.groebner.quotient_ring import QuotientRing

_SPEC = importlib.util.spec_from_file_location(
    "observed_search", Path(__file__).with_name("test_observed_search.py")
)
search = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(search)

TWO_COVARIATES = ["x2 - x1^2", "x1*x2", "x1*x2 - 1", "x1^2 + x2^2 - 1", "x2^2 - x1^3", "x1^4 - 2*x2^4"]
ONE_DUAL = ["y^2", "y^3", "y^4", "y^3 - y", "y^2 - y", "y^3 + y"]
TWO_DUALS = ["u^2 + v^2", "u*v", "u^2 - v^2", "u^2 - v", "u^2", "v^2 - u^3", "u^2 + u*v + v^2", "u^2*v"]
MORE_LEVELS = ["{v}^2 - 2", "{v}^3 - 2*{v}", "{v}^3 - {v}^2", "{v}^3 + {v}", "{v}^4 - 2*{v}"]


def random_family(seed):
    """Return (log-symbol, components, covariates, duals, relations)."""
    chooser = random.Random(seed)
    covariates = chooser.choice([[], ["x"], ["x"], ["x"], ["x1", "x2"]])
    duals = chooser.choice([["y"], ["y"], ["u", "v"]])
    monomials = []
    alone = len(covariates) + len(duals) == 1  # one variable has three powers of degree 1 to 3
    count = min(chooser.randint(2, 4), 3 if alone else 4)
    while len(monomials) < count:
        e = [chooser.choice([0, 0, 1, 1, 2]) for _ in covariates] + [
            chooser.choice([0, 1, 1, 2, *([3] if alone else [])]) for _ in duals
        ]
        if 1 <= sum(e) <= 3 and e not in monomials:
            monomials.append(e)
    if not any(any(e[len(covariates) :]) for e in monomials):
        monomials[0] = [0] * len(covariates) + [1] + [0] * (len(duals) - 1)

    def shown(e):
        return "*".join(f"{v}^{k}" for v, k in zip([*covariates, *duals], e, strict=True) if k)

    names = list("pqrs"[:count])
    terms = [
        f"({chooser.choice(['1', '2', '-1', '1/2'])})*{n}*{shown(e)}"
        for n, e in zip(names, monomials, strict=True)
    ]
    if chooser.random() < 0.35:
        pairs = [chooser.choices(names, k=2) for _ in range(chooser.randint(1, 2))]
        terms += [f"{a}*{b}*{shown(chooser.choice(monomials))}" for a, b in pairs]
    relations = []
    for v in covariates:
        draw = chooser.random()
        if draw < 0.5:
            levels = chooser.sample([-1, 0, 1, 2], 2 if draw < 0.35 else 3)
            relations.append("*".join(f"({v} - ({level}))" for level in levels))
        elif draw < 0.58:
            relations.append(chooser.choice(MORE_LEVELS).format(v=v))
    if len(covariates) == 2 and chooser.random() < 0.4:
        relations.append(chooser.choice(TWO_COVARIATES))
    if chooser.random() < 0.5 or not relations:
        relations.append(chooser.choice(ONE_DUAL if len(duals) == 1 else TWO_DUALS))
    if covariates == ["x"] and chooser.random() < 0.15:
        y = duals[0]
        relations.append(chooser.choice([f"x*{y}^2", f"{y}^2 - x*{y}", f"x*{y}", f"x^2*{y}", f"(x^2+1)*{y}"]))
    return terms, names, covariates, duals, relations


def contradict(one, other):
    """Whether two statements about one exponent cannot both be true."""
    return any(
        a.upper is not None and (b.lower is None or b.lower > a.upper)
        for a, b in ((one, other), (other, one))
    )


def built(terms, names, covariates, duals, relations):
    try:
        return Family.from_log_symbol("any", " + ".join(terms), names, covariates, duals, relations=relations)
    except InputError:
        return None  # the relations leave nothing


def check_orders(seed, sizes):
    terms, names, covariates, duals, relations = random_family(seed)
    family = built(terms, names, covariates, duals, relations)
    chooser = random.Random(seed + 1)
    shuffled = [chooser.sample(listed, len(listed)) for listed in (terms, names, duals, relations)]
    other = built(shuffled[0], shuffled[1], covariates, shuffled[2], shuffled[3])
    assert (family is None) == (other is None), (seed, relations)
    found = {}
    for m in sizes if family else ():
        found[m] = exponents(family, m)
        again = exponents(other, m)
        for name in names:
            assert not contradict(found[m][name], again[name]), (seed, m, name)
            assert found[m][name].upper == again[name].upper, (seed, m, name)
    for m in sizes[1:] if family else ():
        for name in names:
            fewer, more = found[m - 1][name], found[m][name]
            assert more.upper is None or (fewer.lower is not None and fewer.lower <= more.upper)
            assert fewer.lower is not None or more.lower is None
    return family, found


def check_arcs(seed, family, found):
    """Put every arc of the lower bounds into normal forms computed by SymPy, in floating point."""
    terms, names, covariates, duals, relations = random_family(seed)
    for m, listed in found.items():
        coefficients = search.Coefficients(
            " + ".join(terms), names, [*covariates, *duals], relations, 2 * m + 2
        )
        for name, bounds in listed.items():
            arc = bounds.arc
            order = arc.order(name)
            matrix = np.diag([float(a) for a in arc.nodes.shifts])
            for k, norm in enumerate(arc.nodes.norms):
                matrix[k, k + 1] = matrix[k + 1, k] = float(norm) ** 0.5
            z, vectors = np.linalg.eigh(matrix)
            values = []
            contact = 2 * m + 2 if bounds.lower is None else min(2 * m + 2, float(bounds.lower * order))
            for eps in (0.04, 0.02):
                delta = np.zeros((len(z), len(names)))
                for i, n in enumerate(names):
                    for key, vector in arc.paths.get(n, {}).items():
                        delta[:, i] += eps ** key[0] * sum(float(c) * z**j for j, c in enumerate(vector))
                assert bounds.lower is None or abs(delta[:, names.index(name)]).max() > 0

                # Weights are free, and absorb constants.
                result = least_squares(
                    lambda shift, at, start, value: 1e6 * value(at, start * np.exp(shift)),
                    np.zeros(len(z)),
                    args=(delta, vectors[0] ** 2, coefficients),
                    xtol=1e-15,
                    ftol=1e-15,
                    gtol=1e-15,
                )
                values.append(np.sqrt(2 * result.cost) / 1e6)
            assert values[1] < 1e-9 or values[1] <= 1.3 * values[0] / 2**contact, (seed, m, name, values)


SEEDS = [*(1, 2, 4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 5, 6, *range(100, 420)))]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_arc_goes_below_a_bound(seed):
    """The prover searches arcs of its own beside the bounds, and would end in an AssertionError."""
    family, found = check_orders(seed, (1, 2))
    if family:
        check_arcs(seed, family, found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(500, 540))
def test_no_least_distance_goes_below_a_bound(seed):
    family, found = check_orders(seed, (1, 2))
    if not family:
        return
    terms, names, covariates, duals, relations = random_family(seed)
    coefficients = search.Coefficients(" + ".join(terms), names, [*covariates, *duals], relations, 7)
    sizes = [0.2, 0.13, 0.085]
    for name in names:
        bounds = found[2][name]
        if bounds.upper is not None:
            values = search.least_values(coefficients, 2, name, sizes, starts=4, seed=seed, radius=0.3)
            assert search.slope(values, sizes) <= float(bounds.upper) + 0.3, (seed, name, values)


@pytest.mark.parametrize("levels", [[0, 1], [-3, 4], [0, 1, 2], [-1, 5, 7]])
@pytest.mark.parametrize("m", [2, 3])
def test_units_of_a_covariate_do_not_matter(levels, m):
    def at(values):
        relation = "*".join(f"(x - ({v}))" for v in values)
        family = families.get("softmax-gaussian").observed_modulo([relation])
        return {n: (b.status, b.lower, b.upper) for n, b in exponents(family, m).items()}

    first = at(levels)
    for scale, shift in (("3", 0), ("-1/2", 5), ("7/3", -2)):
        assert at([f"({scale})*({level}) + ({shift})" for level in levels]) == first
    assert first["a"][1:] == ((2 * m,) * 2 if len(levels) == 2 else (2, 2))


@pytest.mark.parametrize(
    ("relations", "gone"),
    [
        (["x^4 - 2*x"], ["a"]),  # levels 0 and the cube root of 2
        (["x^3 - 2"], []),
        (["(x^2 + 1)*y"], ["b"]),  # over the reals y = 0 follows
        (["x^2*y"], []),
    ],
)
def test_what_follows_over_the_reals_only_is_not_overlooked(relations, gone):
    """An ideal that is not known to hold everything gives no bound from all of its complex points."""
    family = Family.from_log_symbol("f", "b*y + a*x*y", ["b", "a"], ["x"], relations=relations)
    assert not family.observed.is_complete
    for m in (1, 2):
        found = exponents(family, m)
        assert found["a"].upper is None
        for name in gone:
            assert found[name].status == "bounds"
            assert found[name].upper is None


def test_irrational_relations_among_real_points_are_not_overlooked():
    """From x1⁴ = 2 x2⁴ follows x1² = √2 x2² for real numbers: only one combination of a, c is seen."""
    family = Family.from_log_symbol(
        "f", "b*y + a*x1^2*y + c*x2^2*y", ["b", "a", "c"], ["x1", "x2"], relations=["x1^4 = 2*x2^4"]
    )
    for m in (1, 2):
        found = exponents(family, m)
        assert found["a"].upper is None
        assert found["c"].upper is None
        assert found["b"].upper is not None


@pytest.mark.parametrize(
    ("relation", "complete"),
    [
        ("x1^2 + x2^2 = 1", True),
        ("x2^2 = x1^3", True),
        ("x1*x2 = 0", True),
        ("x1^2 = 2*x2^2", True),
        ("x1^2 + x2^2 = 0", False),
        ("x1^4 = 2*x2^4", False),
        ("x1^3 = 2*x2^3", False),
    ],
)
def test_which_relations_are_known_to_hold_everything(relation, complete):
    family = families.get("softmax-gaussian", 2).observed_modulo([relation])
    assert family.observed.is_complete is complete


BAD = [
    ("--relation", "z^2 - z"),
    ("--relation", "x^2 + 1"),
    ("--relation", "1"),
    ("--relation", "y"),
    ("--relation", "0.5*x"),
    ("--relation", "x^2 ="),
    ("--relation", "x = 1 = 2"),
    ("--relation", ""),
    ("--levels", "x=1e999999999"),
    ("--levels", "x=nan"),
    ("--levels", "z=0,1"),
    ("--levels", "x="),
]


@pytest.mark.parametrize(("option", "text"), BAD)
def test_bad_relations_are_refused_in_one_line(run, tmp_path, option, text):
    target = tmp_path / "rates.json"
    code, out, error = run(
        "rate", "--family", "softmax-gaussian", "--k-excess", 1, option, text, "--output", target
    )
    assert code == 2
    assert not out
    assert len(error.strip().splitlines()) == 1
    assert not target.exists()


@pytest.mark.parametrize("relations", ["x^2 - x", [0.5], [None], [["x"]], ["x^2 - x"] * 201, {"x": 1}])
def test_relations_are_a_list_of_texts(relations):
    with pytest.raises(InputError):
        families.get("softmax-gaussian").observed_modulo(relations)


def test_too_large_a_basis_is_refused(monkeypatch):
    monkeypatch.setattr(QuotientRing.__init__, "__defaults__", ("relations", 0.5))
    names = [f"x{i}" for i in range(1, 9)]
    chooser = random.Random(3)
    relations = [
        " + ".join(
            f"{chooser.randint(1, 99)}*{chooser.choice(names)}^2*{chooser.choice(names)}*{chooser.choice(names)}"
            for _ in range(8)
        )
        + " - 1"
        for _ in range(8)
    ]
    with pytest.raises(InputError, match="Groebner"):
        families.get("softmax-gaussian", 8).observed_modulo(relations)
