"""From a family to its polynomial system: expansion, exact reductions, exports."""

from __future__ import annotations

from polysolv.systems.build import build_system
from polysolv.systems.polynomial_system import PolynomialSystem

__all__ = ["PolynomialSystem", "build_system"]
