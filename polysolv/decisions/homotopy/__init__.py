"""Numerical homotopy continuation: solutions, their certification, and verdicts with numerical evidence."""

from __future__ import annotations

from polysolv.decisions.homotopy.certify import CertifiedSolutions, certify_solutions
from polysolv.decisions.homotopy.decide import decide_by_homotopy
from polysolv.decisions.homotopy.results import PathResult, SolveResult
from polysolv.decisions.homotopy.solve import solve

__all__ = [
    "CertifiedSolutions",
    "PathResult",
    "SolveResult",
    "certify_solutions",
    "decide_by_homotopy",
    "solve",
]
