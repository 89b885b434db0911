"""Gaussian experts under a covariate-free gate whose variance depends on the covariate."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter
from polysolv.families.references import HO_YANG_JORDAN_2022

HAS_COVARIATES = False

_HALF = Fraction(1, 2)
_MEAN = {"b": (1, {"y": 1}), "a": (1, {"x": 1, "y": 1})}
_PARAMETERS = (
    Parameter("b", "intercept of an expert", "response", ("b",)),
    Parameter("a", "slope of an expert", "response/covariate", ("a",)),
)


def square_variance() -> Family:
    """Return the family with one covariate, mean b + a x and variance sigma x² (x stays away from 0)."""
    return Family(
        name="free-gate-variance-x2",
        title="Gaussian experts, covariate-free gate: N(b + a x, sigma x^2)",
        parameters=(
            *_PARAMETERS,
            Parameter("sigma", "variance at x = 1", "response^2/covariate^2", ("sigma",)),
        ),
        dimension=1,
        log_symbol=linear_log_symbol(("x",), ("y",), {**_MEAN, "sigma": (_HALF, {"x": 2, "y": 2})}),
        nontrivial=("a",),
        published=(),
        references=(HO_YANG_JORDAN_2022,),
        remarks=("The slope a interacts with sigma, the intercept b with nothing: the roles are exchanged.",),
    )


def affine_variance() -> Family:
    """Return the family with one covariate, mean b + a x and variance sigma1 + sigma2 x²."""
    return Family(
        name="free-gate-variance-affine",
        title="Gaussian experts, covariate-free gate: N(b + a x, sigma1 + sigma2 x^2)",
        parameters=(
            *_PARAMETERS,
            Parameter("sigma1", "variance at x = 0", "response^2", ("sigma1",)),
            Parameter("sigma2", "growth of the variance with x^2", "response^2/covariate^2", ("sigma2",)),
        ),
        dimension=1,
        log_symbol=linear_log_symbol(
            ("x",), ("y",), {**_MEAN, "sigma1": (_HALF, {"y": 2}), "sigma2": (_HALF, {"x": 2, "y": 2})}
        ),
        nontrivial=("b",),
        published=(),
        references=(HO_YANG_JORDAN_2022,),
        remarks=("Both pairs (b, sigma1) and (a, sigma2) are location-scale pairs.",),
    )
