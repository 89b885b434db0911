"""The nouns `PathResult` and `SolveResult`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError
from polysolv.homotopy.return_codes import AT_INFINITY, EXCESS, FAILED, INTERRUPTED, SUCCESS
from polysolv.polynomials.generic_system import GenericSystem

_SHOWN_SOLUTIONS = 20


@dataclass(frozen=True)
class PathResult(RichDisplay):
    """What became of one path.

    Args:
        index: number of the start point.
        return_code: one of :data:`polysolv.homotopy.return_codes.RETURN_CODES`.
        solution: coordinates in the order of the unknowns; empty unless the return code is success or excess.
        residual: largest |f_i| relative to the sum of the moduli of its terms.
        condition: condition number of the scaled Jacobian, ``inf`` where it is singular.
        winding_number: how many turns about the end close the path; ``None`` where it was not determined.
        multiplicity: number of paths that end at this point, at least 2 for a singular isolated one; 0 for a
            singular point that is not isolated, or not known to be.
        distinct: number of the distinct finite solution, counted from 0, or ``None``.
        singular: whether the end point was found to be singular (multiple, or Jacobian not invertible).
        real: whether all imaginary parts vanish up to the result's ``tol``, relative to the largest
            coordinate; at end points that are known to all digits also relative to their own coordinate. True
            is no proof that a real solution exists and False no proof that none does: use
            :func:`polysolv.certify_solutions`.
        steps: steps tried.
        retracked: how often the path was tracked again at tighter tolerances.
        dimension: of the solution set at the end point: 0 for an isolated solution; ``None`` where it was not
            determined, and for paths without a solution. Of a witness set it is the dimension within the
            hyperplanes, each of which takes one.
    """

    index: int
    return_code: str
    solution: tuple[complex, ...] = ()
    residual: float = 0.0
    condition: float = 0.0
    winding_number: int | None = None
    multiplicity: int = 0
    distinct: int | None = None
    singular: bool = False
    real: bool = False
    steps: int = 0
    retracked: int = 0
    dimension: int | None = None

    def __post_init__(self) -> None:
        # A number that could not be computed says the worst, and is equal to itself.
        for name in ("residual", "condition"):
            if math.isnan(getattr(self, name)):
                object.__setattr__(self, name, math.inf)

    @property
    def is_success(self) -> bool:
        """Whether the path ended at a finite point; numerical evidence, not a proof."""
        return self.return_code == SUCCESS

    @property
    def is_regular(self) -> bool:
        """Whether the end point is finite and its Jacobian looked invertible, as a near-multiple one may."""
        return self.is_success and not self.singular

    def _display(self) -> Tables:
        table = pairs(
            f"path {self.index}",
            return_code=self.return_code,
            solution=", ".join(map(show_number, self.solution)) or "-",
            residual=f"{self.residual:.1e}",
            condition=f"{self.condition:.1e}",
            winding_number=self.winding_number,
            multiplicity=self.multiplicity,
            singular=self.singular,
            real=self.real,
            dimension=self.dimension,
            steps=self.steps,
        )
        return [table], ()


@dataclass(frozen=True)
class SolveResult(RichDisplay, Sequence[PathResult]):
    """All paths of one solve, in the order of their start points.

    Args:
        system: the system that was solved.
        paths: one `PathResult` for each path.
        start: name of the start system.
        seed: seed of all random choices; the same seed gives the same result for any number of jobs.
        tol: relative size below which an imaginary part counts as zero.
        slices: number of random real hyperplanes that were added because there are fewer equations than
            unknowns; if positive, the solutions are a witness set and not all solutions.
        notes: what a reader should know about the counts.
        trace_test: whether the trace test of a monodromy start held; ``None`` for other starts.

    A count is what the tracker saw. It does not promise that no solution was missed: compare runs with
    different seeds, and certify.
    """

    system: GenericSystem
    paths: tuple[PathResult, ...]
    start: str
    seed: int
    tol: float = 1e-8
    slices: int = 0
    notes: tuple[str, ...] = ()
    trace_test: bool | None = None

    @overload
    def __getitem__(self, index: int) -> PathResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PathResult]: ...
    def __getitem__(self, index: int | slice) -> PathResult | Sequence[PathResult]:
        return self.paths[index]

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[PathResult]:
        return iter(self.paths)

    @property
    def solutions(self) -> tuple[PathResult, ...]:
        """One path for each distinct finite solution, the first that reached it."""
        seen: dict[int, PathResult] = {}
        for path in self.paths:
            if path.distinct is not None:
                seen.setdefault(path.distinct, path)
        return tuple(seen[key] for key in sorted(seen))

    @property
    def real_solutions(self) -> tuple[PathResult, ...]:
        """The distinct finite solutions that look real."""
        return tuple(path for path in self.solutions if path.real)

    @property
    def nsolutions(self) -> int:
        """Number of distinct finite solutions."""
        return len(self.solutions)

    @property
    def nreal(self) -> int:
        """Number of distinct finite solutions that look real."""
        return len(self.real_solutions)

    @property
    def nsingular(self) -> int:
        """Number of distinct finite solutions that are singular."""
        return sum(path.singular for path in self.solutions)

    @property
    def npositive_dimensional(self) -> int:
        """Number of distinct end points on solution sets of positive dimension: points of infinitely many."""
        return sum(bool(path.dimension) for path in self.solutions)

    @property
    def nat_infinity(self) -> int:
        """Number of paths that diverge."""
        return self._count(AT_INFINITY)

    @property
    def nfailed(self) -> int:
        """Number of paths without a result: failed, or left untracked."""
        return self._count(FAILED) + self._count(INTERRUPTED)

    @property
    def ninterrupted(self) -> int:
        """Number of paths left untracked by the time limit or Ctrl-C."""
        return self._count(INTERRUPTED)

    @property
    def is_complete(self) -> bool:
        """Whether every path has a result and no trace test failed; it proves no completeness."""
        return self.nfailed == 0 and self.trace_test is not False

    @property
    def counts(self) -> dict[str, int]:
        """The counts under the names used in JSON."""
        return {
            "solutions": self.nsolutions,
            "real": self.nreal,
            "singular": self.nsingular,
            "at_infinity": self.nat_infinity,
            "failed": self.nfailed,
        }

    @property
    def statistics(self) -> dict[str, int]:
        """Number of paths, of steps over all paths, and of paths that were tracked again."""
        return {
            "paths": len(self.paths),
            "steps": sum(path.steps for path in self.paths),
            "retracked": sum(path.retracked > 0 for path in self.paths),
            "interrupted": self.ninterrupted,
            "excess": self._count(EXCESS),
        }

    def _count(self, code: str) -> int:
        return sum(path.return_code == code for path in self.paths)

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={value}" for name, value in self.counts.items())
        return f"SolveResult({counts}, paths={len(self.paths)}, start={self.start!r}, seed={self.seed})"

    def _display(self) -> Tables:
        counts = pairs("numerical solutions", **self.counts, paths=len(self.paths), start=self.start)
        shown = self.solutions[:_SHOWN_SOLUTIONS]
        rows = [
            [*map(show_number, p.solution), "yes" if p.real else "no", "yes" if p.singular else "no"]
            for p in shown
        ]
        notes = list(self.notes)
        if self.nsolutions > len(shown):
            notes.append(f"the first {len(shown)} of {self.nsolutions} solutions are shown")
        grid = Grid("distinct finite solutions", [*self.system.unknowns, "looks real", "singular"], rows)
        return [counts, grid] if rows else [counts], notes

    def to_json(self) -> str:
        """Return JSON text that :meth:`from_json` reads back to an equal object."""
        import json

        return json.dumps(self.to_data(), indent=1, allow_nan=False)

    def to_data(self) -> dict[str, Any]:
        """Return the result as JSON data.

        Coefficients are rationals as strings, hexadecimal beyond 4000 digits. Measured numbers are JSON
        numbers; those that are not finite are strings, but an infinite condition is ``null``.
        """
        from polysolv.homotopy.results_json import result_data

        return result_data(
            self.counts,
            self.statistics,
            self.start,
            self.seed,
            self.tol,
            self.slices,
            self.notes,
            self.trace_test,
            self.system.unknowns,
            self.system.equations,
            [vars(path) for path in self.paths],
        )

    @staticmethod
    def from_json(text: str | bytes) -> SolveResult:
        """Read what :meth:`to_json` or ``polysolv solve --format json`` wrote.

        Raises:
            InputError: naming the field, if the text is not such a result, or its counts contradict its paths
                (as with ``--real``, which leaves paths out).
        """
        from polysolv.homotopy.results_json import read_paths, read_result

        fields = read_result(text)
        result = SolveResult(
            system=GenericSystem(fields.unknowns, fields.equations),
            paths=tuple(PathResult(**path) for path in read_paths(fields.paths, len(fields.unknowns))),
            start=fields.start,
            seed=fields.seed,
            tol=fields.tol,
            slices=fields.slices,
            notes=fields.notes,
            trace_test=fields.trace_test,
        )
        for key, stated in (("counts", fields.counts), ("statistics", fields.statistics)):
            if stated != getattr(result, key):
                raise InputError(f"result.{key}", stated, f"{getattr(result, key)}, as the paths say")
        return result


def show_number(value: complex) -> str:
    """Return a complex number for people, without an imaginary part that is only rounding.

    >>> show_number(2.0 + 1e-17j), show_number(0.5 - 1.25j)
    ('2', '0.5-1.25i')
    """
    scale = max(1.0, abs(value))
    real, imaginary = (0.0 if abs(part) < 1e-10 * scale else part for part in (value.real, value.imag))
    return f"{real:.6g}" if not imaginary else f"{real:.6g}{imaginary:+.6g}i"


def require_result(value: object, field: str = "result") -> SolveResult:
    """Return ``value`` if it is a `SolveResult`.

    Raises:
        InputError: otherwise.
    """
    if not isinstance(value, SolveResult):
        raise InputError(field, value, "a SolveResult, as solve returns it")
    return value
