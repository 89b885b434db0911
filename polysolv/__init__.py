"""Convergence rates of over-fitted mixtures and mixtures of experts, decided by exact algebra.

Every public name is loaded on first use, so that ``import polysolv`` stays light.

>>> from polysolv import rate
>>> print(rate(k_excess=2).cell(3).parameters["b"].published.rate)
1/12
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

# Public name -> module that defines it; a module of the same name is the value itself.
_PUBLIC = {
    "Family": "polysolv.families",
    "GenericSystem": "polysolv.systems.generic_system",
    "InputError": "polysolv.errors",
    "MixingMeasure": "polysolv.moe",
    "Plan": "polysolv.rates.planning",
    "PathResult": "polysolv.decisions.homotopy",
    "PolynomialSystem": "polysolv.systems",
    "RateReport": "polysolv.rates",
    "RateTable": "polysolv.rates",
    "SoftmaxGaussianMoE": "polysolv.moe",
    "SolveResult": "polysolv.decisions.homotopy",
    "SweepResult": "polysolv.experiments",
    "Verdict": "polysolv.decisions",
    "build_system": "polysolv.systems",
    "cell_errors": "polysolv.moe",
    "certify": "polysolv.decisions",
    "certify_solutions": "polysolv.decisions.homotopy",
    "decide": "polysolv.decisions",
    "explain": "polysolv.rates.prover",
    "exponents": "polysolv.rates.prover",
    "families": "polysolv.families",
    "order": "polysolv.decisions",
    "plan": "polysolv.rates.planning",
    "plot_voronoi_cells": "polysolv.moe",
    "probe": "polysolv.experiments",
    "rate": "polysolv.rates",
    "rate_table": "polysolv.rates",
    "slopes": "polysolv.experiments",
    "solve": "polysolv.decisions.homotopy",
    "sweep": "polysolv.experiments",
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
