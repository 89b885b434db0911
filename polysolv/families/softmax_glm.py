"""Softmax-gated experts that are not Gaussian: Poisson, logistic (two classes) and Gamma regressions."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter, component_names, covariate_names
from polysolv.families.references import NGUYEN_2023, NGUYEN_2024_LOGISTIC

HAS_COVARIATES = True

_TITLES = {
    "softmax-poisson": "softmax-gated Poisson experts: mean exp(a.x + b)",
    "softmax-logistic": "softmax-gated logistic experts: P(response = 1) = 1/(1 + exp(-a.x - b))",
    "softmax-gamma": "softmax-gated Gamma experts: mean exp(a.x + b) and shape",
}
_WHY = (
    "The dual variable y stands for the derivative with respect to the linear predictor a.x + b; its powers "
    "are independent as functions of covariate and response where some a* is not zero."
)

_POLES = (
    "With two classes the experts are told apart by their poles in complex x: the exponents hold outside a "
    "proper analytic subset of truths."
)

_SHAPES = (
    "Experts with the same beta1, a and shape/mean at each x are coupled where their shapes differ by 1, and "
    "by 2 where the one of smaller shape is over-fitted: derivatives of the one are combinations of both, as "
    "in Gamma mixtures. The exponents are those of truths without such a pair."
)

_TWO_VALUES = (
    "two values; all derivatives with respect to the linear predictors are independent as functions of the "
    "covariates"
)


def family(d: int, name: str) -> Family:
    """Return one of the families, for d covariates.

    Args:
        d: number of covariates.
        name: its name.

    >>> print(family(1, "softmax-gamma").log_symbol)
    beta1*x + a*x*y + b*y + shape*z
    """
    xs = covariate_names(d)
    gates, slopes = component_names("beta1", d), component_names("a", d)
    terms = [f"{g}*{x}" for g, x in zip(gates, xs, strict=True)]
    terms += [f"{a}*{x}*y" for a, x in zip(slopes, xs, strict=True)] + ["b*y"]
    parameters = [
        Parameter("beta1", "slope of the gate", "1/covariate", gates),
        Parameter("a", "slope of an expert", "1/covariate", slopes),
        Parameter("b", "intercept of an expert", "1", ("b",)),
    ]
    duals = ["y"]
    if name == "softmax-gamma":
        terms.append("shape*z")
        parameters.append(Parameter("shape", "shape of an expert", "1", ("shape",)))
        duals.append("z")
    components = [c for p in parameters for c in p.components]
    found = Family.from_log_symbol(name, " + ".join(terms), components, xs, duals, title=_TITLES[name])
    more = {"softmax-logistic": (_POLES,), "softmax-gamma": (_SHAPES,)}
    remarks = (_WHY, *more.get(name, ()))
    references = (NGUYEN_2024_LOGISTIC,) if name == "softmax-logistic" else (NGUYEN_2023,)
    response = _TWO_VALUES if name == "softmax-logistic" else ""
    return replace(
        found,
        parameters=tuple(parameters),
        remarks=remarks,
        references=references,
        response=response,
        many_points=bool(response),
    )
