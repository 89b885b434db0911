"""What exponents from second-order relations assume, in sentences."""

from __future__ import annotations

from polysolv.families.assumptions import TRUE_VALUES, WEIGHTS
from polysolv.families.second_order.relations import find_second_order
from polysolv.families.second_order.source import DensitySource


def density_assumptions(source: DensitySource) -> tuple[str, ...]:
    """Return the assumptions, sentences that begin with what they are about, without full stops."""
    found = []
    if source.covariates:
        names = ", ".join(source.covariates)
        found.append(f"covariates {names}: bounded, with a joint density that is bounded below on some ball")
    names = ", ".join(source.responses)
    found.append(
        f"density: of {names} on {source.support}; near the truth it depends on the parameters analytically "
        "as an integrable function"
    )
    if source.truths:
        listed = "; ".join(", ".join(f"{n} = {v}" for n, v in truth) for truth in source.truths)
        found.append(f"{TRUE_VALUES}: {listed}")
    elif source.everywhere:
        found.append(f"{TRUE_VALUES}: {source.everywhere}")
    else:
        place = find_second_order(source).place
        more = "near them" if find_second_order(source).relations else "outside a proper analytic subset"
        found.append(f"{TRUE_VALUES}: shown at {place}, and so {more}; others can be given")
    truth = "truth: its atoms are distinct and interior to a compact parameter space"
    if len(source.truths) < 2:
        truth += ", and no relation among derivatives couples different ones"
    return (*found, WEIGHTS, truth)
