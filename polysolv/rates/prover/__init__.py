"""The exponent prover: two-sided statements about the exponents of any family, with their proofs."""

from __future__ import annotations

from polysolv.rates.prover.explanation import Explanation, explain
from polysolv.rates.prover.exponents import ExponentBounds, exponents

__all__ = ["Explanation", "ExponentBounds", "explain", "exponents"]
