"""Is there a non-trivial real solution with positive weights? One file for each method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.decisions.orders import MAX_CELL_SIZE, Order, order
from polysolv.decisions.verdict import Verdict

if TYPE_CHECKING:
    from polysolv.decisions.certification import certify, side_certificates
    from polysolv.decisions.strategy import METHODS, decide, decide_all

__all__ = [
    "MAX_CELL_SIZE",
    "METHODS",
    "Order",
    "Verdict",
    "certify",
    "decide",
    "decide_all",
    "order",
    "side_certificates",
]


def __getattr__(name: str) -> Any:
    # Only the order is needed for rates, which must start quickly.
    if name in ("certify", "side_certificates"):
        from polysolv.decisions import certification

        return getattr(certification, name)
    if name in ("METHODS", "decide", "decide_all"):
        from polysolv.decisions import strategy

        return getattr(strategy, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
