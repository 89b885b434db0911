"""Mixtures of Gaussians with known common variance (Chen 1995)."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import CHEN_1995

NAME = "location-gaussian"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the location Gaussian mixture; it has no covariates, so ``d`` is 0."""
    return Family(
        name=NAME,
        title="location Gaussian mixture: N(mu, known variance)",
        parameters=(Parameter("mu", "mean of an atom", "response", ("mu",)),),
        dimension=d,
        log_symbol=linear_log_symbol((), ("y",), {"mu": (1, {"y": 1})}),
        nontrivial=("mu",),
        published=(PublishedExponent("mu", Fraction(0), Fraction(2), "Chen 1995"),),
        references=(CHEN_1995,),
    )
