"""From orders to rates: published and refined exponents, tables, allocations.

Names are loaded on first use: a report needs no table, and must start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polysolv.rates.report import Allocation, CellRates, RateReport, rate
    from polysolv.rates.statements import ParameterRates
    from polysolv.rates.table import RateTable, rate_table

__all__ = ["Allocation", "CellRates", "ParameterRates", "RateReport", "RateTable", "rate", "rate_table"]

_MODULES = {
    "Allocation": "polysolv.rates.report",
    "CellRates": "polysolv.rates.report",
    "ParameterRates": "polysolv.rates.statements",
    "RateReport": "polysolv.rates.report",
    "RateTable": "polysolv.rates.table",
    "rate": "polysolv.rates.report",
    "rate_table": "polysolv.rates.table",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
