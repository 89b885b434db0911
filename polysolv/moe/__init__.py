"""The model in data: mixing measures, the maximum-likelihood fitter, Voronoi cells and losses.

Names are loaded on first use, so that importing this package loads neither numpy nor scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polysolv.moe.comparison import Comparison, compare_fits
    from polysolv.moe.estimator import SoftmaxGaussianMoE
    from polysolv.moe.fit_warning import FitWarning
    from polysolv.moe.formula_features import FormulaFeatures
    from polysolv.moe.losses import voronoi_loss
    from polysolv.moe.mixing_measure import MixingMeasure
    from polysolv.moe.plots import plot_voronoi_cells
    from polysolv.moe.singular_bic import sbic
    from polysolv.moe.voronoi import cell_errors, voronoi_cells

_PUBLIC = {
    "Comparison": "polysolv.moe.comparison",
    "FitWarning": "polysolv.moe.fit_warning",
    "FormulaFeatures": "polysolv.moe.formula_features",
    "MixingMeasure": "polysolv.moe.mixing_measure",
    "SoftmaxGaussianMoE": "polysolv.moe.estimator",
    "cell_errors": "polysolv.moe.voronoi",
    "compare_fits": "polysolv.moe.comparison",
    "plot_voronoi_cells": "polysolv.moe.plots",
    "sbic": "polysolv.moe.singular_bic",
    "voronoi_cells": "polysolv.moe.voronoi",
    "voronoi_loss": "polysolv.moe.losses",
}

__all__ = [
    "Comparison",
    "FitWarning",
    "FormulaFeatures",
    "MixingMeasure",
    "SoftmaxGaussianMoE",
    "cell_errors",
    "compare_fits",
    "plot_voronoi_cells",
    "sbic",
    "voronoi_cells",
    "voronoi_loss",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'polysolv.moe' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value
