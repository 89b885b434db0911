"""Mixtures of Poisson distributions."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.references import CHEN_1995

NAME = "poisson"
HAS_COVARIATES = False


def family(d: int = 0) -> Family:
    """Return the Poisson mixture; it has no covariates, so ``d`` is 0.

    The generating function at z is exp(mean (z - 1)): with the dual variable y = z - 1 K is linear.

    >>> print(family().log_symbol)
    mean*y
    """
    found = Family.from_log_symbol(NAME, "mean*y", ["mean"], title="Poisson mixture: mean")
    return replace(
        found,
        parameters=(Parameter("mean", "mean of an atom", "response", ("mean",)),),
        references=(CHEN_1995,),
    )
