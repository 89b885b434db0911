"""Exact algebra by engines that are there: Gröbner bases, their processes and budgets, real roots, primes."""

from __future__ import annotations

from polysolv.groebner.engines import available, get_engine

__all__ = ["available", "get_engine"]
