"""The verb `plan`: from the n and the error one has to the n that the predicted rate asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysolv.decisions import MAX_CELL_SIZE
from polysolv.display.grid import Grid, show_rate
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.rates.exponent import Exponent
from polysolv.rates.notes import arc_notes, notes_as_text, report_notes
from polysolv.rates.report import NO_N_SUFFICES, settled_order
from polysolv.rates.sentence import atom_fitted_by, plain_noun
from polysolv.rates.statements import NOT_IDENTIFIABLE, PROVER_SOURCE, ParameterRates, parameter_rates

SCHEMA = "polysolv/plan/1"
MAX_N = 10**30
LEAST, LARGEST = 1e-30, 1e30
# Beyond these an exact integer says nothing more than its logarithm.
_MAX_DIGITS, _MAX_POWER = 4000, 10**5
# People read no more digits than these.
_LONGEST = 10**15

PUBLISHED, REFINED = "published", "refined"


@dataclass(frozen=True)
class Need:
    """The n that one statement about one parameter asks for.

    Args:
        parameter: name of the parameter.
        statement: "published" or "refined"; where only bounds are proved, "refined, at worst" and "refined,
            at best".
        exponent: κ with its source; the rate is n^(-1/(2κ)). ``None`` if the parameter is not identifiable:
            then no n suffices.
        error_now: the error at the present n; n^(-rate) if none was given. ``None`` without a rate.
        n_needed: the least n with an error of at most the target; ``None`` if it has more than 4,000 digits.
        log10_n_needed: its decimal logarithm; infinite if no n suffices.
        status: of a refined statement, see :class:`polysolv.rates.ParameterRates`.
        arc: the arc that the statement rests on, or along which the density does not change; else ``None``.
    """

    parameter: str
    statement: str
    exponent: Exponent | None
    error_now: float | None
    n_needed: int | None
    log10_n_needed: float
    status: str | None = None
    arc: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Return the need as JSON data."""
        return {
            "parameter": self.parameter,
            "statement": self.statement,
            **({"exponent": None, "rate": None} if self.exponent is None else self.exponent.to_data()),
            "source": None if self.exponent is None else self.exponent.source,
            "status": self.status,
            "arc": self.arc,
            "error_now": self.error_now,
            "n_needed": self.n_needed,
            "log10_n_needed": None if math.isinf(self.log10_n_needed) else self.log10_n_needed,
        }


