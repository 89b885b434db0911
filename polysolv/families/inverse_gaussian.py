"""Mixtures of inverse Gaussian distributions with free mean and shape."""

from __future__ import annotations

from polysolv.families.density_families import EVERY_TRUTH, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import POSITIVE

NAME = "inverse-gaussian"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the family; it has no covariates, so ``d`` is 0."""
    return density_family(
        NAME,
        "inverse Gaussian mixture: mean mu and shape",
        "sqrt(shape/(2*pi*y^3))*exp(-shape*(y - mu)^2/(2*mu^2*y))",
        POSITIVE,
        (
            Parameter("mu", "mean of an atom", "response", ("mu",)),
            Parameter("shape", "shape of an atom", "response", ("shape",)),
        ),
        {"mu": 1, "shape": 1},
        EVERY_TRUTH,
        remarks=(
            "In natural parameters the sufficient statistics y and 1/y have the product 1: an indefinite "
            "relation.",
        ),
        references=(HO_NGUYEN_2016_EJS,),
    )
