"""The published way made reliable: Gröbner bases by the engine that is there, and exact real roots."""

from __future__ import annotations

from polysolv.decisions.groebner.decision import decide_by_groebner
from polysolv.decisions.groebner.engines import available, get_engine

__all__ = ["available", "decide_by_groebner", "get_engine"]
