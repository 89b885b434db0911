"""The noun `Step`: one line of a proof trace."""

from __future__ import annotations

from dataclasses import dataclass

from polysolv.families.log_symbol import Exponents


@dataclass(frozen=True)
class Step:
    """One proved statement about the speed at which something tends to zero.

    Args:
        claim: what is proved, for example ``"|eta[x*y]| = O(V^(3/8))"``.
        rule: name of the rule.
        reason: the equations and coefficients it rests on, in plain words.
    """

    claim: str
    rule: str
    reason: str

    def __str__(self) -> str:
        return f"[{self.rule}] {self.claim}: {self.reason}"


def show_monomial(monomial: Exponents, names: tuple[str, ...]) -> str:
    """Return a monomial for people.

    >>> show_monomial((2, 1), ("x", "y"))
    'x^2*y'
    """
    factors = [n if e == 1 else f"{n}^{e}" for n, e in zip(names, monomial, strict=True) if e]
    return "*".join(factors) or "1"
