"""Numerical homotopy continuation: solutions, their certification, and verdicts with numerical evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from polysolv.decisions.homotopy.results import PathResult, SolveResult
from polysolv.decisions.homotopy.solve import solve

if TYPE_CHECKING:
    from polysolv.decisions.homotopy.certify import CertifiedSolutions, certify_solutions
    from polysolv.decisions.homotopy.decide import decide_by_homotopy

__all__ = [
    "CertifiedSolutions",
    "PathResult",
    "SolveResult",
    "certify_solutions",
    "decide_by_homotopy",
    "solve",
]

# Not needed to solve, which must start quickly.
_MODULES = {"CertifiedSolutions": "certify", "certify_solutions": "certify", "decide_by_homotopy": "decide"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"polysolv.decisions.homotopy.{_MODULES[name]}"), name)
