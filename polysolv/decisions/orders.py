"""The verb `order`: the least degree r̄(m) at which a cell of m atoms has no non-trivial solution."""

from __future__ import annotations

from typing import Any

from polysolv.certificates import Certificate, order_certificate
from polysolv.decisions.quadrature import decide_by_quadrature
from polysolv.decisions.theorem import decide_by_theorem
from polysolv.decisions.verdict import PROVED, Verdict
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve

MAX_CELL_SIZE = 400


class Order(RichDisplay, int):
    """The order r̄(m): an integer that carries its evidence.

    Attributes:
        family: name of the family.
        m: cell size.
        evidence: ``"PROVED"`` if the trusted kernel has accepted the certificate, else ``None``.
        solvable: the verdict at degree r̄(m) − 1; ``None`` for m = 1.
        unsolvable: the verdict at degree r̄(m).
        certificate: the order certificate.
    """

    family: str
    m: int
    evidence: str | None
    solvable: Verdict | None
    unsolvable: Verdict
    certificate: Certificate

    def __new__(  # noqa: D102
        cls,
        value: int,
        family: str,
        m: int,
        solvable: Verdict | None,
        unsolvable: Verdict,
        certificate: Certificate,
        evidence: str | None,
    ) -> Order:
        self = super().__new__(cls, value)
        self.family, self.m, self.evidence = family, m, evidence
        self.solvable, self.unsolvable, self.certificate = solvable, unsolvable, certificate
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (
            int(self),
            self.family,
            self.m,
            self.solvable,
            self.unsolvable,
            self.certificate,
            self.evidence,
        )

    def __repr__(self) -> str:
        return f"Order({int(self)}, family={self.family!r}, m={self.m}, evidence={self.evidence!r})"

    def __str__(self) -> str:
        return str(int(self))

    def _display(self) -> Tables:
        below = None if self.solvable is None else f"{self.solvable.status}: {self.solvable.reason}"
        sides = {
            f"degree {int(self) - 1}": below,
            f"degree {int(self)}": f"{self.unsolvable.status}: {self.unsolvable.reason}",
        }
        table = pairs(
            f"order of a cell of {self.m}, {self.family}",
            order=int(self),
            evidence=self.evidence or "-",
            **sides,
            certificate=repr(self.certificate),
        )
        return [table], ()


def order(family: str | Family = "softmax-gaussian", m: int = 2, d: int | None = None) -> Order:
    """Return r̄(m), the least degree without a non-trivial real solution with positive weights.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 400.
        d: number of covariates for a family given by name; 1 if left out.

    Returns:
        the order, an ``int`` with its evidence: the degree below is solvable by an explicit witness, the
        degree itself is unsolvable by a theorem. The trusted kernel checks the certificate of both.

    Raises:
        InputError: if an argument is out of range, no theorem settles the family, or it has relations.

    Source: theory page §3: r̄(m) = 2m for every family with a location–scale core.

    >>> int(order("softmax-gaussian", 3)), int(order("location-gaussian", 3))
    (6, 2)
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    resolved.for_cell(m).require_free_ring()
    solvable = None
    for degree in _candidates(m):
        unsolvable = decide_by_theorem(resolved, m, degree)
        if unsolvable is None:
            continue
        if degree > 1:
            solvable = decide_by_quadrature(resolved, m, degree - 1)
            if solvable is None:
                from polysolv.decisions.split import decide_by_split

                solvable = decide_by_split(resolved, m, degree - 1)
            if solvable is None:
                break
        certificate = order_certificate(resolved, m)
        accepted = certificate.verify().accepted and certificate.statement["degree"] == degree
        evidence = PROVED if accepted else None
        return Order(degree, resolved.name, m, solvable, unsolvable, certificate, evidence)
    raise InputError("family", resolved.name, "a family whose order a theorem settles")


def _candidates(m: int) -> list[int]:
    """Degrees at which a theorem may set in: one atom, sums of squares, the location–scale core."""
    return [1, 2, 2 * m]
