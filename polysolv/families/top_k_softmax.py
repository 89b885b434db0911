"""Gaussian experts under a top-K sparse softmax gate (Nguyen, Akbarian, Yan and Ho 2024)."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families import softmax_gaussian
from polysolv.families.family import Family
from polysolv.families.references import HO_NGUYEN_2016, NGUYEN_2024_TOP_K
from polysolv.families.walls import NAME

HAS_COVARIATES = True

# Observed-algebra page, section 8.
_WALLS = (
    "Walls, where an active expert gives way to another, bind the gate: cells that swap over a wall have "
    "equal size, and the perturbations of beta1.x + beta0 in a cell must vanish on each of its walls, or a "
    "strip has a wrong active set. beta1 has exponent 2 in the space L of directions that do, and exponent "
    "1, the rate n^(-1/2), off it. L has dimension d + 1 in a cell without walls, 1 with one wall, 0 with "
    "two different ones (no arc attains 2 there). The exponents of a, b and sigma stand. An exactly fitted "
    "cell counts where it is active together with the over-fitted one."
)
_SOURCE = "Nguyen, Akbarian, Yan and Ho 2024 (exponents per region)"


def family(d: int = 1) -> Family:
    """Return the family: in each region of covariates the K active experts have the log-symbol of softmax.

    >>> from polysolv.families import get
    >>> family(2).log_symbol == get("softmax-gaussian", 2).log_symbol
    True
    """
    plain = softmax_gaussian.family(d)
    return replace(
        plain,
        name=NAME,
        title="Gaussian experts, top-K sparse softmax gate: the K largest of beta1.x + beta0 stay active",
        published=tuple(replace(statement, source=_SOURCE) for statement in plain.published),
        references=(NGUYEN_2024_TOP_K, HO_NGUYEN_2016),
        remarks=(
            "Inside a region of covariates where the set of active experts is constant the model is a "
            "softmax mixture of the active experts: the exponents hold for cells whose atoms are all active "
            "on a ball of such a region, where K is large enough for that.",
            _WALLS,
        ),
    )
