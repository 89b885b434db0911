"""Mixtures of Gaussians in R^d with free mean and one variance for all directions."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter, component_names
from polysolv.families.references import HO_NGUYEN_2016

NAME = "spherical-gaussian"
HAS_COVARIATES = True


def family(d: int = 2) -> Family:
    """Return the family in R^d; its dimension is that of the response, there are no covariates.

    >>> print(family(2).log_symbol)
    mu_1*y1 + mu_2*y2 + 1/2*sigma*y1^2 + 1/2*sigma*y2^2
    """
    ys = ["y"] if d == 1 else [f"y{i}" for i in range(1, d + 1)]
    means = component_names("mu", d)
    terms = [f"{mean}*{y}" for mean, y in zip(means, ys, strict=True)] + [f"1/2*sigma*{y}^2" for y in ys]
    found = Family.from_log_symbol(
        NAME,
        " + ".join(terms),
        [*means, "sigma"],
        duals=ys,
        title="spherical Gaussian mixture: N(mu, sigma I) in R^d",
    )
    return replace(
        found,
        dimension=d,
        parameters=(
            Parameter("mu", "mean of an atom", "response", means),
            Parameter("sigma", "variance of an atom in every direction", "response^2", ("sigma",)),
        ),
        references=(HO_NGUYEN_2016,),
    )
