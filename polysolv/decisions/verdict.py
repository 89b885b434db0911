"""The noun `Verdict`: what was decided about one system, and how sure we are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.display.value import Value

if TYPE_CHECKING:
    from polysolv.certificates import Certificate

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

SCHEMA = "polysolv/verdict/1"


@dataclasses.dataclass(eq=False, repr=False)
class Verdict(RichDisplay, Value):
    """Whether a system has a non-trivial real solution with positive weights.

    Args:
        status: SOLVABLE, UNSOLVABLE or UNDECIDED.
        field: over which field the status speaks; ours is REAL_POSITIVE (real, weights > 0).
        evidence: PROVED only if the trusted kernel accepted a certificate; ``None`` if nothing is claimed.
        method: name of the method that decided.
        reason: one line: the theorem or computation behind the status.
        seconds: wall time spent.
        witness: a solution in the family's parameters, or ``None``: ``{"weights": …, "perturbations": …}`` as
            :meth:`polysolv.PolynomialSystem.evaluate` takes them, or ``{"values": …}`` for a user's own
            system; with a key ``"radius"`` if the exact solution lies only near the rationals given.
        certificate: the certificate, or ``None``.
        statistics: what else was learned.

    >>> Verdict(UNDECIDED, REAL_POSITIVE, None, "search", "no witness in 10 starts")
    Verdict(status='UNDECIDED', field='REAL_POSITIVE', evidence=None, method='search',
            reason='no witness in 10 starts', seconds=0.0, witness=None, certificate=None, statistics={})
    """

    status: str
    field: str
    evidence: str | None
    method: str
    reason: str = ""
    seconds: float = 0.0
    witness: Any = None
    certificate: Certificate | None = None
    statistics: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether the status is SOLVABLE or UNSOLVABLE."""
        return self.status != UNDECIDED

    def contradicts(self, other: Verdict) -> bool:
        """Return whether both are decided and say the opposite of each other.

        >>> from polysolv import decide, build_system
        >>> low, high = (decide(build_system("location-gaussian", 2, r)) for r in (1, 2))
        >>> low.contradicts(high), low.contradicts(low)
        (True, False)
        """
        return self.decided and other.decided and self.status != other.status

    def __str__(self) -> str:
        over = f" over {self.field}" if self.decided else ""
        sure = f" ({self.evidence})" if self.evidence else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.status}{over}{sure} by {self.method}{reason}"

    def to_data(self) -> dict[str, Any]:
        """Return the verdict as JSON data (schema ``polysolv/verdict/1``); rationals are strings."""
        found = self.certificate
        return {
            "schema": SCHEMA,
            "status": self.status,
            "field": self.field,
            "evidence": self.evidence,
            "method": self.method,
            "reason": self.reason,
            "seconds": round(self.seconds, 6),
            "witness": plain(self.witness),
            "certificate": None if found is None else {"kind": found.kind, "digest": found.digest},
            "certificate_digest": None if found is None else found.digest,
            "statistics": plain(self.statistics),
        }

    def to_json(self) -> str:
        """Return the verdict as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2, ensure_ascii=False)

    def _display(self) -> Tables:
        table = pairs(
            "Verdict",
            status=self.status,
            field=self.field,
            evidence=self.evidence or "-",
            method=self.method,
            reason=self.reason or "-",
            seconds=f"{self.seconds:.2f}",
            witness=None if self.witness is None else show_witness(self.witness),
            certificate=None if self.certificate is None else repr(self.certificate),
        )
        return [table], ()


def show_witness(witness: Mapping[str, Any]) -> str:
    """Return a witness as one line.

    >>> show_witness({"weights": [Fraction(1, 2)], "perturbations": [{"mu": Fraction(1)}]})
    'weights [1/2]; perturbations [{mu: 1}]'
    """
    return "; ".join(f"{key} {_shown(value)}" for key, value in witness.items())


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, Fraction) and value.denominator > 10**6:
        return f"{float(value):.9g}"
    return str(value)


def plain(value: object) -> Any:
    """Return a value as JSON data: rationals become strings, tuples lists.

    >>> plain({"w": (Fraction(1, 2), 3)})
    {'w': ['1/2', '3']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        exact = any(isinstance(entry, Fraction) for entry in value)
        return [str(entry) if exact and isinstance(entry, int) else plain(entry) for entry in value]
    if isinstance(value, Fraction):
        return str(value)
    return value


def undecided(method: str, reason: str, **statistics: Any) -> Verdict:
    """Return the verdict that ``method`` did not decide."""
    return Verdict(UNDECIDED, REAL_POSITIVE, None, method, reason, statistics=statistics)
