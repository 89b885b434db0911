import json
from fractions import Fraction

import numpy as np
import pytest
import sympy

from polysolv.errors import InputError
from polysolv.groebner.vanishing_ideal import monomial_count
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.covariate_relations import CovariateRelation, CovariateRelations, relations_from_data
from polysolv.moe.covariate_search import find_relations
from polysolv.moe.csv_data import read_csv
from polysolv.moe.decimals import decimal_columns

N = 400
RNG = np.random.default_rng(7)
X = RNG.normal(size=N)
Y = RNG.random(N)
D = RNG.integers(0, 2, N)
E = RNG.integers(0, 2, N)
L = RNG.integers(0, 3, N)
YEAR = RNG.integers(1900, 2000, N)


def texts(columns, m=3, names=None):
    columns = np.column_stack([np.asarray(c, dtype=float) for c in columns])
    return find_relations(columns, m).texts(names or [f"x{j + 1}" for j in range(columns.shape[1])])


def same_ideal(found, expected, d):
    """Whether two lists of texts generate one ideal, by SymPy."""
    x = sympy.symbols(f"x1:{d + 1}")

    def basis(polynomials):
        return sympy.groebner(
            [sympy.sympify(p.replace("^", "**"), rational=True) for p in polynomials], *x, order="grevlex"
        )

    return basis(found) == basis(expected)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([D], ["x1^2 - x1"]),
        ([2 * D + 1], ["x1^2 - 4*x1 + 3"]),
        ([L], ["x1*(x1 - 1)*(x1 - 2)"]),
        ([np.where(D, 0.1, 0.3)], ["(x1 - 1/10)*(x1 - 3/10)"]),
        ([np.where(D, 12345678901, 98765432109)], ["(x1 - 12345678901)*(x1 - 98765432109)"]),
        ([X.round(3), (X.round(3) ** 2).round(6)], ["x2 - x1^2"]),
        ([YEAR, YEAR**2], ["x2 - x1^2"]),
        ([D, X], ["x1^2 - x1"]),
        ([X, L, D], ["x2*(x2 - 1)*(x2 - 2)", "x3^2 - x3"]),
        ([L == 0, L == 1, L == 2], ["x1 + x2 + x3 - 1", "x1^2 - x1", "x2^2 - x2", "x1*x2"]),
        ([L == 0, L == 1], ["x1^2 - x1", "x2^2 - x2", "x1*x2"]),
        ([X, D, X * D], ["x3 - x1*x2", "x2^2 - x2"]),
        ([D, E, D * E], ["x1^2 - x1", "x2^2 - x2", "x3 - x1*x2"]),
        ([X.round(3), (4 * X.round(3)).round(3)], ["x2 - 4*x1"]),
    ],
)  # fmt: skip
def test_exact_relations(columns, expected):
    found = texts(columns)
    assert not any("approximate" in text for text in found)
    assert same_ideal(found, expected, len(columns))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([X, X**2], "x1^2 - x2"),
        ([X, (X**2).round(4)], "x1^2 - x2"),
        ([X, Y, X * Y], "x1*x2 - x3"),
        ([X, 1.8 * X + 32], "x2 - 9/5*x1 - 32"),
        ([D + 1e-9 * X], "x1^2 - x1"),
        ([np.cos(X), np.sin(X)], "x2^2 + x1^2 - 1"),
        ([1900 + 100 * Y, (1900 + 100 * Y) ** 2], "x1^2 - x2"),
        ([1.7e9 + 86400 * Y, (1.7e9 + 86400 * Y) ** 2], "x1^2 - x2"),
        ([1e-9 * Y, 1e-18 * Y**2], "x1^2 - x2"),
    ],
)
def test_approximate_relations_are_marked(columns, expected):
    assert texts(columns) == [f"{expected} (approximate)"]


@pytest.mark.parametrize(
    "columns",
    [
        [X],
        [X, Y],
        [YEAR],
        [X.round(2)],
        [X, X + 1e-3 * Y],
        [X, (X**2).round(1)],
        [X, X**2 + 0.01 * Y],
        [np.exp(5 * X)],
        [np.concatenate([[1e6], X[1:]])],
        [RNG.standard_cauchy(N)],
    ],
)
def test_no_relation(columns):
    assert texts(columns) == []


def design(seed):
    rng = np.random.default_rng(seed)
    d, n, m = int(rng.integers(1, 6)), int(rng.choice([40, 60, 100, 300])), int(rng.integers(1, 5))
    kinds = [
        lambda: rng.normal(size=(n, d)),
        lambda: rng.random((n, d)),
        lambda: rng.exponential(size=(n, d)) ** 2,
        lambda: rng.standard_cauchy((n, d)),
        lambda: rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + 1000 * rng.normal(size=d),
        lambda: 1900 + 100 * rng.random((n, d)),
    ]
    return kinds[rng.integers(len(kinds))](), m


@pytest.mark.parametrize("seeds", [range(30), pytest.param(range(30, 1030), marks=pytest.mark.slow)])
def test_continuous_designs_satisfy_nothing(seeds):
    fewer_rows_than_monomials = 0
    for seed in seeds:
        covariates, m = design(seed)
        found = find_relations(covariates, m)
        assert found.found == (), seed
        assert found.complete
        n, d = covariates.shape
        fewer_rows_than_monomials += n // 2 < monomial_count(d, found.degree)
    # The sample alone would satisfy relations in many of them.
    assert fewer_rows_than_monomials > len(seeds) / 10


