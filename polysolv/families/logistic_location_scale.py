"""Mixtures of logistic distributions with free location and scale."""

from __future__ import annotations

from polysolv.families.density_families import EVERY_TRUTH, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import REALS

NAME = "logistic-location-scale"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the family; it has no covariates, so ``d`` is 0."""
    return density_family(
        NAME,
        "logistic location-scale mixture",
        "exp(-(y - mu)/scale)/(scale*(1 + exp(-(y - mu)/scale))^2)",
        REALS,
        (
            Parameter("mu", "location of an atom", "response", ("mu",)),
            Parameter("scale", "scale of an atom", "response", ("scale",)),
        ),
        {"mu": 0, "scale": 1},
        EVERY_TRUTH,
        references=(HO_NGUYEN_2016_EJS,),
    )
