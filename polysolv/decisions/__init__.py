"""Is there a non-trivial real solution with positive weights? One file for each method."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polysolv.decisions.certification import certify, side_certificates
    from polysolv.decisions.contact import ContactOrder, certify_contact, contact_order
    from polysolv.decisions.orders import MAX_CELL_SIZE, Order, order
    from polysolv.decisions.strategy import METHODS, decide, decide_all
    from polysolv.decisions.verdict import Verdict

# Name -> module: rates need the order alone and `polysolv solve` none of these, and both must start quickly.
_MODULES = {
    "ContactOrder": "polysolv.decisions.contact",
    "MAX_CELL_SIZE": "polysolv.decisions.orders",
    "METHODS": "polysolv.decisions.strategy",
    "Order": "polysolv.decisions.orders",
    "Verdict": "polysolv.decisions.verdict",
    "certify": "polysolv.decisions.certification",
    "certify_contact": "polysolv.decisions.contact",
    "contact_order": "polysolv.decisions.contact",
    "decide": "polysolv.decisions.strategy",
    "decide_all": "polysolv.decisions.strategy",
    "order": "polysolv.decisions.orders",
    "side_certificates": "polysolv.decisions.certification",
}

__all__ = [
    "MAX_CELL_SIZE",
    "METHODS",
    "ContactOrder",
    "Order",
    "Verdict",
    "certify",
    "certify_contact",
    "contact_order",
    "decide",
    "decide_all",
    "order",
    "side_certificates",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
