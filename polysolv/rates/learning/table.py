"""The noun `LearningCoefficients` and the verb `learning_coefficients`: λ for every fitted k and true k*."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer, require_seconds
from polysolv.families import Family, resolve
from polysolv.rates.learning.coefficient import NOT_SPECIAL, cell_bounds, parsed_weights
from polysolv.rates.learning.recognise import theorem_family
from polysolv.rates.learning.spanned import can_hold, spanned_functions
from polysolv.rates.learning.theorems import EXACT, KERNEL, SOFTMAX

SCHEMA = "polysolv/learning-coefficients/1"
MAX_EXPERTS = 20
_SEARCHED_EXPERTS = 5

Bounds = tuple[Fraction, Fraction, int | None]


@dataclass(frozen=True)
class Pair:
    """λ(k, k*), the learning coefficient of k fitted atoms where k* are true.

    Args:
        k, k_true: numbers of atoms.
        lower, upper: λ lies between them.
        multiplicity: μ, if it is known.
        allocations: cell sizes, descending, that attain the minimum, or may where only bounds are known.
    """

    k: int
    k_true: int
    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    allocations: tuple[tuple[int, ...], ...]

    @property
    def value(self) -> Fraction | None:
        """λ, if the bounds meet."""
        return self.upper if self.lower == self.upper else None

    @property
    def status(self) -> str:
        """``"proved"`` or ``"bounds"``."""
        return "proved" if self.lower == self.upper else "bounds"

    def to_data(self) -> dict[str, Any]:
        """Return the entry as JSON data."""
        return {
            "k": self.k,
            "k_true": self.k_true,
            "value": None if self.value is None else str(self.value),
            "lower": str(self.lower),
            "upper": str(self.upper),
            "multiplicity": self.multiplicity,
            "status": self.status,
            "allocations": [list(sizes) for sizes in self.allocations],
        }

    def __str__(self) -> str:
        if self.value is None:
            return f"<= {self.upper}"
        return f"{self.upper} ({self.multiplicity or '?'})" if self.multiplicity != 1 else str(self.upper)


@dataclass(frozen=True)
class LearningCoefficients(RichDisplay):
    """The table λ(k, k*) for 1 ≤ k* ≤ k.

    Args:
        family: name of the family.
        dimension: number d of covariates, 0 where there is none.
        weights: "bounded", or the parameter of a Dirichlet prior.
        entries: by k, then k*.
        notes: what the reader must know.

    >>> table = learning_coefficients("softmax-gaussian", 3)
    >>> table.pair(3, 2).value, table.pair(3, 2).allocations
    (Fraction(5, 1), ((2, 1),))
    """

    family: str
    dimension: int
    weights: str
    entries: tuple[Pair, ...]
    notes: tuple[str, ...]

    @cached_property
    def _by_pair(self) -> dict[tuple[int, int], Pair]:
        return {(entry.k, entry.k_true): entry for entry in self.entries}

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers k, ascending."""
        return tuple(dict.fromkeys(entry.k for entry in self.entries))

    def pair(self, k: int, k_true: int) -> Pair:
        """Return the entry for k fitted and k* true atoms.

        Raises:
            InputError: if the table holds no such entry.
        """
        found = self._by_pair.get((k, k_true))
        if found is None:
            raise InputError("k, k_true", (k, k_true), f"k_true <= k, and k one of {list(self.sizes)}")
        return found

    def to_data(self) -> dict[str, Any]:
        """Return the table as JSON data (schema ``polysolv/learning-coefficients/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family,
            "dimension": self.dimension,
            "weights": self.weights,
            "entries": [entry.to_data() for entry in self.entries],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the table as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def grid(self) -> Grid:
        """Return a row for each k, a column for each k*."""
        columns = range(1, self.sizes[-1] + 1)
        rows = []
        for k in self.sizes:
            rows.append([str(k), *(str(self.pair(k, j)) if j <= k else "" for j in columns)])
        return Grid(f"{self.family}: learning coefficients", ["k \\ k*", *map(str, columns)], rows)

    def allocation_grid(self) -> Grid:
        """Return the optimal cell sizes for each k and k* < k."""
        rows = []
        for entry in self.entries:
            if entry.k_true < entry.k:
                listed = " ".join("(" + ",".join(map(str, sizes)) + ")" for sizes in entry.allocations)
                bounds = str(entry) if entry.value is not None else f"{entry.lower} to {entry.upper}"
                rows.append([str(entry.k), str(entry.k_true), bounds, listed])
        return Grid("optimal cell sizes", ["k", "k*", "coefficient", "cell sizes"], rows, (0, 1))

    def to_text(self) -> str:
        """Return tables and notes as plain text."""
        from polysolv.display.rich_display import to_text

        return to_text(*self._display())

    def to_csv(self) -> str:
        """Return one line for each k and k*."""
        headers = ["k", "k_true", "value", "lower", "upper", "multiplicity", "status"]
        rows = [
            ["" if data[name] is None else str(data[name]) for name in headers]
            for data in (entry.to_data() for entry in self.entries)
        ]
        return Grid("", headers, rows).to_csv()

    def to_markdown(self) -> str:
        """Return the table in Markdown."""
        return self.grid().to_markdown()

    def to_latex(self) -> str:
        """Return both tables as LaTeX for a paper, with their notes."""
        from polysolv.display.latex_table import latex_tables

        return latex_tables(*self._display())

    def _display(self) -> Tables:
        return [self.grid(), self.allocation_grid()], self.notes

    def __str__(self) -> str:
        return self.to_text()


def learning_coefficients(
    family: str | Family = "softmax-gaussian",
    k_max: int = 5,
    d: int | None = None,
    weights: str | int | Fraction = "bounded",
    *,
    k_min: int = 1,
    seed: int = 0,
    timeout: float = 60.0,
) -> LearningCoefficients:
    """Return λ(k, k*) for 1 ≤ k* ≤ k ≤ k_max with the allocations that attain it.

    Args:
        family: a family or the name of one, with a K that is linear in the perturbations and no relations.
        k_max: largest number of fitted atoms, 1 to 20; to 5 where no theorem is known.
        d, weights: as for :func:`polysolv.learning_coefficient`.
        k_min: least number of fitted atoms in the table.
        seed, timeout: of the searches, the seconds for each cell.

    Raises:
        InputError: if an argument is not allowed.

    λ(k, k*) = dim(k*)/2 + the minimum over cell sizes of the sum of λ_diff; μ is the largest over minimising
    sizes of Σ (μ_j - 1) + 1. Where weights depend on covariates and all cells hold two atoms or more, V sees
    the cells' gates up to a common factor only: between the gate kernel in each cell and none in any.
    """
    resolved = resolve(family, d)
    _require_dimension(resolved)
    searched = theorem_family(resolved) is None
    k_max = require_integer("k_max", k_max, 1, _SEARCHED_EXPERTS if searched else MAX_EXPERTS)
    k_min = require_integer("k_min", k_min, 1, k_max)
    timeout = require_seconds("timeout", timeout)
    dirichlet = parsed_weights(weights)
    cells: dict[tuple[int, str], Bounds] = {}

    def cell(m: int, gate: str) -> Bounds:
        if (m, gate) not in cells:
            cells[m, gate] = cell_bounds(resolved, m, gate, dirichlet, seed, timeout)
        return cells[m, gate]

    functions, p = spanned_functions(resolved), len(resolved.components)

    def holds(sizes: tuple[int, ...], bounds: Bounds) -> bool:
        # Where all exponents are 2 statements rest on derivatives of second order.
        plain = bounds[0] == Fraction((sum(sizes) - len(sizes)) * p, 4)
        orders = [1 if m == 1 else 2 if plain else 2 * m for m in sizes]
        return functions is None or can_hold(functions, p, sizes, orders)

    entries = []
    for k in range(k_min, k_max + 1):
        for k_true in range(1, k + 1):
            regular = Fraction(_free(resolved, k_true), 2)
            options = [(sizes, _joint(resolved, sizes, cell)) for sizes in _partitions(k, k_true)]
            entry = _pair(k, k_true, regular, options)
            if functions is not None and not all(holds(sizes, bounds) for sizes, bounds in options):
                entry = replace(entry, lower=Fraction(0), multiplicity=None)
            entries.append(entry)
    notes = ["in brackets: the multiplicity, where it is not 1; ?: not known", "<=: an upper bound"]
    if not any(entry.value is None for entry in entries):
        notes.pop()
    if resolved.density is not None:
        notes.append(f"{NOT_SPECIAL}; those of different true atoms are assumed to be independent")
    if functions is not None:
        notes.append(
            f"the density spans only {functions} functions: where the derivatives of several true atoms "
            "would be more than that, they depend on each other, and the entry is an upper bound alone"
        )
    if resolved.source is not None:
        notes.append(
            "assumed: every true atom has the relations of second order of the one looked at, and no "
            "relation couples different atoms"
        )
    return LearningCoefficients(
        resolved.name,
        resolved.dimension,
        "bounded" if dirichlet is None else f"Dirichlet({dirichlet})",
        tuple(entries),
        tuple(notes),
    )


def _pair(k: int, k_true: int, regular: Fraction, options: list[tuple[tuple[int, ...], Bounds]]) -> Pair:
    upper = min(bounds[1] for _, bounds in options)
    lower = min(bounds[0] for _, bounds in options)
    best = [(sizes, bounds) for sizes, bounds in options if bounds[0] <= upper]
    multiplicity: int | None = None
    if lower == upper:
        counts = [bounds[2] for _, bounds in best]
        known = [count for count in counts if count is not None]
        multiplicity = max(known) if len(known) == len(counts) else None
    allocations = tuple(sizes for sizes, _ in best)
    return Pair(k, k_true, regular + lower, regular + upper, multiplicity, allocations)


def _joint(family: Family, sizes: tuple[int, ...], cell: Any) -> Bounds:
    """Return the bounds on Σ λ_diff of cells of these sizes."""
    if not family.has_gate or sizes[-1] == 1:
        return _sum([cell(m, EXACT) for m in sizes if m > 1])
    kernel = _sum([cell(m, KERNEL) for m in sizes])
    if len(sizes) == 1:
        return kernel
    # V also controls the differences of the cells' gates: more than kernels, less than exact gates.
    upper = _sum([cell(m, EXACT) for m in sizes])[1]
    multiplicity = kernel[2] if kernel[2] == 1 else None
    if sizes == (2, 2) and theorem_family(family) == (SOFTMAX, 1):
        multiplicity = 1
    return kernel[0], upper, multiplicity


def _sum(parts: list[Bounds]) -> Bounds:
    counts = [count for _, _, count in parts]
    known = [count for count in counts if count is not None]
    multiplicity = sum(count - 1 for count in known) + 1 if len(known) == len(counts) else None
    low = sum((part[0] for part in parts), Fraction(0))
    high = sum((part[1] for part in parts), Fraction(0))
    return low, high, multiplicity


def _partitions(k: int, parts: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """Yield the cell sizes, descending, of k atoms in that many cells."""
    largest = k if largest is None else largest
    if parts == 0:
        if k == 0:
            yield ()
        return
    for first in range(min(k - parts + 1, largest), 0, -1):
        for rest in _partitions(k - first, parts - 1, first):
            yield (first, *rest)


def _free(family: Family, k: int) -> int:
    """Return dim(k): the free parameters of a model of k atoms."""
    symbol = family.log_symbol
    covariates = len(symbol.covariates)
    gauge = sum(not any(term.variables[covariates:]) for term in symbol.terms)
    return (len(family.components) + 1) * k - 1 - gauge


def _require_dimension(family: Family) -> None:
    if not family.log_symbol.is_linear or family.relations:
        allowed = (
            "a K that is linear in the perturbations, one monomial each, and no relations among covariates"
        )
        raise InputError("family", family.name, f"{allowed}; see learning_coefficient for one cell")
