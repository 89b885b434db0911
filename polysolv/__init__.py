"""Convergence rates of over-fitted mixtures and mixtures of experts, decided by exact algebra.

Every public name is loaded on first use, so that ``import polysolv`` stays light.

>>> from polysolv import rate
>>> print(rate(k_excess=2).cell(3).parameters["b"].published.rate)
1/12
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # What __getattr__ gives, for type checkers; tests/test_release.py compares it with _PUBLIC.
    from polysolv import families as families
    from polysolv.decisions import Verdict as Verdict
    from polysolv.decisions import certify as certify
    from polysolv.decisions import contact_order as contact_order
    from polysolv.decisions import decide as decide
    from polysolv.decisions import order as order
    from polysolv.errors import InputError as InputError
    from polysolv.experiments import SweepResult as SweepResult
    from polysolv.experiments import pair_probe as pair_probe
    from polysolv.experiments import probe as probe
    from polysolv.experiments import slopes as slopes
    from polysolv.experiments import sweep as sweep
    from polysolv.experiments import volume_probe as volume_probe
    from polysolv.families import Family as Family
    from polysolv.homotopy import PathResult as PathResult
    from polysolv.homotopy import SolveResult as SolveResult
    from polysolv.homotopy import certify_solutions as certify_solutions
    from polysolv.homotopy import solve as solve
    from polysolv.moe import Comparison as Comparison
    from polysolv.moe import FitWarning as FitWarning
    from polysolv.moe import FormulaFeatures as FormulaFeatures
    from polysolv.moe import MixingMeasure as MixingMeasure
    from polysolv.moe import SoftmaxGaussianMoE as SoftmaxGaussianMoE
    from polysolv.moe import cell_errors as cell_errors
    from polysolv.moe import compare_fits as compare_fits
    from polysolv.moe import plot_voronoi_cells as plot_voronoi_cells
    from polysolv.moe import sbic as sbic
    from polysolv.moe import voronoi_cells as voronoi_cells
    from polysolv.moe import voronoi_loss as voronoi_loss
    from polysolv.polynomials.generic_system import GenericSystem as GenericSystem
    from polysolv.rates import RateReport as RateReport
    from polysolv.rates import RateTable as RateTable
    from polysolv.rates import rate as rate
    from polysolv.rates import rate_table as rate_table
    from polysolv.rates.learning import LearningCoefficient as LearningCoefficient
    from polysolv.rates.learning import LearningCoefficients as LearningCoefficients
    from polysolv.rates.learning import learning_coefficient as learning_coefficient
    from polysolv.rates.learning import learning_coefficients as learning_coefficients
    from polysolv.rates.planning import Plan as Plan
    from polysolv.rates.planning import plan as plan
    from polysolv.rates.prover import explain as explain
    from polysolv.rates.prover import exponents as exponents
    from polysolv.systems import PolynomialSystem as PolynomialSystem
    from polysolv.systems import build_system as build_system

__version__ = "0.2.0"

# Public name -> module that defines it; a module of the same name is the value itself.
_PUBLIC = {
    "Comparison": "polysolv.moe",
    "Family": "polysolv.families",
    "FitWarning": "polysolv.moe",
    "FormulaFeatures": "polysolv.moe",
    "GenericSystem": "polysolv.polynomials.generic_system",
    "InputError": "polysolv.errors",
    "LearningCoefficient": "polysolv.rates.learning",
    "LearningCoefficients": "polysolv.rates.learning",
    "MixingMeasure": "polysolv.moe",
    "PathResult": "polysolv.homotopy",
    "Plan": "polysolv.rates.planning",
    "PolynomialSystem": "polysolv.systems",
    "RateReport": "polysolv.rates",
    "RateTable": "polysolv.rates",
    "SoftmaxGaussianMoE": "polysolv.moe",
    "SolveResult": "polysolv.homotopy",
    "SweepResult": "polysolv.experiments",
    "Verdict": "polysolv.decisions",
    "build_system": "polysolv.systems",
    "cell_errors": "polysolv.moe",
    "certify": "polysolv.decisions",
    "certify_solutions": "polysolv.homotopy",
    "compare_fits": "polysolv.moe",
    "contact_order": "polysolv.decisions",
    "decide": "polysolv.decisions",
    "explain": "polysolv.rates.prover",
    "exponents": "polysolv.rates.prover",
    "families": "polysolv.families",
    "learning_coefficient": "polysolv.rates.learning",
    "learning_coefficients": "polysolv.rates.learning",
    "order": "polysolv.decisions",
    "pair_probe": "polysolv.experiments",
    "plan": "polysolv.rates.planning",
    "plot_voronoi_cells": "polysolv.moe",
    "probe": "polysolv.experiments",
    "rate": "polysolv.rates",
    "rate_table": "polysolv.rates",
    "sbic": "polysolv.moe",
    "slopes": "polysolv.experiments",
    "solve": "polysolv.homotopy",
    "sweep": "polysolv.experiments",
    "volume_probe": "polysolv.experiments",
    "voronoi_cells": "polysolv.moe",
    "voronoi_loss": "polysolv.moe",
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'polysolv' has no attribute {name!r}")
    module = import_module(_PUBLIC[name])
    value = module if module.__name__ == f"polysolv.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
