"""Is there a non-trivial real solution with positive weights? One file for each method."""

from __future__ import annotations

from polysolv.decisions.orders import MAX_CELL_SIZE, Order, order
from polysolv.decisions.verdict import Verdict

__all__ = ["MAX_CELL_SIZE", "Order", "Verdict", "order"]
