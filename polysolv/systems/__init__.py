"""From a family to its polynomial system: expansion, exact reductions, exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polysolv.systems.build import build_system
    from polysolv.systems.polynomial_system import PolynomialSystem

__all__ = ["PolynomialSystem", "build_system"]


def __getattr__(name: str) -> Any:
    # Rates need the reductions of this station alone, and must start quickly.
    if name == "PolynomialSystem":
        from polysolv.systems.polynomial_system import PolynomialSystem

        return PolynomialSystem
    if name == "build_system":
        from polysolv.systems.build import build_system

        return build_system
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
