"""Is there a non-trivial real solution with positive weights? One file for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.decisions.orders import MAX_CELL_SIZE, Order, order
from polysolv.decisions.verdict import Verdict

if TYPE_CHECKING:
    from polysolv.decisions.certification import certify, side_certificates

__all__ = ["MAX_CELL_SIZE", "Order", "Verdict", "certify", "order", "side_certificates"]


def __getattr__(name: str) -> Any:
    # Only the order is needed for rates, which must start quickly.
    if name in ("certify", "side_certificates"):
        from polysolv.decisions import certification

        return getattr(certification, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
