"""Unsolvable at degree 2m and above: two Gaussian mixtures cross too seldom to share that many moments."""

from .limits import Rejected
from .reading import fields
from .statement import Statement
from .steps import core

THEOREM = "Kalai–Moitra–Valiant 2010 Prop. 7"


def check_zero_crossing(statement: Statement, steps: object, payload: object) -> tuple[str, ...]:
    """Check the hypotheses of the zero-crossing bound; the theorem is trusted, and named in the answer.

    A solution of the core at degree 2m with positive weights gives a mixture of Gaussians N(b_l, c + s_l) the
    moments 0 .. 2m of N(0, c). Their difference, a combination of at most m + 1 distinct Gaussians, has at
    most 2m sign changes by the theorem: it vanishes, and every b_l and s_l is 0.
    """
    core(statement, steps)
    if fields(payload, "theorem", "payload")["theorem"] != THEOREM.replace("–", "-"):
        raise Rejected("theorem", f"this kind relies on {THEOREM} alone")
    if statement.claim != "UNSOLVABLE" or statement.degree < 2 * statement.m:
        raise Rejected("zero crossing", f"it proves unsolvability, and from degree {2 * statement.m} on only")
    return (THEOREM,)
