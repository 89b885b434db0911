"""Numbers that steer one tracking run."""

from __future__ import annotations

from typing import NamedTuple


class Tuning(NamedTuple):
    """Smaller ``reach`` and ``error`` are safer and slower."""

    extended: bool  # residuals in double-double
    reach: float  # largest step as a part of the estimated distance to the next singularity
    error: float  # largest predicted correction, in units of the Newton basin
    accuracy: float  # relative correction at which Newton stops
    max_steps: int
    boundary: float  # value of s at which the endgame begins
    max_condition: float  # Jacobians beyond this are treated as singular
    floor: float  # smallest unit of error on the way; small coordinates carry the path's future
    closest: float  # smallest s of the endgame


# From fast to careful; a path goes one level up each time it is doubtful.
LEVELS = (
    Tuning(False, 0.7, 0.1, 1e-8, 8_000, 0.1, 1e12, 1e-12, 1e-16),
    Tuning(False, 0.4, 0.005, 1e-9, 8_000, 0.1, 1e12, 1e-12, 1e-16),
    Tuning(True, 0.4, 0.005, 1e-10, 8_000, 0.1, 1e13, 1e-12, 1e-28),
    Tuning(True, 0.25, 0.0005, 1e-10, 4_000, 0.1, 1e13, 1e-25, 1e-60),
)
