"""Separate covariates and one variance: estimates, rates, sBIC, files, warm starts, bad input."""

import json
import warnings

import numpy as np
import pytest
from sklearn.base import clone

from polysolv import learning_coefficients
from polysolv.errors import InputError
from polysolv.families import get
from polysolv.families.separate_covariates import separate_covariates
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE, compare_fits, sbic
from polysolv.moe.cell_rates import ONE_VARIANCE, ONE_VARIANCE_RELATIONS, cell_rates
from polysolv.moe.problem import Problem
from polysolv.moe.structure import Structure
from polysolv.rates.statements import parameter_rates

TRUTH = MixingMeasure([0.4, 0], [[0, 1.5], [0, 0]], [[2, 0], [-1, 0]], [1, -1], [0.25, 0.25])
X_GATE = {"gate_features": ["z"], "expert_features": ["x"]}
NAMES = ("beta0", "beta1", "a", "b", "sigma")


@pytest.fixture(scope="module")
def frame():
    import pandas

    X, y = TRUTH.sample(300, lambda n, rng: rng.uniform(-2, 2, (n, 2)), seed=2)
    return pandas.DataFrame({"x": X[:, 0], "z": X[:, 1]}), pandas.Series(y, name="y")


@pytest.fixture(scope="module")
def separate(frame):
    return SoftmaxGaussianMoE(2, n_init=2, random_state=0, variance="equal", **X_GATE).fit(*frame)


@pytest.mark.parametrize("penalty", [None, "chen-tan"])
@pytest.mark.parametrize(
    "structure",
    [
        Structure((0,), (1,)),
        Structure((), (0, 1)),
        Structure((0, 1), ()),
        Structure((0, 1), (0,), True),
        Structure((0, 1), (0, 1), True),
    ],
    ids=str,
)
def test_derivatives_by_the_free_coordinates_are_those_of_differences(structure, penalty):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), rng.normal(size=40)
    problem = Problem.of(X, y, 3, 1e-6, None, penalty, structure, rng.uniform(0.2, 3, 40))
    free = problem.restriction.reduced(problem.clip(0.3 * rng.normal(size=21)))
    assert free.size - len(structure.gate) - 1 == structure.parameter_count(3)

    def objective(phi):
        return problem.objective(problem.restriction.expanded(phi))

    values, gradients, hessians = problem.free_derivatives(free[None])
    np.testing.assert_allclose(values[0], objective(free), rtol=1e-12)
    steps = 1e-5 * np.eye(free.size)
    slopes = [(objective(free + s) - objective(free - s)) / 2e-5 for s in steps]
    np.testing.assert_allclose(gradients[0], slopes, rtol=1e-6, atol=1e-6)
    bends = [
        (problem.free_derivatives((free + s)[None])[1] - problem.free_derivatives((free - s)[None])[1])[0]
        / 2e-5
        for s in steps
    ]
    np.testing.assert_allclose(hessians[0], bends, rtol=1e-5, atol=1e-5)
    em, vector, last = problem.em(), problem.restriction.expanded(free), -np.inf
    for _ in range(8):
        vector, value = em.step(vector)
        assert value >= last - 1e-9
        np.testing.assert_allclose(problem.restriction.project(vector), vector, rtol=1e-14)
        last = value


def test_the_estimates_have_the_structure(frame, separate):
    G = separate.mixing_measure_
    assert (separate.gate_columns_, separate.expert_columns_) == ((1,), (0,))
    np.testing.assert_array_equal(G.beta1[:, 0], 0)
    np.testing.assert_array_equal(G.a[:, 1], 0)
    assert G.sigma[0] == G.sigma[1]
    assert separate.n_parameters_ == 2 + 2 + 2 + 1
    assert separate.converged_
    assert separate.at_bound_ == []
    order = np.argsort(-G.b)
    np.testing.assert_allclose(G.b[order], TRUTH.b, atol=0.15)
    np.testing.assert_allclose(G.a[order, 0], TRUTH.a[:, 0], atol=0.15)
    np.testing.assert_allclose(G.sigma, 0.25, atol=0.06)
    # A model with more parameters contains it.
    whole = SoftmaxGaussianMoE(2, init=G, random_state=0).fit(*frame)
    assert whole.log_likelihood_ >= separate.log_likelihood_
    X, _ = frame
    moved = X.assign(x=X["x"] + 1.0)
    np.testing.assert_allclose(separate.predict_gate(moved), separate.predict_gate(X))


