"""Gaussian experts under a softmax gate (Nguyen, Nguyen and Ho 2023): the family the tool began with."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter, component_names, covariate_names
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import HO_NGUYEN_2016, NGUYEN_2023

NAME = "softmax-gaussian"
HAS_COVARIATES = True

_SOURCE = "Nguyen, Nguyen and Ho 2023, Theorem 2"


def family(d: int = 1) -> Family:
    """Return the family with gate softmax(beta1·x + beta0), mean a·x + b and variance sigma, x in R^d."""
    covariates = covariate_names(d)
    gate, slopes = component_names("beta1", d), component_names("a", d)
    return Family(
        name=NAME,
        title="Gaussian experts, softmax gate: softmax(beta1.x + beta0), N(a.x + b, sigma), sigma a variance",
        parameters=(
            Parameter("beta1", "slope of the gate", "1/covariate", gate),
            Parameter("a", "slope of an expert", "response/covariate", slopes),
            Parameter("b", "intercept of an expert", "response", ("b",)),
            Parameter("sigma", "variance of an expert", "response^2", ("sigma",)),
        ),
        dimension=d,
        log_symbol=linear_log_symbol(
            covariates,
            ("y",),
            {
                **{slope: (1, {x: 1}) for slope, x in zip(gate, covariates, strict=True)},
                **{slope: (1, {x: 1, "y": 1}) for slope, x in zip(slopes, covariates, strict=True)},
                "b": (1, {"y": 1}),
                "sigma": (Fraction(1, 2), {"y": 2}),
            },
        ),
        nontrivial=("b",),
        published=(
            PublishedExponent("beta1", Fraction(1), Fraction(0), _SOURCE),
            PublishedExponent("a", Fraction(1, 2), Fraction(0), _SOURCE),
            PublishedExponent("b", Fraction(1), Fraction(0), _SOURCE),
            PublishedExponent("sigma", Fraction(1, 2), Fraction(0), _SOURCE),
        ),
        references=(NGUYEN_2023, HO_NGUYEN_2016),
    )
