"""Return codes of the compiled tracker, and what a call of it does."""

from __future__ import annotations

# Return codes of one path.
RUNNING = 0
SUCCESS = 1  # end point reached by tracking, Jacobian regular
SINGULAR = 2  # end point found by Cauchy's integral
AT_INFINITY = 3
STEP_TOO_SMALL = 4
TOO_MANY_STEPS = 5
ENDGAME_FAILED = 6
INTERRUPTED = 7
DIVERGING = 8  # doubles lead no further, while the norm grows like a power of 1/s
FAILURES = (STEP_TOO_SMALL, TOO_MANY_STEPS, ENDGAME_FAILED, DIVERGING)

# Modes of a call.
STRAIGHT = 0  # from s_from to s_to, both regular
TO_ZERO = 1  # from s = 1 to s = 0 with an endgame
POLISH = 2  # Newton steps at s_to with extended residuals

# Kinds of homotopy.
LINEAR = 0  # s·G + (1−s)·(F + F_LOW), rows of the table in this order: F, F_LOW, G
POLYHEDRAL = 1  # F·exp(lift·s) for real s, one row of lifts for each mixed cell

# Columns of the facts about a path: steps tried, winding number, s reached; and at the end point the
# condition number of the scaled Jacobian, the backward error, the last relative correction.
STEPS, WINDING, REACHED, CONDITION, BACKWARD_ERROR, CORRECTION = range(6)
FACTS = 6
