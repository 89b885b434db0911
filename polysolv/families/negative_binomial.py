"""Mixtures of negative binomial distributions with free size and mean."""

from __future__ import annotations

from polysolv.families.density_families import GENERIC, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import INTEGERS

NAME = "negative-binomial"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the family; it has no covariates, so ``d`` is 0."""
    return density_family(
        NAME,
        "negative binomial mixture: size r and mean",
        "gamma(y + r)/(gamma(r)*gamma(y + 1))*(r/(r + mean))^r*(mean/(r + mean))^y",
        INTEGERS,
        (
            Parameter("r", "size of an atom", "1", ("r",)),
            Parameter("mean", "mean of an atom", "response", ("mean",)),
        ),
        {"r": 2, "mean": 1},
        GENERIC,
        references=(HO_NGUYEN_2016_EJS,),
    )
