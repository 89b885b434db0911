"""The ladder behind `polysolv order --method`: degree after degree, until one is unsolvable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polysolv.certificates import save
from polysolv.decisions.orders import Order, order
from polysolv.decisions.strategy import contradictory, decide, decide_all
from polysolv.decisions.verdict import PROVED, SOLVABLE, UNDECIDED, UNSOLVABLE, Verdict
from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve

if TYPE_CHECKING:
    from polysolv.systems import PolynomialSystem

SCHEMA = "polysolv/order/1"
MAX_LADDER_CELL = 50
_LAST_UNDECIDED = 2  # give up after so many undecided degrees in a row


@dataclass(frozen=True)
class Ladder(RichDisplay):
    """What a method, or all of them, say about the degrees 1, 2, … of a cell.

    Args:
        family: the family.
        m: cell size.
        method: name of the method, or ``"all"``.
        theorem: r̄(m) by theorem, or ``None`` if no theorem settles the family.
        degrees: degree -> verdicts about it, in order.
    """

    family: Family
    m: int
    method: str
    theorem: Order | None
    degrees: dict[int, list[Verdict]]

    @property
    def order(self) -> int | None:
        """r̄(m) as found: the first unsolvable degree if all below are solvable, else ``None``."""
        top = self.first_unsolvable
        below = [d for d in self.degrees if top is not None and d < top]
        solvable = all(any(v.status == SOLVABLE for v in self.degrees[d]) for d in below)
        return top if top is not None and solvable and not self.contradiction else None

    @property
    def first_unsolvable(self) -> int | None:
        """The first degree that some method calls unsolvable."""
        return next(
            (d for d, found in self.degrees.items() if any(v.status == UNSOLVABLE for v in found)), None
        )

    @property
    def contradiction(self) -> bool:
        """Whether two methods contradict each other, or one contradicts the theorem."""
        if any(contradictory(found) for found in self.degrees.values()):
            return True
        if self.theorem is None:
            return False
        wrong = {d: SOLVABLE if d >= self.theorem else UNSOLVABLE for d in self.degrees}
        return any(v.status == wrong[d] for d, found in self.degrees.items() for v in found)

    def grid(self) -> Grid:
        """Return the table of verdicts, one line for each degree and method."""
        rows = [
            [
                str(degree),
                v.method,
                v.status,
                v.field if v.decided else "-",
                v.evidence or "-",
                f"{v.seconds:.2f}",
                v.reason,
            ]
            for degree, found in self.degrees.items()
            for v in found
        ]
        title = f"{self.family.name}, cell size m = {self.m}"
        return Grid(title, ["degree", "method", "verdict", "field", "evidence", "seconds", "reason"], rows)

    def save_certificates(self, folder: str | Path) -> list[dict[str, Any]]:
        """Save the certificate behind every proved verdict, and behind the theorem's answer.

        Args:
            folder: made if its parent exists.

        Returns:
            degree, method, file and digest of each.

        Raises:
            InputError: if the folder cannot be made or written to.
        """
        proved = [
            (degree, v.method, v.certificate)
            for degree, found in self.degrees.items()
            for v in found
            if v.evidence == PROVED and v.certificate is not None
        ]
        if self.theorem is not None and self.theorem.evidence == PROVED:
            proved.append((int(self.theorem), "order", self.theorem.certificate))
        return [
            {"degree": degree, "method": method, **save(certificate, folder, label=method)._asdict()}
            for degree, method, certificate in proved
        ]

    def summary(self) -> list[str]:
        """Return the conclusion in one or two lines."""
        if self.contradiction:
            lines = ["contradiction: the verdicts above exclude each other"]
        elif self.order is not None:
            lines = [f"order({self.m}) = {self.order} by {self.method}"]
        else:
            solvable = [d for d, found in self.degrees.items() if any(v.status == SOLVABLE for v in found)]
            low = max(solvable, default=0) + 1
            top = self.first_unsolvable
            high = f"{low} <= order({self.m})" + (f" <= {top}" if top is not None else "")
            lines = [f"undecided by {self.method}: {high}"]
        if self.theorem is not None:
            lines.append(
                f"order({self.m}) = {int(self.theorem)} by theorem ({self.theorem.evidence or 'no evidence'})"
            )
        else:
            lines.append("no theorem settles this family")
        return lines

    def _display(self) -> Tables:
        return [self.grid()], self.summary()

    def to_data(self) -> dict[str, Any]:
        """Return the ladder as JSON data (schema ``polysolv/order/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family.name,
            "dimension": self.family.dimension,
            "m": self.m,
            "method": self.method,
            "order": self.order,
            "contradiction": self.contradiction,
            "theorem": theorem_data(self.theorem),
            "ladder": [
                {"degree": degree, "verdicts": [v.to_data() for v in found]}
                for degree, found in self.degrees.items()
            ],
        }


def theorem_data(found: Order | None) -> dict[str, Any] | None:
    """Return the theorem's answer as JSON data."""
    if found is None:
        return None
    return {
        "order": int(found),
        "evidence": found.evidence,
        "reason": found.unsolvable.reason,
        "certificate_digest": None if found.certificate is None else found.certificate.digest,
    }


def by_theorem(family: Family, m: int) -> Order | None:
    """Return r̄(m) by theorem, or ``None`` if no theorem settles the family."""
    try:
        return order(family, m)
    except InputError as error:
        if error.field not in ("family", "log_symbol"):
            raise
        return None


def climb(
    family: str | Family,
    m: int,
    method: str = "all",
    d: int | None = None,
    timeout: float = 60.0,
    *,
    seed: int = 0,
    jobs: int = 1,
    engine: str | None = None,
    ansatz: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Ladder:
    """Decide the degrees 1, 2, … until the first unsolvable one.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 50.
        method: as for :func:`polysolv.decide`.
        d: number of covariates for a family given by name.
        timeout: seconds for each method at each degree.
        seed, jobs, engine, ansatz: as for :func:`polysolv.decide`.
        progress: called with what is being decided.

    Returns:
        the ladder; it also ends after two undecided degrees in a row.

    >>> climb("location-gaussian", 3, "positivity").order
    2
    """
    from polysolv.systems import build_system

    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_LADDER_CELL)
    resolved.for_cell(m).require_free_ring()
    theorem = by_theorem(resolved, m)
    degrees: dict[int, list[Verdict]] = {}
    options: dict[str, Any] = {"seed": seed, "jobs": jobs, "engine": engine, "ansatz": ansatz}
    undecided = 0
    degree = 0
    while undecided < _LAST_UNDECIDED:
        degree += 1
        system: PolynomialSystem = build_system(resolved, m, degree)

        def say(name: str, degree: int = degree) -> None:
            if progress is not None:
                progress(f"degree {degree}: {name}")

        if method == "all":
            found = decide_all(system, timeout, progress=say, **options)
        else:
            say(method)
            found = [decide(system, method, timeout, **options)]
        degrees[degree] = found
        if any(v.status == UNSOLVABLE for v in found):
            break
        undecided = undecided + 1 if all(v.status == UNDECIDED for v in found) else 0
    return Ladder(resolved, m, method, theorem, degrees)
