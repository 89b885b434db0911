"""Mixtures of negative binomial distributions with free size and mean."""

from __future__ import annotations

from polysolv.families.density_families import GENERIC, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import INTEGERS

NAME = "negative-binomial"
HAS_COVARIATES = False

_COUPLING = (
    "Atoms of equal mean/r and sizes r and r + 1, both in the truth, interact: mean du_r/dmean = "
    "r (u_(r + 1) - u_r). Where both are exactly fitted the weights and the first mean have the exponent 3, "
    "the second mean 3/2, the sizes 1; give both as true atoms to see why. Beside an over-fitted atom of "
    "size r one of size r + 2 matters, too: mean^2 d^2u_r/dmean^2 = r (r + 1) (u_(r + 2) - u_r) - "
    "2 (r + 1) mean du_r/dmean, so that the first mean has the exponent 3 at least. The exponents here are "
    "those of truths without an atom of equal mean/r and size r + 1 beside any and without one of size r + 2 "
    "beside an over-fitted one; other differences do not matter."
)


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
        remarks=(_COUPLING,),
        references=(HO_NGUYEN_2016_EJS,),
    )
