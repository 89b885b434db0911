"""Numerical homotopy continuation: all isolated solutions of a polynomial system, and their certification."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from polysolv.homotopy.results import PathResult, SolveResult
from polysolv.homotopy.solve import solve

if TYPE_CHECKING:
    from polysolv.homotopy.certify import CertifiedSolutions, certify_solutions

__all__ = ["CertifiedSolutions", "PathResult", "SolveResult", "certify_solutions", "solve"]

# Not needed to solve, which must start quickly.
_MODULES = {
    "CertifiedSolutions": "polysolv.homotopy.certify",
    "certify_solutions": "polysolv.homotopy.certify",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
