"""What a method may spend: time until a deadline, memory, processes; and its seed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

MEMORY = 8 << 30  # bytes of address space for one engine


@dataclass(frozen=True)
class Budget:
    """Limits that every method obeys.

    Args:
        deadline: when to stop, on the clock of ``time.monotonic``.
        seed: where random choices start; the same seed gives the same answer.
        jobs: how many engines may run at once.
        memory: bytes of address space for one engine.
        engine: name of the Gröbner engine to use, or ``None`` for the best one found.
        ansatz: restriction under which ``smt`` looks for a solution, or ``None``.
        log: what was learned, shared by all parts of one method, so that it survives the deadline.
    """

    deadline: float
    seed: int = 0
    jobs: int = 1
    memory: int = MEMORY
    engine: str | None = None
    ansatz: str | None = None
    log: dict[str, object] = field(default_factory=dict)

    def left(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def within(self, seconds: float) -> Budget:
        """Return this budget with a deadline at most ``seconds`` from now; the log is shared."""
        return replace(self, deadline=min(self.deadline, time.monotonic() + seconds))


def budget(timeout: float, **others: object) -> Budget:
    """Return a budget that starts now.

    >>> 9 < budget(10).left() <= 10
    True
    """
    return replace(Budget(time.monotonic() + timeout), **others)  # type: ignore[arg-type]
