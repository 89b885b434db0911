"""Gaussian experts under a softmax gate that depends on other covariates than they do."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter, component_names, covariate_names

NAME = "softmax-gaussian-separate-covariates"


def separate_covariates(d: int, gate: Sequence[int], experts: Sequence[int]) -> Family:
    """Return the family with gate softmax(beta1.u + beta0), mean a.v + b and variance sigma.

    Args:
        d: number of covariates, each of which stands in u or v.
        gate: places of the covariates u of the gate, at least one.
        experts: places of the covariates v of the experts; none for constant means.

    Nothing is in print; exponents come from the rules and the prover, and as for ``softmax-gaussian`` they
    need an exactly fitted cell: the gate is identified up to a function of u that all atoms share.

    >>> str(separate_covariates(2, [0], [1]).log_symbol)
    'beta1*x1 + a*x2*y + b*y + 1/2*sigma*y^2'
    """
    covariates = covariate_names(d)
    slopes, means = component_names("beta1", len(gate)), component_names("a", len(experts))
    parameters = [Parameter("beta1", "slope of the gate", "1/covariate", slopes)]
    if means:
        parameters.append(Parameter("a", "slope of an expert", "response/covariate", means))
    parameters += [
        Parameter("b", "intercept of an expert", "response", ("b",)),
        Parameter("sigma", "variance of an expert", "response^2", ("sigma",)),
    ]
    return Family(
        name=NAME,
        title="Gaussian experts, softmax gate of other covariates: beta1.u + beta0, N(a.v + b, sigma)",
        parameters=tuple(parameters),
        dimension=d,
        log_symbol=linear_log_symbol(
            covariates,
            ("y",),
            {
                **{slope: (1, {covariates[j]: 1}) for slope, j in zip(slopes, gate, strict=True)},
                **{slope: (1, {covariates[j]: 1, "y": 1}) for slope, j in zip(means, experts, strict=True)},
                "b": (1, {"y": 1}),
                "sigma": (Fraction(1, 2), {"y": 2}),
            },
        ),
        nontrivial=("b",),
        published=(),
        references=(),
    )
