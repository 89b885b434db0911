"""Gaussian experts with polynomial means under a softmax gate of polynomials, each of a given degree."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

from polysolv.families.family import Family
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.families.parameter import Parameter, covariate_names

STEM = "softmax-polynomial"
HAS_COVARIATES = True
MAX_DEGREE = 6


def family(d: int = 1, gate_degree: int = 2, expert_degree: int = 2) -> Family:
    """Return the family with gate softmax(P(x)), mean Q(x) and variance sigma.

    Args:
        d: number of covariates.
        gate_degree: degree of P, 0 (the gate ignores x) to 6.
        expert_degree: degree of Q, 0 to 6.

    Component ``g_2`` is the coefficient of x² in P, ``a_1`` that of x in Q and ``b`` the constant term of Q;
    with several covariates ``g_1_0`` belongs to x1. Coefficients of one degree form one parameter.

    >>> print(family(1, 2, 1).log_symbol)
    g_1*x + g_2*x^2 + b*y + a_1*x*y + 1/2*sigma*y^2
    """
    xs = covariate_names(d)
    gate = {degree: _components("g", d, degree) for degree in range(1, gate_degree + 1)}
    experts = {degree: _components("a", d, degree) for degree in range(1, expert_degree + 1)}
    symbols: dict[str, tuple[Fraction | int, dict[str, int]]] = {}
    for listed in gate.values():
        symbols.update({name: (1, dict(zip(xs, e, strict=True))) for name, e in listed.items()})
    symbols["b"] = (1, {"y": 1})
    for listed in experts.values():
        symbols.update({name: (1, {**dict(zip(xs, e, strict=True)), "y": 1}) for name, e in listed.items()})
    symbols["sigma"] = (Fraction(1, 2), {"y": 2})
    parameters = [
        Parameter(f"g_{k}", f"gate coefficients of degree {k}", f"1/covariate^{k}", tuple(listed))
        for k, listed in gate.items()
    ]
    parameters.append(Parameter("b", "constant term of an expert", "response", ("b",)))
    parameters += [
        Parameter(f"a_{k}", f"expert coefficients of degree {k}", f"response/covariate^{k}", tuple(listed))
        for k, listed in experts.items()
    ]
    parameters.append(Parameter("sigma", "variance of an expert", "response^2", ("sigma",)))
    return Family(
        name=f"{STEM}-{gate_degree}-{expert_degree}",
        title=f"Gaussian experts with means of degree {expert_degree}, softmax gate of degree {gate_degree}",
        parameters=tuple(parameters),
        dimension=d,
        log_symbol=linear_log_symbol(xs, ("y",), symbols),
        nontrivial=("b",),
        published=(),
        references=(),
        remarks=_remarks(gate_degree, expert_degree),
    )


def _components(stem: str, d: int, degree: int) -> dict[str, tuple[int, ...]]:
    """Return component name -> exponents of the covariates, for all monomials of one degree."""
    if d == 1:
        return {f"{stem}_{degree}": (degree,)}
    found = {}
    for chosen in combinations_with_replacement(range(d), degree):
        exponents = tuple(chosen.count(i) for i in range(d))
        found[f"{stem}_" + "_".join(map(str, exponents))] = exponents
    return found


def _remarks(gate_degree: int, expert_degree: int) -> tuple[str, ...]:
    if gate_degree < 2 or expert_degree < 1:
        return ()
    return (
        "The gate coefficients of degrees 1 and 2 are a location-scale pair in x, and through x*x*y^2 and "
        "x^2*y^2 they interact with the slopes of the experts: see polysolv explain.",
    )