def test_everything_is_shown_without_the_slopes_that_are_not_there(separate):
    text = str(separate.summary())
    assert "gate, slope of z" in text
    assert "gate, slope of x" not in text
    assert "\nthe gate depends on z, the experts on x" in text.replace("- ", "")
    assert "all experts share one variance" in text
    shown = separate._repr_mimebundle_()["text/plain"]
    assert "beta1[z]" in shown
    assert "beta1[x]" not in shown
    assert "a[z]" not in shown
    with pytest.raises(InputError, match="separate covariates or one variance"):
        separate.dendrogram()


@pytest.mark.slow
def test_the_picture_of_a_fit_is_drawn(separate):
    lines, gates = separate.plot("z").axes
    assert lines.get_xlabel() == ""
    assert gates.get_xlabel() == "z"


def test_a_fit_goes_through_json_and_clone(frame, separate):
    X, y = frame
    text = separate.to_json()
    back = SoftmaxGaussianMoE.from_json(text)
    assert back.to_json() == text
    assert (back.gate_columns_, back.expert_columns_, back.variance) == ((1,), (0,), "equal")
    assert back.n_parameters_ == separate.n_parameters_
    np.testing.assert_array_equal(back.predict(X), separate.predict(X))
    again = clone(back).fit(X, y)
    assert again.mixing_measure_ == separate.mixing_measure_
    data = json.loads(text)
    assert data["settings"]["gate_features"] == ["z"]
    assert data["expert_columns"] == ["x"]
    for key, wrong in (("gate_columns", ["q"]), ("expert_columns", 3)):
        with pytest.raises(InputError, match=key):
            SoftmaxGaussianMoE.from_json(json.dumps(data | {key: wrong}))
    for name, wrong in (("variance", "odd"), ("gate_features", ["q"]), ("gate_features", "z")):
        with pytest.raises(InputError, match=name):
            SoftmaxGaussianMoE.from_json(json.dumps(data | {"settings": data["settings"] | {name: wrong}}))
    # Files written before there were such models.
    for name in ("variance", "gate_features", "expert_features"):
        del data["settings"][name]
    for key in ("gate_columns", "expert_columns", "weights"):
        del data[key]
    old = SoftmaxGaussianMoE.from_json(json.dumps(data))
    assert old.gate_columns_ == old.expert_columns_ == (0, 1)


def test_warm_starts_cross_between_structures(frame):
    X, y = frame
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0, warm_start=True).fit(X, y)
    fit.set_params(variance="equal", **X_GATE).fit(X, y)
    cold = SoftmaxGaussianMoE(2, n_init=2, random_state=0, variance="equal", **X_GATE).fit(X, y)
    assert fit.log_likelihood_ == pytest.approx(cold.log_likelihood_, abs=1e-8)
    iterations = fit.n_iter_
    assert fit.fit(X, y).n_iter_ <= iterations


def test_slopes_that_are_not_there_are_in_no_box(frame):
    X, y = frame
    bounds = {"beta1": (0.5, 3.0), "beta0": (-5, 5)}
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0, bounds=bounds, **X_GATE).fit(X, y)
    np.testing.assert_array_equal(fit.mixing_measure_.beta1[:, 0], 0)
    assert (fit.mixing_measure_.beta1[:, 1] >= 0.5).all()
    assert all(name != "beta1[0,0]" for name in fit.at_bound_)


@pytest.mark.slow
def test_a_dependent_column_is_left_out_of_one_part_alone(frame):
    X, y = frame
    X = X.assign(twice=2.0 * X["z"] + 1.0)
    settings = {"gate_features": ["z", "twice"], "expert_features": ["x", "twice"]}
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0, **settings).fit(X, y)
    assert fit.gate_columns_ == (1,)
    assert fit.expert_columns_ == (0, 2)
    assert fit.collinear_ == (2,)
    assert fit.n_parameters_ == 2 + 2 * 3 + 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = fit.to_json()
    assert SoftmaxGaussianMoE.from_json(text).to_json() == text
    assert "left out, but for the experts" in str(fit.summary())
    unused = X.assign(constant=1.0)
    again = SoftmaxGaussianMoE(2, n_init=1, random_state=0, **settings).fit(unused, y)
    assert again.log_likelihood_ == pytest.approx(fit.log_likelihood_)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gate_features": ["q"]}, "gate_features: 'q' is not allowed; allowed: a column: x, z, or a number"),
        ({"gate_features": [2]}, "gate_features: 2 is not allowed"),
        ({"expert_features": [-1]}, "expert_features: -1"),
        ({"expert_features": [True]}, "expert_features: True"),
        ({"gate_features": "z"}, "gate_features: 'z' is not allowed; allowed: None, or a list of columns"),
        ({"gate_features": ["z", 1]}, "each column once"),
        ({"gate_features": [], "expert_features": []}, "at least one column in the gate or in the experts"),
        ({"variance": "one"}, "variance: 'one' is not allowed; allowed: free, equal"),
        (
            {"variance": "equal", "bounds": {"sigma": ([0.1, 1.0], [0.5, 2.0])}},
            "a box that holds equal variances",
        ),
    ],
    ids=str,
)
def test_settings_that_are_refused(frame, settings, words):
    with pytest.raises(InputError) as caught:
        SoftmaxGaussianMoE(2, **settings).fit(*frame)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_of_rounding_errors_is_one_line():
    X = 1e6 + 1e-9 * (np.arange(40) % 2)[:, None]
    with pytest.raises(InputError, match="X: column 0: .*rounding errors of its values"):
        SoftmaxGaussianMoE(2).fit(X, np.arange(40.0) ** 2)


