"""Gaussian-gated Gaussian experts: the joint density N(x; c, Gamma) N(y; a x + b, nu)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from polysolv.families.family import Family
from polysolv.families.parameter import Parameter
from polysolv.families.published_exponent import PublishedExponent
from polysolv.families.references import NGUYEN_2024_GATED

HAS_COVARIATES = False

# The joint law is a Gaussian with mean (c, a c + b) and covariance (Gamma, a Gamma; a Gamma, a² Gamma + nu).
# K holds the increments of these five numbers at the truth, in the dual variables u of x and v of y. The unit
# of x is chosen such that the true Gamma is 1.
_LOG_SYMBOL = (
    "c*u + (b + a_star*c + c_star*a + a*c)*v + Gamma*u^2/2 + (a + a_star*Gamma + a*Gamma)*u*v"
    " + (nu + 2*a_star*a + a^2 + a_star^2*Gamma + 2*a_star*a*Gamma + a^2*Gamma)*v^2/2"
)
# The loss of an over-fitted cell in the authors' code, for true centres that are not zero (type I) and zero
# (type II): powers r̄ for c and b, r̄/2 for Gamma and nu; for the slope a the power 2 or r̄/2.
_SOURCE = "Nguyen, Nguyen, Nguyen and Ho 2024, {} loss in their code"
_MEANINGS = {
    "c": ("centre of the gate", "covariate"),
    "Gamma": ("variance of the gate", "covariate^2"),
    "a": ("slope of an expert", "response/covariate"),
    "b": ("intercept of an expert", "response"),
    "nu": ("variance of an expert", "response^2"),
}


def family(a_star: str = "!=", c_star: str = "!=") -> Family:
    """Return the family, with one covariate, for a true slope a* and centre c* that are zero or not.

    Args:
        a_star, c_star: ``"!="`` if the true value is not zero, ``"="`` if it is.

    In the coordinates (mean, covariance) of the joint law K is that of a Gaussian with full covariance, and
    these coordinates depend smoothly and invertibly on (c, Gamma, a, b, nu), whatever a* and c* are.

    >>> print(family("=", "=").log_symbol)
    c*a*v + c*u + 1/2*Gamma*a^2*v^2 + Gamma*a*u*v + 1/2*Gamma*u^2 + 1/2*a^2*v^2 + a*u*v + b*v + 1/2*nu*v^2
    """
    endings = ["a0"] * (a_star == "=") + ["c0"] * (c_star == "=")
    stated = ", ".join(f"{name} {relation} 0" for name, relation in (("a*", a_star), ("c*", c_star)))
    found = Family.from_log_symbol(
        "-".join(["gaussian-gated", *endings]),
        _LOG_SYMBOL,
        list(_MEANINGS),
        duals=["u", "v"],
        assumptions=[f"a_star {a_star} 0", f"c_star {c_star} 0"],
        title=f"Gaussian-gated Gaussian experts: N(x; c, Gamma) N(y; a x + b, nu), {stated}",
    )
    return replace(
        found,
        parameters=tuple(Parameter(n, meaning, unit, (n,)) for n, (meaning, unit) in _MEANINGS.items()),
        published=_published(c_star == "="),
        references=(NGUYEN_2024_GATED,),
        remarks=(
            "The joint law of covariate and response is modelled; the unit of x makes the true Gamma 1. "
            "Nguyen, Nguyen, Nguyen and Ho 2024 treat true centres that are zero separately. Published "
            "exponents are read off the loss functions in their code, where r(2) = 4 and r(3) = 6; the text "
            "of the paper was not at hand.",
            "The exponents here are the same whether or not c* is zero: ∂u/∂a = x ∂u/∂b and "
            "∂²u/∂c∂b = (x - c*) ∂u/∂b, so ∂²u/∂c∂b = ∂u/∂a - c* ∂u/∂b in either case.",
        ),
    )


def _published(zero_centre: bool) -> tuple[PublishedExponent, ...]:
    source = _SOURCE.format("type II (zero centres)" if zero_centre else "type I (non-zero centres)")
    order_of = "location-scale-gaussian"
    half, one, none = Fraction(1, 2), Fraction(1), Fraction(0)
    powers = {"c": (one, none), "Gamma": (half, none), "b": (one, none), "nu": (half, none)}
    powers["a"] = (half, none) if zero_centre else (none, Fraction(2))
    return tuple(PublishedExponent(name, *powers[name], source, order_of) for name in _MEANINGS)
