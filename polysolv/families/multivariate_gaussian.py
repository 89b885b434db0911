"""Mixtures of multivariate Gaussians with free mean and full covariance."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import HO_NGUYEN_2016

NAME = "multivariate-gaussian"
HAS_COVARIATES = True

_SOURCE = "Ho and Nguyen 2016 (location-covariance Gaussians)"


def family(d: int = 1) -> Family:
    """Return the location–covariance Gaussian mixture with a response in R^d.

    Its dimension is that of the response; there are no covariates.

    >>> print(family(2).log_symbol)
    mu_1*y1 + mu_2*y2 + 1/2*Sigma_1_1*y1^2 + Sigma_1_2*y1*y2 + 1/2*Sigma_2_2*y2^2
    """
    ys = tuple(f"y{i}" for i in range(1, d + 1))
    symbols: dict[str, tuple[Fraction | int, dict[str, int]]] = {
        f"mu_{i}": (1, {y: 1}) for i, y in enumerate(ys, start=1)
    }
    for i, y in enumerate(ys, start=1):
        for j, z in enumerate(ys[i - 1 :], start=i):
            symbols[f"Sigma_{i}_{j}"] = (Fraction(1, 2), {y: 2}) if i == j else (1, {y: 1, z: 1})
    means = tuple(name for name in symbols if name.startswith("mu"))
    return Family(
        name=NAME,
        title="location-covariance Gaussian mixture: N(mu, Sigma) in R^d",
        parameters=(
            Parameter("mu", "mean of an atom", "response", means),
            Parameter("Sigma", "covariance of an atom", "response^2", tuple(symbols)[len(means) :]),
        ),
        dimension=d,
        log_symbol=linear_log_symbol((), ys, symbols),
        nontrivial=means,
        published=(
            PublishedExponent("mu", Fraction(1), Fraction(0), _SOURCE),
            PublishedExponent("Sigma", Fraction(1, 2), Fraction(0), _SOURCE),
        ),
        references=(HO_NGUYEN_2016,),
    )
