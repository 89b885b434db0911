"""Learning coefficients of over-fitted cells: theorems, regions, exponents, chains, and tables over (k, k*).

Names are loaded on first use: a table by theorem needs few of them, and must start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from polysolv.rates.learning.coefficient import LearningCoefficient, learning_coefficient
    from polysolv.rates.learning.table import LearningCoefficients, learning_coefficients

_MODULES = {
    "LearningCoefficient": "polysolv.rates.learning.coefficient",
    "LearningCoefficients": "polysolv.rates.learning.table",
    "learning_coefficient": "polysolv.rates.learning.coefficient",
    "learning_coefficients": "polysolv.rates.learning.table",
}

__all__ = ["LearningCoefficient", "LearningCoefficients", "learning_coefficient", "learning_coefficients"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
