"""The location–scale Gaussian mixture with the standard deviation as parameter."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_NGUYEN_2016

NAME = "gaussian-sd"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the family; it has no covariates, so ``d`` is 0.

    The variance changes by 2 sd* δ + δ², so K is not linear.

    >>> print(family().log_symbol)
    mu*y + 1/2*sd^2*y^2 + sd_star*sd*y^2
    """
    found = Family.from_log_symbol(
        NAME,
        "mu*y + sd_star*sd*y^2 + 1/2*sd^2*y^2",
        ["mu", "sd"],
        assumptions=["sd_star != 0"],
        title="location-scale Gaussian mixture by mean and standard deviation",
    )
    return replace(
        found,
        parameters=(
            Parameter("mu", "mean of an atom", "response", ("mu",)),
            Parameter("sd", "standard deviation of an atom", "response", ("sd",)),
        ),
        references=(HO_NGUYEN_2016,),
    )