@dataclass(frozen=True)
class Plan(RichDisplay):
    """What n a target error asks for, by the published and by the refined rates.

    Args:
        family: the family.
        m: cell size.
        n: the sample size one has.
        error: the error one has at n; ``None`` if it was not given.
        target_error: the error one wants.
        needs: one entry for each parameter and statement.
        notes: what the reader must know, in sentences.
    """

    family: Family
    m: int
    n: int
    error: Fraction | None
    target_error: Fraction
    needs: tuple[Need, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The slowest parameter's need in plain words, by its refined rate if there is one."""
        refined = [need for need in self.needs if need.statement != PUBLISHED]
        worst = max(refined or self.needs, key=lambda need: need.log10_n_needed)
        noun, place = plain_noun(self.family.parameter(worst.parameter)), atom_fitted_by(self.family, self.m)
        wanted = f"for an error of {_show_number(self.target_error)} in {noun} of {place}"
        if worst.exponent is None:
            return f"{wanted} no number of observations is enough: {noun} is not identifiable there"
        if worst.n_needed is not None and worst.n_needed <= self.n:
            return f"{wanted} the {_show_number(self.n)} observations you have are enough"
        times, have = _show_ratio(worst, self.n), _show_number(self.n)
        return f"{wanted} you need {_show_n(worst)} observations, {times} times the {have} you have"

    def to_data(self) -> dict[str, Any]:
        """Return the plan as JSON data (schema ``polysolv/plan/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family.name,
            "dimension": self.family.dimension,
            "m": self.m,
            "n": self.n,
            "error": None if self.error is None else str(self.error),
            "target_error": str(self.target_error),
            "assumptions": list(self.family.for_cell(self.m).stated_assumptions),
            "needs": [need.to_data() for need in self.needs],
            "notes": list(self.notes),
            "sentence": self.sentence,
        }

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def grid(self) -> Grid:
        """Return the table of needs."""
        rows = [
            [
                need.parameter,
                need.statement,
                NOT_IDENTIFIABLE if need.exponent is None else show_rate(need.exponent.rate),
                "-" if need.error_now is None else f"{need.error_now:.3g}",
                _show_n(need),
                _show_ratio(need, self.n),
            ]
            for need in self.needs
        ]
        title = f"{self.family.name}: from n = {_show_number(self.n)} to an error of "
        title += f"{_show_number(self.target_error)} in a cell of {self.m} atom{'s' if self.m > 1 else ''}"
        return Grid(
            title, ["parameter", "statement", "rate", "error now", "n needed", "times n"], rows, (0, 1)
        )

    def _display(self) -> Tables:
        return [self.grid()], (*self.notes, self.plain_words)

    def to_text(self) -> str:
        """Return the plan as plain text."""
        return "\n\n".join([self.grid().to_text(), notes_as_text(self.notes), self.plain_words])

    def to_csv(self) -> str:
        """Return one line for each need, with exact numbers; n_needed is empty beyond 4,000 digits."""
        headers = ["parameter", "statement", "exponent", "rate", "error_now", "n_needed", "log10_n_needed"]
        rows = [
            [
                *(need.parameter, need.statement),
                *(
                    ("", NOT_IDENTIFIABLE)
                    if need.exponent is None
                    else (str(need.exponent.exponent), str(need.exponent.rate))
                ),
                "" if need.error_now is None else repr(need.error_now),
                *(str(need.n_needed or ""), repr(need.log10_n_needed)),
            ]
            for need in self.needs
        ]
        return Grid("", headers, rows).to_csv()

    def to_markdown(self) -> str:
        """Return the table in Markdown, then the notes as a list."""
        notes = "\n".join(f"- {note}" for note in self.notes)
        return "\n\n".join([self.grid().to_markdown(), notes, self.plain_words])

    def to_latex(self) -> str:
        """Return the table as LaTeX for a paper, with its notes."""
        from polysolv.display.latex_table import latex_tables

        names = [p.name for p in self.family.parameters]
        return latex_tables([self.grid()], self.notes, names, self.plain_words)

    @property
    def plain_words(self) -> str:
        """The line that ends the plan."""
        return f"In plain words: {self.sentence}."

    def __str__(self) -> str:
        return self.to_text()


def plan(
    target_error: float | Fraction,
    n: int,
    parameter: str | None = None,
    m: int = 2,
    error: float | Fraction | None = None,
    family: str | Family = "softmax-gaussian",
    d: int | None = None,
) -> Plan:
    """Return the n that an error of ``target_error`` asks for, by the published and the refined rate.

    Args:
        target_error: the error wanted, in units of the parameter, 1e-30 to 1e30. A float stands for the
            decimal number that it prints.
        n: the number of observations one has, 1 to 10^30.
        parameter: name of one parameter; ``None`` for all.
        m: cell size, 1 to 400.
        error: the error one has at n, above ``target_error``; ``None`` takes the constant of each rate as 1,
            so that the error at n is n^(-rate).
        family: a family or the name of one.
        d: number of covariates for a family given by name; 1 if left out.

    Returns:
        the plan, one entry for each parameter and statement.

    Raises:
        InputError: if an argument is not allowed, or nothing is known about the parameter.

    An error E at n, of rate n^(-r), falls to T at n (E/T)^(1/r). The integer is exact: 1/r = a/b and N is the
    least one with N^b >= n^b (E/T)^a. Logarithmic factors are left out, and rates are worst-case statements:
    an order of magnitude to plan with, for the error of a single parameter at a single truth.

    >>> [need.n_needed for need in plan(0.1, 10000, "b").needs]
    [100000000, 100000000]
    >>> [need.n_needed for need in plan(0.1, 10000, "beta1", m=3, error=0.2).needs]
    [40960000, 160000]
    """
    target = _number("target_error", target_error)
    n = require_integer("n", n, 1, MAX_N)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    now = None if error is None else _number("error", error)
    if now is not None and target >= now:
        allowed = f"a number above 0 and below the error you have, {_show_number(now)}"
        raise InputError("target_error", float(target), allowed)
    resolved = resolve(family, d)
    if parameter is not None:
        resolved.parameter(parameter)
    rates = parameter_rates(resolved, m, settled_order(resolved, m))
    asked = [one for one in rates.values() if parameter in (None, one.name)]
    needs = tuple(
        _need(one, statement, exponent, n, now, target)
        for one in asked
        for statement, exponent in _statements(one)
    )
    if not needs:
        raise InputError("parameter", parameter, f"one with a known rate; of this one: {asked[0].reason}")
    sources = dict.fromkeys(
        need.exponent.source for need in needs if need.statement != PUBLISHED and need.exponent is not None
    )
    notes = [
        _constant_note(now),
        *report_notes(resolved, m - 1, None, tuple(sources)),
        *arc_notes([(m, {one.name: one for one in asked})]),
    ]
    return Plan(resolved, m, n, now, target, needs, tuple(notes))


def _number(field: str, value: object) -> Fraction:
    allowed = f"a number from {LEAST:g} to {LARGEST:g}"
    try:
        text = repr(float(value)) if not isinstance(value, (int, Fraction)) else str(value)  # type: ignore[arg-type]
        number = Fraction(text)
    except (TypeError, ValueError, OverflowError):
        raise InputError(field, value, allowed) from None
    if isinstance(value, (bool, str)) or not Fraction(str(LEAST)) <= number <= Fraction(str(LARGEST)):
        raise InputError(field, value, allowed)
    return number


def _statements(rates: ParameterRates) -> list[tuple[str, Exponent | None]]:
    found: list[tuple[str, Exponent | None]] = [
        (name, one) for name, one in ((PUBLISHED, rates.published), (REFINED, rates.refined)) if one
    ]
    if not rates.identifiable:
        found.append((REFINED, None))
    if rates.bounds is not None:
        low, high = rates.bounds
        if high is not None:
            found.append((f"{REFINED}, at worst", Exponent(high, PROVER_SOURCE)))
        found.append((f"{REFINED}, at best", Exponent(low, PROVER_SOURCE)))
    return found


def _need(
    rates: ParameterRates,
    statement: str,
    exponent: Exponent | None,
    n: int,
    error: Fraction | None,
    target: Fraction,
) -> Need:
    name = rates.name
    status, arc = (None, None) if statement == PUBLISHED else (rates.status, rates.arc)
    if exponent is None:
        return Need(name, statement, None, None, None, math.inf, status, arc)
    power = 1 / exponent.rate
    base, ratio = (1, 1 / target) if error is None else (n, error / target)
    logarithm = math.log10(base) + float(power) * (
        math.log10(ratio.numerator) - math.log10(ratio.denominator)
    )
    needed = None
    if logarithm < _MAX_DIGITS and power.numerator <= _MAX_POWER:
        needed = _least_integer(base, ratio, power)
    now = float(n) ** -float(exponent.rate) if error is None else float(error)
    logarithm = math.log10(needed) if needed else logarithm
    return Need(name, statement, exponent, now, needed, logarithm, status, arc)


def _least_integer(base: int, ratio: Fraction, power: Fraction) -> int:
    """Return the least integer N >= 1 with N >= base · ratio^power, exactly."""
    a, b = power.numerator, power.denominator
    wanted = max(1, math.ceil(base**b * ratio**a))
    # Newton's iteration for the b-th root, from above.
    root: int = 1 << -(-wanted.bit_length() // b)
    while (better := ((b - 1) * root + wanted // root ** (b - 1)) // b) < root:
        root = better
    return root if root**b >= wanted else root + 1


def _constant_note(error: Fraction | None) -> str:
    if error is None:
        return (
            "error now: you gave none, so the constant of every rate is taken as 1 and the error at n is "
            "n^(-rate); give the error you have (--error) to have the constant measured by it."
        )
    return "n needed: n times (error / target)^(1/rate), from the error you have at n."


def _show_number(number: int | Fraction) -> str:
    exact = number.denominator == 1 and number < _LONGEST
    return str(number.numerator) if exact else f"{float(number):.6g}"


def _show_n(need: Need) -> str:
    if need.exponent is None:
        return NO_N_SUFFICES
    if need.n_needed is not None and need.n_needed < _LONGEST:
        return str(need.n_needed)
    return _scientific(need.log10_n_needed)


def _show_ratio(need: Need, n: int) -> str:
    if need.exponent is None:
        return "-"
    if need.n_needed is None or need.n_needed >= _LONGEST * n:
        return _scientific(need.log10_n_needed - math.log10(n))
    ratio = Fraction(need.n_needed, n)
    if ratio <= 1:
        return "enough"
    return str(ratio) if ratio.denominator == 1 else f"{float(ratio):.4g}"


def _scientific(logarithm: float) -> str:
    whole = math.floor(logarithm)
    return f"{10 ** (logarithm - whole):.2f}e+{whole}"
