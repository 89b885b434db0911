"""The noun `Structure`: which columns gate and experts see, and whether their variances are one."""

from __future__ import annotations

from dataclasses import dataclass

VARIANCES = ("free", "equal")


@dataclass(frozen=True)
class Structure:
    """What a model of the family leaves out.

    Args:
        gate: columns that the gate depends on, ascending; () for weights that depend on nothing.
        experts: columns that the means of the experts depend on, ascending; () for constant means.
        equal_variances: whether all experts share one variance.

    >>> Structure((0, 1), (0, 1)).parameter_count(2), Structure((), (0, 1), True).parameter_count(2)
    (11, 8)
    """

    gate: tuple[int, ...]
    experts: tuple[int, ...]
    equal_variances: bool = False

    @classmethod
    def whole(cls, d: int) -> Structure:
        """Return the structure in which gate and experts depend on all d columns."""
        return cls(tuple(range(d)), tuple(range(d)))

    @property
    def used(self) -> tuple[int, ...]:
        """Columns that the gate or the experts depend on, ascending."""
        return tuple(sorted({*self.gate, *self.experts}))

    @property
    def separate(self) -> bool:
        """Whether the gate and the experts depend on different columns."""
        return self.gate != self.experts

    def among(self, columns: tuple[int, ...]) -> Structure:
        """Return the structure in places of the given columns, which hold all used ones."""
        gate, experts = (tuple(map(columns.index, part)) for part in (self.gate, self.experts))
        return Structure(gate, experts, self.equal_variances)

    def parameter_count(self, k: int) -> int:
        """Return the number of free parameters of k experts: one expert's gate is fixed."""
        return k * self.per_expert + int(self.equal_variances) - (len(self.gate) + 1)

    @property
    def per_expert(self) -> int:
        """Number of parameters that one expert more brings."""
        return len(self.gate) + len(self.experts) + 2 + int(not self.equal_variances)
