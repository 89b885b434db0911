"""Gaussian experts under a gate that ignores the covariates (Ho, Yang and Jordan 2022)."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter, component_names, covariate_names
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import HO_NGUYEN_2016, HO_YANG_JORDAN_2022

NAME = "gaussian-experts-free-gate"
HAS_COVARIATES = True

_SOURCE = "Ho, Yang and Jordan 2022, Theorem 2"


def family(d: int = 1) -> Family:
    """Return the family with mean b + a·x, variance sigma and weights that do not depend on x in R^d."""
    covariates = covariate_names(d)
    slopes = component_names("a", d)
    return Family(
        name=NAME,
        title="Gaussian experts, covariate-free gate: N(b + a.x, sigma), sigma a variance",
        parameters=(
            Parameter("b", "intercept of an expert", "response", ("b",)),
            Parameter("a", "slope of an expert", "response/covariate", slopes),
            Parameter("sigma", "variance of an expert", "response^2", ("sigma",)),
        ),
        dimension=d,
        log_symbol=linear_log_symbol(
            covariates,
            ("y",),
            {
                "b": (1, {"y": 1}),
                **{slope: (1, {x: 1, "y": 1}) for slope, x in zip(slopes, covariates, strict=True)},
                "sigma": (Fraction(1, 2), {"y": 2}),
            },
        ),
        nontrivial=("b",),
        published=(
            PublishedExponent("b", Fraction(1), Fraction(0), _SOURCE),
            PublishedExponent("a", Fraction(0), Fraction(2), _SOURCE),
            PublishedExponent("sigma", Fraction(1, 2), Fraction(0), _SOURCE),
        ),
        references=(HO_YANG_JORDAN_2022, HO_NGUYEN_2016),
    )
