"""Mixtures of von Mises distributions on the circle with free mean direction and concentration."""

from __future__ import annotations

from polysolv.families.density_families import EVERY_TRUTH, density_family
from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016_EJS
from polysolv.families.second_order.support import CIRCLE

NAME = "von-mises"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the family, concentration positive; it has no covariates, so ``d`` is 0."""
    return density_family(
        NAME,
        "von Mises mixture on the circle: exp(kappa cos(y - mu)) / (2 pi I0(kappa))",
        "exp(kappa*cos(y - mu))/(2*pi*besseli(0, kappa))",
        CIRCLE,
        (
            Parameter("mu", "mean direction of an atom", "radian", ("mu",)),
            Parameter("kappa", "concentration of an atom", "1", ("kappa",)),
        ),
        {"mu": 0, "kappa": 1},
        f"{EVERY_TRUTH} (concentration positive)",
        remarks=(
            "As (cos y, sin y) has norm 1, the sum of the second derivatives in natural parameters is of "
            "lower order: the one relation of second order, and it is definite.",
        ),
        references=(HO_NGUYEN_2016_EJS,),
    )
