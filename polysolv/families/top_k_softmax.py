"""Gaussian experts under a top-K sparse softmax gate (Nguyen, Akbarian, Yan and Ho 2024)."""

from __future__ import annotations

from dataclasses import replace

from polysolv.families import softmax_gaussian
from polysolv.families.family import Family
from polysolv.families.references import HO_NGUYEN_2016, NGUYEN_2024_TOP_K

NAME = "top-k-softmax"
HAS_COVARIATES = True

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
        ),
    )
