"""The noun `Verdict`: what was decided about one system, and how sure we are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

SOLVABLE = "SOLVABLE"
UNSOLVABLE = "UNSOLVABLE"
UNDECIDED = "UNDECIDED"
STATUSES = (SOLVABLE, UNSOLVABLE, UNDECIDED)

REAL_POSITIVE = "REAL_POSITIVE"
REAL = "REAL"
COMPLEX = "COMPLEX"
FIELDS = (REAL_POSITIVE, REAL, COMPLEX)

PROVED = "PROVED"
CERTIFIED_NUMERIC = "CERTIFIED_NUMERIC"
NUMERIC = "NUMERIC"
EVIDENCES = (PROVED, CERTIFIED_NUMERIC, NUMERIC)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether a system has a non-trivial real solution with positive weights.

    Args:
        status: SOLVABLE, UNSOLVABLE or UNDECIDED.
        field: over which field the status speaks; ours is REAL_POSITIVE (real, weights > 0).
        evidence: PROVED only if the trusted kernel accepted a certificate; ``None`` if nothing is claimed.
        method: name of the method that decided.
        reason: one line: the theorem or computation behind the status.
        seconds: wall time spent.
        witness: a solution in the family's parameters, or ``None``.
        certificate: the certificate, or ``None``.
        statistics: what else was learned.
    """

    status: str
    field: str
    evidence: str | None
    method: str
    reason: str = ""
    seconds: float = 0.0
    witness: Any = None
    certificate: Any = None
    statistics: Mapping[str, Any] = dataclasses.field(default_factory=dict)