def test_a_small_sample_is_not_examined():
    assert find_relations(D[:39, None].astype(float), 2).texts(["x"]) == ["x^2 - x"]
    found = find_relations(D[:38, None].astype(float), 2)
    assert found.found == ()
    assert found.degree == 0
    assert found.note.startswith("not examined: there are 38 rows")


def test_too_many_monomials_are_not_examined():
    covariates = np.column_stack([D, RNG.normal(size=(N, 9))])
    found = find_relations(covariates, 2)
    # Every column by itself is.
    assert found.texts([f"v{j}" for j in range(10)]) == ["v0^2 - v0"]
    assert (found.degree, found.wanted) == (3, 4)
    assert "not examined: relations of degree above 3" in found.note


def test_many_points_with_long_coefficients_are_said_to_be_incomplete():
    points = RNG.normal(size=(12, 3))
    found = find_relations(points[RNG.integers(0, 12, N)], 2)
    assert not found.complete
    assert "too long to use" in found.note


def test_duplicated_rows_and_their_order_do_not_matter():
    columns = np.column_stack([D, X.round(3), X.round(3) ** 2])[:100]
    once = find_relations(columns, 2).texts(["a", "b", "c"])
    assert once
    assert find_relations(np.repeat(columns, 3, axis=0)[::-1], 2).texts(["a", "b", "c"]) == once


def test_numbers_are_the_decimals_printed():
    assert decimal_columns(
        np.array([[0.1, 5.0], [-2.5, 1e22], [0.0, 7.0]]), {(2, 1): "7.00000000000000000003"}
    ) == [
        ([1, -25, 0], 1),
        ([5 * 10**20, 10**42, 7 * 10**20 + 3], 20),
    ]
    # In floats these numbers are 0.1 and 0.3; as text they are no two levels.
    rows = [
        f"{'0.1' if d else '0.3'}{'0' * 17}{i},{float(y)!r}"
        for i, (d, y) in enumerate(zip(D, Y, strict=True))
    ]
    table = read_csv("x,y\n" + "\n".join(rows) + "\n", ["x"], "y")
    assert len(np.unique(table.X)) == 2
    assert find_relations(table.X, 2).texts(["x"]) == ["x^2 - 2/5*x + 3/100"]
    (relation,) = find_relations(table.X, 2, table.x_texts).found
    assert relation.approximate


def test_a_relation_in_column_names():
    relation = CovariateRelation({((0, 2),): Fraction(1), ((0, 1), (1, 1)): Fraction(-1, 3)})
    assert relation.text(["age", "body mass"]) == 'age^2 - 1/3*age*"body mass"'
    assert relation.degree == 2
    assert relation.variables == {0, 1}


def test_relations_are_read_back():
    found = find_relations(np.column_stack([D, X, X**2]), 2)
    names = ["smoker", "dose", "dose 2"]
    data = json.loads(json.dumps(found.to_data(names)))
    assert [entry["symbolic"] for entry in data["found"]] == ["x1^2 - x1", "x2^2 - x3"]
    assert [entry["approximate"] for entry in data["found"]] == [False, True]
    assert relations_from_data(data, 3, "file").to_data(names) == data
    assert relations_from_data(None, 3, "file").note.startswith("not examined")


@pytest.mark.parametrize(
    "changed",
    [
        [],
        {"found": []},
        {"found": {}, "degree": 2, "wanted": 2, "note": "", "complete": True},
        {"found": [], "degree": -1, "wanted": 2, "note": "", "complete": True},
        {"found": [], "degree": 2, "wanted": 2, "note": 1, "complete": True},
        {"found": [], "degree": 2, "wanted": 2, "note": "", "complete": 1},
        {"found": [{"symbolic": "x1"}], "degree": 2, "wanted": 2, "note": "", "complete": True},
        {"found": [{"symbolic": "z", "approximate": True}], "degree": 2, "wanted": 2, "note": "", "complete": True},
        {"found": [{"symbolic": "3", "approximate": True}], "degree": 2, "wanted": 2, "note": "", "complete": True},
    ],
)  # fmt: skip
def test_impossible_relations_are_refused(changed):
    with pytest.raises(InputError, match="file: relations"):
        relations_from_data(changed, 2, "file")


def test_the_estimator_names_its_columns():
    truth = MixingMeasure([0.3, 0], [[1, 0], [0, 0]], [[1.5, 1], [-1.5, 0]], [1, -1], [0.4, 0.3])
    covariates = np.column_stack([D, X])
    _, y = truth.sample(N, x=covariates, seed=1)
    fit = SoftmaxGaussianMoE(2, random_state=0).fit(covariates, y)
    assert fit.relations_ == ["x1^2 - x1"]
    assert fit.covariate_relations_.degree == 4
    assert SoftmaxGaussianMoE.from_json(fit.to_json()).relations_ == ["x1^2 - x1"]
    fit.fit(np.column_stack([Y, X]), y)
    assert fit.relations_ == []


def test_nothing_found_is_an_empty_statement():
    assert CovariateRelations().texts(["x"]) == []
