"""The noun `PolynomialSystem`: equations, unknowns, and what counts as a non-trivial solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from polysolv.display.counted import counted
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError
from polysolv.polynomials.polynomial import Index, Polynomial
from polysolv.systems.cell_equations import cell_equations

if TYPE_CHECKING:
    from polysolv.families import Family


@dataclass(frozen=True)
class PolynomialSystem(RichDisplay):
    """Polynomial equations ``P_ℓ = 0`` in the weights and perturbations of a cell of m atoms.

    Args:
        unknowns: names of all unknowns, the weights first.
        weights: names of the unknowns that must be positive.
        nontrivial: names of the unknowns of which some must be non-zero.
        grading: one non-negative integer for each unknown; every equation is homogeneous for it.
        equations: index ℓ -> polynomial; for a family ℓ is (ℓ1_1, …, ℓ1_d, ℓ2).
        family: the family the system was built from, or ``None`` for a user's own system.
        m: cell size, or ``None``.
        degree: the degree r, or ``None``.

    Source: theory page §2. Use :func:`polysolv.build_system` to make one.

    >>> from polysolv import build_system
    >>> system = build_system("softmax-gaussian", m=3, degree=5)
    >>> system
    PolynomialSystem(family='softmax-gaussian', d=1, m=3, degree=5, equations=20, unknowns=15)
    >>> len(system[0, 1])
    3
    """

    unknowns: tuple[str, ...]
    weights: tuple[str, ...]
    nontrivial: tuple[str, ...]
    grading: tuple[int, ...]
    equations: Mapping[Index, Polynomial]
    family: Family | None = None
    m: int | None = None
    degree: int | None = None

    @property
    def dimension(self) -> int | None:
        """The number d of covariates of the family, or ``None`` for a user's own system."""
        return None if self.family is None else self.family.dimension

    @cached_property
    def digest(self) -> str:
        """The sha256, in hex, of the canonical JSON form without its own ``digest`` key."""
        from polysolv.polynomials.system_json import system_digest

        return system_digest(self._data)

    @property
    def _data(self) -> dict[str, Any]:
        """The canonical JSON form without its digest."""
        from polysolv.polynomials.system_json import system_data

        return system_data(
            self.unknowns,
            self.weights,
            self.nontrivial,
            self.grading,
            self.equations,
            family=self.family.name if self.family else None,
            log_symbol=self.family.log_symbol.to_data() if self.family else None,
            dimension=self.dimension,
            m=self.m,
            degree=self.degree,
        )

    def __hash__(self) -> int:
        return hash(self.digest)

    def __len__(self) -> int:
        return len(self.equations)

    def __iter__(self) -> Iterator[Index]:
        return iter(self.equations)

    def __getitem__(self, index: Index) -> Polynomial:
        return self.equations[index]

    def __repr__(self) -> str:
        name = repr(self.family.name) if self.family else "None"
        return (
            f"PolynomialSystem(family={name}, d={self.dimension}, m={self.m}, degree={self.degree}, "
            f"equations={len(self.equations)}, unknowns={len(self.unknowns)})"
        )

    def __str__(self) -> str:
        return self.export("text")

    def _display(self) -> Tables:
        from polysolv.polynomials.rendering import equations_grid

        names = [n if n in self.weights else f"δ{n}" for n in self.unknowns]
        title, *remarks = self._heading()
        grid, left_out = equations_grid(title, self._labels(), list(self.equations.values()), names)
        return [grid], [*(" ".join(line.split()) for line in remarks), *left_out]

    def _labels(self) -> list[str]:
        return [f"P[{','.join(map(str, index))}]" for index in self.equations]

    def _heading(self) -> list[str]:
        """Return lines of comment: what the system is, and which solutions count as non-trivial."""
        lines = []
        if self.family is not None:
            lines.append(
                f"{self.family.name}, d = {self.dimension}, cell size m = {self.m}, degree r = {self.degree}"
            )
        lines.append(f"{counted(len(self.equations), 'equation')}, {counted(len(self.unknowns), 'unknown')}")
        positive = f" with {', '.join(self.weights)} > 0" if self.weights else ""
        lines.append(f"wanted: real solutions{positive}")
        if self.nontrivial:
            lines.append(
                f"        {'and' if positive else 'with'} some of {', '.join(self.nontrivial)} non-zero"
            )
        return lines

    def evaluate(
        self,
        weights: Sequence[int | Fraction],
        perturbations: Sequence[Mapping[str, int | Fraction | Sequence[int | Fraction]]],
    ) -> dict[Index, Fraction]:
        """Return the exact value of every equation at one point.

        Args:
            weights: m rationals w_1, …, w_m (w itself, not its root p5).
            perturbations: m mappings from each parameter's name to a rational, or to a tuple of d rationals
                for a vector parameter. ``sigma`` is the perturbation of the variance, not half of it.

        Returns:
            index ℓ -> P_ℓ(w, δ) as a Fraction, for every equation of the system.

        Raises:
            InputError: if the system has no family, or a length, name or number is wrong. Floats are refused.

        The value comes from the power series of exp(K) at each atom (theory page §2), not from the expanded
        polynomials, so it costs little in any degree.

        >>> from polysolv import build_system
        >>> system = build_system("location-scale-gaussian", m=2, degree=4)
        >>> half = Fraction(1, 2)
        >>> system.evaluate((half, half), [{"mu": 1, "sigma": -1}, {"mu": -1, "sigma": -1}])
        {(1,): Fraction(0, 1), (2,): Fraction(0, 1), (3,): Fraction(0, 1), (4,): Fraction(-1, 12)}
        """
        from polysolv.systems.evaluation import evaluate_atoms

        if self.family is None or self.m is None or self.degree is None:
            raise InputError(
                "system", "a system without a family", "a system built from a family; use substitute"
            )
        return evaluate_atoms(self.family, self.m, self.degree, self.equations, weights, perturbations)

    def substitute(self, values: Mapping[str, int | Fraction]) -> dict[Index, Fraction]:
        """Return the exact value of every expanded equation at named unknowns.

        Args:
            values: name of each unknown -> rational.

        Returns:
            index -> value as a Fraction.

        Raises:
            InputError: if an unknown is missing or a value is not rational.
        """
        from polysolv.systems.evaluation import rational

        missing = [name for name in self.unknowns if name not in values]
        if missing:
            raise InputError("values", missing[0], "a value for every unknown")
        point = [rational(name, values[name]) for name in self.unknowns]
        result = {}
        for index, polynomial in self.equations.items():
            total = Fraction(0)
            for monomial, coefficient in polynomial.items():
                term = coefficient
                for position, exponent in monomial:
                    term *= point[position] ** exponent
                total += term
            result[index] = total
        return result

    def export(self, style: str) -> str:
        """Return the system as text in one of :data:`polysolv.polynomials.exports.FORMATS`.

        Raises:
            InputError: if ``style`` is unknown.
        """
        from polysolv.polynomials.exports import canonical_format, export
        from polysolv.polynomials.exports.labelled_system import LabelledSystem
        from polysolv.polynomials.system_json import write_system

        style = canonical_format(style)
        if style == "json":  # the whole object, which from_json reads back
            return write_system(self._data, self.digest) + "\n"
        heading = self._heading()
        if style == "text":
            heading.append(f"sha256 {self.digest}")
        perturbations = frozenset(self.unknowns) - frozenset(self.weights)
        equations = tuple(self.equations.values())
        return export(
            LabelledSystem(
                *(self.unknowns, equations, tuple(self._labels()), tuple(heading), perturbations),
                known=self.family is not None,
            ),
            style,
        )

    def to_json(self) -> str:
        """Return the system as JSON (schema ``polysolv/system/1``), read back by :meth:`from_json`."""
        return self.export("json")

    @staticmethod
    def from_json(text: str | bytes) -> PolynomialSystem:
        """Return the system that :meth:`to_json` wrote.

        Raises:
            InputError: if the text is truncated, holds a float, an unknown key, a wrong digest, or equations
                that are not those of the family it names.
        """
        from polysolv.families.saved_family import saved_family
        from polysolv.polynomials.system_json import parse_system

        fields = parse_system(text)
        family = saved_family(fields.family, fields.log_symbol, fields.dimension)
        system = PolynomialSystem(*fields[:5], family, fields.m, fields.degree)
        fields.require_digest()
        if family is None:
            if fields.m is not None or fields.degree is not None:
                raise InputError(
                    "system.m", fields.m, "null for m, degree and dimension where family is null"
                )
            return system
        # Equations that are not those of the family, cell size and degree they claim are refused.
        built = PolynomialSystem(
            *cell_equations(family, fields.m, fields.degree), family, fields.m, fields.degree
        )
        if fields.log_symbol != family.log_symbol.to_data():
            raise InputError("system.log_symbol", fields.log_symbol, f"the log-symbol of {family.name}")
        if built != system:
            raise InputError("system.equations", fields.digest, f"the equations of {built!r}")
        return system
