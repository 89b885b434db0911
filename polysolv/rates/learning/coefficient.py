"""The noun `LearningCoefficient` and the verb `learning_coefficient`: λ of an over-fitted cell."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError, require_integer, require_seconds, unknown_name
from polysolv.families import Family, resolve
from polysolv.rates.learning.recognise import theorem_family
from polysolv.rates.learning.theorems import EXACT, KERNEL, LOCATION, LOCATION_SCALE, Known, known

if TYPE_CHECKING:
    from polysolv.certificates import Certificate

SCHEMA = "polysolv/learning-coefficient/1"
MAX_CELL_SIZE = 400
MAX_SEARCHED = 8
GATES = (EXACT, KERNEL)
NOT_SPECIAL = (
    "of a density: at true values that are not special, where its derivatives have no more relations"
)
_TRIED_VALUES = 6
PROVED, BOUNDS = "proved", "bounds"


@dataclass(frozen=True)
class LearningCoefficient(RichDisplay):
    """What is proved about λ_diff(m), the learning coefficient of a cell beyond its regular part.

    Args:
        family: name of the family.
        dimension: number d of covariates, 0 where there is none.
        m: cell size.
        gate: "exact" if some other cell is exactly fitted, else "kernel".
        weights: "bounded", or the parameter of a Dirichlet prior on the weights.
        lower, upper: λ_diff lies between them.
        multiplicity: μ, if it is known.
        components: number D of perturbations of an atom: a cell's whole λ is λ_diff + (D + 1)/2.
        certificate: what ``polysolv verify`` checks: of an upper bound by a region (``upper`` may be smaller,
            by Taylor's formula), of a theorem's value, or of exponents that are all 2.
        notes: what was shown how.

    vol{V < η} is of the order η^(2λ) (log 1/η)^(μ - 1). Source: docs/choosing-k.md.
    """

    family: str
    dimension: int
    m: int
    gate: str
    weights: str
    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    components: int
    certificate: Certificate | None
    notes: tuple[str, ...]

    @property
    def value(self) -> Fraction | None:
        """λ_diff, if the bounds meet."""
        return self.upper if self.lower == self.upper else None

    @property
    def status(self) -> str:
        """``"proved"`` or ``"bounds"``."""
        return PROVED if self.lower == self.upper else BOUNDS

    @property
    def regular(self) -> Fraction:
        """(D + 1)/2: what an exactly fitted atom with a free weight costs."""
        return Fraction(self.components + 1, 2)

    def to_data(self) -> dict[str, Any]:
        """Return the coefficient as JSON data (schema ``polysolv/learning-coefficient/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family,
            "dimension": self.dimension,
            "m": self.m,
            "gate": self.gate,
            "weights": self.weights,
            "value": None if self.value is None else str(self.value),
            "lower": str(self.lower),
            "upper": str(self.upper),
            "multiplicity": self.multiplicity,
            "status": self.status,
            "certificate_digest": None if self.certificate is None else self.certificate.digest,
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the coefficient as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def grid(self) -> Grid:
        """Return the table of what is known."""
        return self._display()[0][0]

    def to_csv(self) -> str:
        """Return one line of exact values."""
        names = [
            "family",
            "dimension",
            "m",
            "gate",
            "weights",
            "value",
            "lower",
            "upper",
            "multiplicity",
            "status",
        ]
        data = self.to_data()
        return Grid("", names, [["" if data[name] is None else str(data[name]) for name in names]]).to_csv()

    def to_markdown(self) -> str:
        """Return the table in Markdown."""
        return self.grid().to_markdown()

    def to_latex(self) -> str:
        """Return the table as LaTeX for a paper, with its notes."""
        from polysolv.display.latex_table import latex_tables

        return latex_tables(*self._display())

    def to_text(self) -> str:
        """Return the table and the notes as plain text."""
        from polysolv.display.rich_display import to_text

        return to_text(*self._display())

    def _display(self) -> Tables:
        size = str(self.upper) if self.status == PROVED else f"{self.lower} to {self.upper}"
        table = pairs(
            f"{self.family}: learning coefficient of a cell of {self.m}",
            d=self.dimension or None,
            gate=self.gate,
            weights=self.weights,
            beyond_the_regular_part=size,
            multiplicity="not known" if self.multiplicity is None else str(self.multiplicity),
            regular_part=str(self.regular),
            status=self.status,
        )
        return [table], self.notes

    def __str__(self) -> str:
        return str(self.upper) if self.status == PROVED else f"[{self.lower}, {self.upper}]"


def learning_coefficient(
    family: str | Family = "softmax-gaussian",
    m: int = 2,
    d: int | None = None,
    gate: str = EXACT,
    weights: str | int | Fraction = "bounded",
    *,
    theorems: bool = True,
    seed: int = 0,
    timeout: float = 60.0,
) -> LearningCoefficient:
    """Return what is proved about the learning coefficient of a cell of m atoms.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 400; to 8 where no theorem is known.
        d: number of covariates for a family given by name; 1 if left out.
        gate: "exact" if some other cell is exactly fitted, "kernel" if none is. It matters for families whose
            weights depend on covariates.
        weights: "bounded" (below), or the positive parameter of a Dirichlet prior on the weights of a
            location or location-scale mixture.
        theorems: whether the theorems of docs/choosing-k.md may be used; without them the region search, the
            exponents and the chains have to do.
        seed: of the searches.
        timeout: seconds for the searches.

    Returns:
        λ_diff, from below and above.

    Raises:
        InputError: if an argument is not allowed, or nothing is known of these weights.

    >>> print(learning_coefficient("location-scale-gaussian", 3))
    7/8
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    timeout = require_seconds("timeout", timeout)
    if gate not in GATES:
        raise unknown_name("gate", gate, list(GATES))
    dirichlet = parsed_weights(weights)
    found = _known(resolved, m, gate, dirichlet) if theorems or m == 1 else None
    if found is not None:
        return _by_theorem(resolved, m, gate, dirichlet, found, seed, timeout)
    if dirichlet is not None:
        allowed = (
            f"bounded: a Dirichlet prior is understood for {LOCATION} and {LOCATION_SCALE} alone, by theorem"
        )
        raise InputError("weights", str(weights), allowed)
    if m > MAX_SEARCHED:
        raise InputError("m", m, f"at most {MAX_SEARCHED} where no theorem is known")
    if resolved.source is not None:
        return _by_second_order(resolved, m, gate)
    return _by_certificates(resolved, m, gate, seed, timeout)


def cell_bounds(
    family: Family, m: int, gate: str, dirichlet: Fraction | None, seed: int, timeout: float
) -> tuple[Fraction, Fraction, int | None]:
    """Return lower and upper bound and multiplicity; arguments as for :func:`learning_coefficient`."""
    found = _known(family, m, gate, dirichlet)
    if found is not None:
        return found[:3]
    answer = learning_coefficient(
        family,
        m,
        gate=gate,
        weights="bounded" if dirichlet is None else dirichlet,
        seed=seed,
        timeout=timeout,
    )
    return answer.lower, answer.upper, answer.multiplicity


def parsed_weights(weights: object) -> Fraction | None:
    """Return the parameter of the Dirichlet prior, ``None`` for weights that are bounded below.

    Raises:
        InputError: if it is not a positive rational.
    """
    if weights == "bounded":
        return None
    try:
        if isinstance(weights, (bool, float)) or len(str(weights)) > 40:
            raise ValueError
        value = Fraction(str(weights))
    except (TypeError, ValueError, ZeroDivisionError):
        value = Fraction(0)
    if not 0 < value <= 10**6:
        raise InputError("weights", weights, "bounded, or a positive rational such as 1 or 1/2, at most 10^6")
    return value


def _known(family: Family, m: int, gate: str, dirichlet: Fraction | None) -> Known | None:
    if family.source is not None:
        return None
    if m == 1 and not family.relations and dirichlet is None and family.log_symbol.is_linear:
        return known("", 1, 0, gate, None)
    named = theorem_family(family)
    if named is None:
        return None
    name, d = named
    found = known(name, m, d, gate, dirichlet)
    if found is not None and name == LOCATION and d > 1:
        return _location(m, d, dirichlet)
    return found


def _location(m: int, d: int, dirichlet: Fraction | None) -> Known:
    near = Fraction((m - 1) * d, 4)
    away = near if dirichlet is None else (m - 1) * dirichlet / 2
    tied = dirichlet is not None and near == away
    value = min(near, away)
    return Known(value, value, m if tied else 1, "location: V is of the order of the squared differences")


def _by_theorem(
    family: Family,
    m: int,
    gate: str,
    dirichlet: Fraction | None,
    found: Known,
    seed: int,
    timeout: float,
) -> LearningCoefficient:
    from polysolv.verify.log_symbol import BUILT_IN

    certificate = None
    if m > 1 and family.name in BUILT_IN and theorem_family(family) == (family.name, family.dimension):
        from polysolv.certificates.cell import coefficient_certificate

        certificate = coefficient_certificate(
            family, m, gate, dirichlet, found.lower, found.upper, found.multiplicity
        )
    notes = [f"theorem ({found.source})"]
    if certificate is not None:
        notes.append("the certificate makes the kernel recompute the value, and proves nothing new")
    elif 1 < m <= MAX_SEARCHED and dirichlet is None:
        bound, region = _region(family, m, gate, seed, timeout)
        if bound == found.upper and region is not None:
            certificate = region
            notes.append("from above also by a region, whose certificate the kernel accepts")
    if dirichlet is not None and m > 2 and found.lower < found.upper:
        notes.append("from below only the regular part is claimed where weights may vanish")
    return LearningCoefficient(
        family.name,
        family.dimension,
        m,
        gate,
        "bounded" if dirichlet is None else f"Dirichlet({dirichlet})",
        found.lower,
        found.upper,
        found.multiplicity,
        len(family.components),
        certificate,
        tuple(notes),
    )


def _by_second_order(family: Family, m: int, gate: str) -> LearningCoefficient:
    from polysolv.rates.learning.second_order import second_order_bounds

    assert family.source is not None
    found = second_order_bounds(family, m)
    return LearningCoefficient(
        family.name,
        len(family.source.covariates),
        m,
        gate,
        "bounded",
        found.lower,
        found.upper,
        found.multiplicity,
        len(family.components),
        found.certificate,
        found.notes,
    )


def _by_certificates(family: Family, m: int, gate: str, seed: int, timeout: float) -> LearningCoefficient:
    from polysolv.rates.learning.exponent_bound import exponent_bound, upper_exponents
    from polysolv.rates.learning.second_order import TAYLOR, taylor_bound

    end = time.monotonic() + timeout
    free = replace(family, relations=())
    symbol, notes = free.log_symbol, [] if family.density is None else [NOT_SPECIAL]
    if symbol.constants:
        free, values = _at_true_values(free)
        shown = ", ".join(f"{name} = {value}" for name, value in values.items())
        notes.append(f"the upper bound is that at the true values {shown}")
    if family.relations:
        notes.append("the upper bound is that without relations, which make V smaller")
    lower = exponent_bound(family, m, gate)
    notes.append(f"at least {lower}: proved exponents")
    upper, certificate = _region(free, m, gate, seed, end - time.monotonic())
    why = (
        "half the free coordinates"
        if certificate is None
        else "a region, whose certificate the kernel accepts"
    )
    by_taylor = taylor_bound(m, len(family.components))
    if by_taylor < upper:
        if certificate is not None:
            notes.append(f"the certificate is that of a region, which gives {upper}")
        upper, why = by_taylor, TAYLOR
    notes.append(f"at most {upper}: {why}")
    if lower < upper and gate == EXACT and not family.relations and symbol.is_linear:
        from polysolv.rates.learning.chain import find_chain

        kappas = upper_exponents(family, m, gate)
        if all(kappa is not None for kappa in kappas.values()):
            highest = max(kappa * sum(symbol.symbols[name][1]) for name, kappa in kappas.items() if kappa)
            chain = find_chain(symbol, m, highest, upper, end - time.monotonic())
            if chain is not None and chain.bound > lower:
                lower = chain.bound
                notes.append(
                    f"at least {lower}: {chain.questions} systems, proved unsolvable, make the equations "
                    f"below degree {chain.order} independent"
                )
    return LearningCoefficient(
        family.name,
        family.dimension,
        m,
        gate,
        "bounded",
        lower,
        upper,
        1 if lower == upper == by_taylor else None,  # then all exponents are 2
        len(family.components),
        certificate,
        tuple(notes),
    )


def _at_true_values(family: Family) -> tuple[Family, dict[str, Fraction]]:
    """Return the family with symbolic true values set such that no coefficient of K vanishes, and these."""
    constants = family.log_symbol.constants
    places = {(term.perturbations, term.variables) for term in family.log_symbol.terms}
    for number in range(_TRIED_VALUES):
        values = {name: Fraction(1 + number * (2 * k + 3), 1 + number) for k, name in enumerate(constants)}
        try:
            found = family.at(**values)
        except InputError:
            if number == _TRIED_VALUES - 1:
                raise
            continue
        if {(term.perturbations, term.variables) for term in found.log_symbol.terms} == places:
            return found, values
    return found, values


def _region(
    family: Family, m: int, gate: str, seed: int, seconds: float
) -> tuple[Fraction, Certificate | None]:
    """Return the bound of the best region whose certificate is accepted; else half the free coordinates."""
    from polysolv.certificates.cell import region_certificate
    from polysolv.rates.learning.region import find_region

    region = find_region(family.log_symbol, m, gate, seed, seconds) if m > 1 else None
    if region is not None:
        centre = region.centre
        certificate = region_certificate(
            family,
            m,
            gate,
            region.bound,
            region.speeds,
            centre.fixed,
            centre.free,
            centre.centre,
            centre.radius,
            centre.preconditioner,
        )
        if certificate.verify().accepted:
            return region.bound, certificate
    return Fraction((m - 1) * len(family.components), 2), None