def exponents(cells, d, structure):
    found = cell_rates(cells, d, structure=structure)
    return [
        {name: None if p.refined is None else p.refined.exponent for name, p in cell.parameters.items()}
        for cell in found
    ]


@pytest.mark.parametrize("m", [2, 3])
@pytest.mark.parametrize(("gate", "experts"), [((0,), (1,)), ((0, 1), (1,)), ((1,), (0, 1)), ((0, 1), ())])
def test_separate_covariates_have_the_exponents_of_the_larger_model_along_its_arcs(m, gate, experts):
    # The model is a part of softmax-gaussian, and the arcs that attain its exponents lie in that part.
    larger = {n: p.refined.exponent for n, p in parameter_rates(get("softmax-gaussian", 2), m, 2 * m).items()}
    one, many = exponents([(0,), tuple(range(1, m + 1))], 2, Structure(gate, experts))
    names = ["beta1", *(["a"] if experts else []), "b", "sigma"]
    assert many == {name: larger[name] for name in names}
    assert one == dict.fromkeys(names, 1)
    assert all(
        p.published is None
        for p in cell_rates([(0,)], 2, structure=Structure(gate, experts))[0].parameters.values()
    )


def test_a_gate_without_covariates_needs_no_exactly_fitted_cell():
    free = exponents([(0, 1), (2, 3)], 2, Structure((), (0, 1)))
    assert free == [{"b": 4, "a": 2, "sigma": 2}] * 2
    # The split of every cell along the gate stays invisible where the gate has a covariate.
    other = cell_rates([(0, 1), (2, 3)], 2, structure=Structure((0,), (1,)))
    assert not other[0].parameters["beta1"].identifiable
    assert str(separate_covariates(2, [0], [1]).log_symbol) == "beta1*x1 + a*x2*y + b*y + 1/2*sigma*y^2"


def test_nothing_is_claimed_of_experts_that_look_like_one_and_share_a_variance():
    one, many = cell_rates([(0,), (1, 2)], 1, structure=Structure((0,), (0,), True))
    assert all(p.refined.exponent == 1 and p.published is None for p in one.parameters.values())
    for rates in many.parameters.values():
        assert (rates.refined, rates.published, rates.bounds) == (None, None, None)
        assert rates.reason == ONE_VARIANCE
    # Two lines of one variance through the same four points: experts change places from level to level.
    (alone, _) = cell_rates([(0,), (1,)], 1, ["x^2 - x"], structure=Structure((0,), (0,), True))
    assert {p.refined for p in alone.parameters.values()} == {None}
    assert {p.reason for p in alone.parameters.values()} == {ONE_VARIANCE_RELATIONS}


def test_sbic_takes_the_coefficients_of_the_family_or_says_why_not(frame):
    X, y = (part[:120] for part in frame)
    bounds = {"beta0": (-6, 6)}
    settings = {"n_init": 1, "random_state": 0, "bounds": bounds}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [SoftmaxGaussianMoE(k, gate_features=[], **settings).fit(X, y) for k in (1, 2)]
        equal = [SoftmaxGaussianMoE(k, variance="equal", **settings).fit(X, y) for k in (1, 2)]
        apart = [SoftmaxGaussianMoE(k, **X_GATE, **settings).fit(X, y) for k in (1, 2)]
    table = learning_coefficients("gaussian-experts-free-gate", 2, 2)
    wanted = sbic([fit.log_likelihood_ for fit in fits], 120, table)
    column = [row[5].rstrip("*") for row in compare_fits(fits).grid().rows]
    assert column == [f"{value:.2f}" for value in wanted]
    assert "where all experts share one variance" in str(compare_fits(equal))
    assert "where gate and experts depend on different covariates" in str(compare_fits(apart))
    assert "leave out different things" in str(compare_fits([fits[0], apart[1]]))
