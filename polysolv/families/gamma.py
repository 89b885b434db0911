"""Mixtures of Gamma distributions with free shape and rate, and of exponential distributions."""

from __future__ import annotations

from polysolv.families.density_families import EVERY_TRUTH, GENERIC, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import CHEN_1995, HO_NGUYEN_2016
from polysolv.families.second_order.support import POSITIVE

NAME = "gamma"
EXPONENTIAL = "exponential"
HAS_COVARIATES = False

_COUPLING = (
    "Atoms (shape, rate) and (shape + 1, rate), both in the truth, interact: rate du(shape, rate)/drate = "
    "shape (u(shape, rate) - u(shape + 1, rate)). Where both are exactly fitted the weights and the first "
    "rate have the exponent 3, the second rate 3/2, the shapes 1; give both as true atoms to see why. Beside "
    "an over-fitted atom (shape, rate) an atom (shape + 2, rate) matters, too: rate^2 d^2u(shape, rate)/"
    "drate^2 = 2 shape rate du(shape, rate)/drate + shape (shape + 1) (u(shape + 2, rate) - u(shape, rate)), "
    "so that the first rate has the exponent 3 at least. The exponents here are those of truths without an "
    "atom (shape + 1, rate) beside any (shape, rate) and without (shape + 2, rate) beside an over-fitted "
    "one; other differences do not matter."
)


def family(d: int = 0) -> Family:
    """Return the Gamma family; it has no covariates, so ``d`` is 0."""
    return density_family(
        NAME,
        "Gamma mixture: shape and rate",
        "rate^shape*y^(shape - 1)*exp(-rate*y)/gamma(shape)",
        POSITIVE,
        (
            Parameter("shape", "shape of an atom", "1", ("shape",)),
            Parameter("rate", "rate of an atom", "1/response", ("rate",)),
        ),
        {"shape": 2, "rate": 1},
        GENERIC,
        remarks=(_COUPLING,),
        references=(HO_NGUYEN_2016,),
    )


def exponential(d: int = 0) -> Family:
    """Return the exponential family of distributions; it has no covariates, so ``d`` is 0."""
    return density_family(
        EXPONENTIAL,
        "exponential mixture: rate",
        "rate*exp(-rate*y)",
        POSITIVE,
        (Parameter("rate", "rate of an atom", "1/response", ("rate",)),),
        {"rate": 1},
        EVERY_TRUTH,
        references=(CHEN_1995,),
    )
