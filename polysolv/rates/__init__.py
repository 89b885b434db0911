"""From orders to rates: published and refined exponents, tables, allocations."""

from __future__ import annotations

from polysolv.rates.report import Allocation, CellRates, RateReport, rate
from polysolv.rates.statements import ParameterRates
from polysolv.rates.table import RateTable, rate_table

__all__ = ["Allocation", "CellRates", "ParameterRates", "RateReport", "RateTable", "rate", "rate_table"]
