"""Exact sparse polynomials as plain mappings, the currency of all stations after `families`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

# ((index of unknown, exponent ≥ 1), ...) with strictly increasing indices; () is the monomial 1.
Monomial = tuple[tuple[int, int], ...]

# Monomial -> non-zero rational coefficient.
Polynomial = Mapping[Monomial, Fraction]
