"""The recommendation on records whose numbers are set by hand, so that each rule is seen alone."""

from dataclasses import replace

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE, compare_fits
from polysolv.moe.estimator import record_of
from polysolv.moe.recommendation import recommend

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


@pytest.fixture(scope="module")
def records():
    X, y = TRUTH.sample(400, seed=1)
    return [record_of(SoftmaxGaussianMoE(k, n_init=1, random_state=0).fit(X, y)) for k in (1, 2, 3)]


def with_bic(records, *values):
    """Return the records with log-likelihoods that make these BICs, and no entropy."""
    return [
        replace(fit, log_likelihood=0.5 * (fit.n_parameters * np.log(fit.n_samples) - value), entropy=0.0)
        for fit, value in zip(records, values, strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "k", "said"),
    [
        ((100, 90, 95), 2, "BIC and ICL agree on k = 2"),
        ((100, 98.5, 99), 1, "BIC is least at k = 2, but by 1.50 only"),
        ((100, 90, 88.5), 2, "BIC is least at k = 3, but by 1.50 only"),
        ((100, 90, 80), 3, "k = 3 is the largest that was tried"),
    ],
)
def test_bic_decides_and_a_smaller_k_comes_first(records, values, k, said):
    found = recommend(with_bic(records, *values))
    assert found.k == k
    assert said in found.sentence


def test_spurious_and_unfinished_fits_are_no_candidates(records):
    one, two, three = with_bic(records, 100, 90, 50)
    found = recommend([one, two, replace(three, spurious=(1,))])
    assert found.k == 2
    assert "k = 3 ended in spurious atoms (1)" in found.sentence
    found = recommend(
        [one, replace(two, converged=False, status="iterations"), replace(three, spurious=(1,))]
    )
    assert found.k == 1
    assert "k = 2 is no stationary point (iterations)" in found.sentence
    found = recommend([replace(one, converged=False), replace(two, spurious=(0,))])
    assert found.k is None
    assert found.sentence.startswith("recommended: none of these k: k = 1 is no stationary point")


def test_icl_that_disagrees_and_bounds_are_told(records):
    one, two, three = with_bic(records, 100, 90, 95)
    found = recommend([one, replace(two, entropy=40.0, at_bound=["sigma[1]"]), three])
    assert found.k == 2
    assert "ICL is least at k = 3" in found.sentence
    assert "k = 2 ended at a bound (sigma[1])" in found.sentence


def test_the_step_to_one_more_expert_has_its_price_and_its_rate(records):
    text = recommend(with_bic(records, 100, 90, 95)).sentence
    gain = 0.5 * (5 * np.log(400) - 5)
    assert f"k = 3 gains {gain:.2f} of log-likelihood, and BIC asks for {2.5 * np.log(400):.2f}" in text
    assert f"with n = 400 rows an expert that lies within about n^(-1/8) = {400**-0.125:.2g}" in text


def test_the_step_from_one_expert_takes_the_slower_of_two_bounds(records):
    text = recommend(with_bic(records, 80, 90, 95)).sentence
    assert text.startswith("recommended: k = 1")
    assert "n^(-1/8)" in text


def test_the_rate_is_that_modulo_the_relations_among_the_covariates():
    X = (np.arange(300) % 2).astype(float)[:, None]
    _, y = TRUTH.sample(300, x=X, seed=1)
    fits = [record_of(SoftmaxGaussianMoE(k, n_init=1, random_state=0).fit(X, y)) for k in (1, 2)]
    assert "n^(-1/8)" in recommend([replace(fit, log_likelihood=-300.0) for fit in fits]).sentence
    unknown = replace(fits[1].covariate_relations, complete=False, note="not examined")
    hidden = [replace(fit, log_likelihood=-300.0, covariate_relations=unknown) for fit in fits]
    assert "n^(-" not in recommend(hidden).sentence


def test_what_is_no_range_is_refused(records):
    for bad in ([], [records[0], records[0]]):
        with pytest.raises(InputError, match="fits"):
            recommend(bad)
    with pytest.raises(InputError, match="same rows"):
        compare_fits([SoftmaxGaussianMoE(k, n_init=1).fit(*TRUTH.sample(100 * k, seed=0)) for k in (1, 2)])
