"""The exponent prover: two-sided statements about the exponents of any family, with their proofs."""

from __future__ import annotations

from polysolv.rates.prover.explanation import Explanation, explain
from polysolv.rates.prover.exponents import ExponentBounds, exactly_fitted_exponents, exponents

__all__ = ["Explanation", "ExponentBounds", "exactly_fitted_exponents", "explain", "exponents"]
