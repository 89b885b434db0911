"""Theory against data: sweeps over (n, replicate), slopes with intervals, the population probe, reports.

Names are loaded on first use, so that importing this package loads neither numpy nor matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polysolv.experiments.density_probe import DensityProbe, probe_density
    from polysolv.experiments.pairs import PairProbeResult, pair_probe
    from polysolv.experiments.population import ProbeResult, probe
    from polysolv.experiments.run import sweep
    from polysolv.experiments.slope_table import SlopeTable
    from polysolv.experiments.sweep_result import SweepResult, slopes
    from polysolv.experiments.volume import VolumeProbe, volume_probe

_PUBLIC = {
    "DensityProbe": "polysolv.experiments.density_probe",
    "PairProbeResult": "polysolv.experiments.pairs",
    "ProbeResult": "polysolv.experiments.population",
    "SlopeTable": "polysolv.experiments.slope_table",
    "SweepResult": "polysolv.experiments.sweep_result",
    "VolumeProbe": "polysolv.experiments.volume",
    "pair_probe": "polysolv.experiments.pairs",
    "probe": "polysolv.experiments.population",
    "probe_density": "polysolv.experiments.density_probe",
    "slopes": "polysolv.experiments.sweep_result",
    "sweep": "polysolv.experiments.run",
    "volume_probe": "polysolv.experiments.volume",
}

__all__ = [
    "DensityProbe",
    "PairProbeResult",
    "ProbeResult",
    "SlopeTable",
    "SweepResult",
    "VolumeProbe",
    "pair_probe",
    "probe",
    "probe_density",
    "slopes",
    "sweep",
    "volume_probe",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'polysolv.experiments' has no attribute {name!r}")
    value = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value
