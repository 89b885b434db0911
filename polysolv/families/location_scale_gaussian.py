"""Mixtures of Gaussians with free mean and variance (Ho and Nguyen 2016)."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import HO_NGUYEN_2016

NAME = "location-scale-gaussian"
HAS_COVARIATES = False

_SOURCE = "Ho and Nguyen 2016, Proposition 2.1"


def family(d: int = 0) -> Family:
    """Return the location-scale Gaussian mixture; it has no covariates, so ``d`` is 0."""
    return Family(
        name=NAME,
        title="location-scale Gaussian mixture: N(mu, sigma), sigma a variance",
        parameters=(
            Parameter("mu", "mean of an atom", "response", ("mu",)),
            Parameter("sigma", "variance of an atom", "response^2", ("sigma",)),
        ),
        dimension=d,
        log_symbol=linear_log_symbol((), ("y",), {"mu": (1, {"y": 1}), "sigma": (Fraction(1, 2), {"y": 2})}),
        nontrivial=("mu",),
        published=(
            PublishedExponent("mu", Fraction(1), Fraction(0), _SOURCE),
            PublishedExponent("sigma", Fraction(1, 2), Fraction(0), _SOURCE),
        ),
        references=(HO_NGUYEN_2016,),
    )
