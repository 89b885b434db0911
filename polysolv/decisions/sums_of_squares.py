"""Unsolvability of a location–scale core with two or three atoms by sums of squares, checked by the kernel.

With F = Σ_k c_k f_k = Σ_l w_l · (squares) from :mod:`polysolv.decisions.square_forms` and b_1 = w_1 = 1:

* m = 2: F contains w_1 b_1⁶ = 1.
* m = 3: F contains b_2² + b_3² (from w_1 b_1¹⁰ b_2²), so a solution has b_2 = b_3 = 0, against the first
  equation, 1 + w_2 b_2 + w_3 b_3 = 0. As one identity: with x = w_2 b_2, y = w_3 b_3,
  2 + 2x + 2y + 2x² + 2y² = 1 + ½(1 + 2x)² + ½(1 + 2y)², and x², y² are bounded by w_2² F and w_3² F.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from polysolv.decisions.normal_form import Case, reduce_system
from polysolv.decisions.positivity import forced, log_reductions
from polysolv.decisions.proofs import unsolvable
from polysolv.decisions.verdict import PROVED, Verdict, undecided
from polysolv.groebner.processes import run_python

if TYPE_CHECKING:
    from polysolv.certificates import Certificate
    from polysolv.decisions.square_forms import Exponents, Form, SquareForm
    from polysolv.groebner.budget import Budget
    from polysolv.systems import PolynomialSystem

METHOD = "sos"
Named = dict[tuple[tuple[str, int], ...], Any]
Square = tuple[Fraction, dict[str, int], Named]


def decide_by_sums_of_squares(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Decide UNSOLVABLE by an identity with sums of squares, found numerically and checked exactly.

    Args:
        system: a family's system whose core after reductions is a location–scale one with m = 2 or 3 and
            degree at least 2m.
        limits: deadline, seed and log.

    Returns:
        UNSOLVABLE, PROVED, or UNDECIDED.
    """
    reduced = reduce_system(system)
    log_reductions(reduced, limits)
    if (verdict := forced(system, reduced, METHOD)) is not None:
        return verdict
    core = _core(reduced.cases[0])
    if core is None:
        return undecided(METHOD, "covers location-scale cores with m = 2 or 3 at degree 2m or more")
    function = "polysolv.decisions.square_forms:find_square_form"
    form, trouble = run_python(function, (system.m, limits.seed), limits)
    if form is None:
        return undecided(METHOD, trouble or "no multipliers found")
    reason = (
        f"multipliers of degree {form.degree} make the equations a sum of {len(form.squares)} squares an atom"
    )
    verdict = unsolvable(METHOD, reason, lambda: _certificate(core, form))
    if verdict.evidence != PROVED:
        return undecided(METHOD, "the identity found was not accepted by the kernel")
    return replace(verdict, statistics={"squares": len(form.squares)})


class Core:
    """A case that is a location–scale core: how its unknowns and equations correspond to b, s and f_k."""

    def __init__(self, case: Case, location: str, scale: str) -> None:
        assert case.system.family is not None
        assert case.system.m is not None
        self.case, self.location, self.scale, self.m = case, location, scale, case.system.m
        symbols = case.system.family.log_symbol.symbols
        self.factors = symbols[location][0], symbols[scale][0]
        variable = next(i for i, e in enumerate(symbols[location][1]) if e)
        size = len(symbols[location][1])
        self.indices = {
            k: tuple(k if i == variable else 0 for i in range(size)) for k in range(1, 2 * self.m + 1)
        }

    def spell(self, form: Form, first: int = 0) -> Named:
        """Return a form in b = p·location, s = q·scale by the names of unknowns, atom ``first`` in front."""
        order = [first, *(atom for atom in range(self.m) if atom != first)]
        p, q = self.factors
        total: Named = {}
        for e, value in form.items():
            powers: dict[str, int] = {}
            for place, atom in enumerate(order):
                for name, exponent, factor in (
                    (f"{self.location}_{atom + 1}", e[place], p),
                    (f"{self.scale}_{atom + 1}", e[self.m + place], q),
                ):
                    value = value * factor**exponent
                    if exponent and name not in self.case.values:  # a fixed one is 1
                        powers[name] = exponent
            key = tuple(sorted(powers.items()))
            total[key] = total.get(key, 0) + value
        return {key: value for key, value in total.items() if value}


def _core(case: Case) -> Core | None:
    from polysolv.systems.reductions import find_reduction

    family, m, degree = case.system.family, case.system.m, case.system.degree
    if family is None or m not in (2, 3) or degree is None or degree < 2 * m or not case.citable:
        return None
    if not family.log_symbol.is_linear:
        return None
    pair = find_reduction(family.log_symbol, degree).location_scale
    if pair is None or (*pair[:1],) != family.nontrivial or f"{pair[0]}_1" not in case.values:
        return None
    return Core(case, *pair)


def _certificate(core: Core, form: SquareForm) -> Certificate:
    """Assemble the identity Σ q f = 1 + squares; see the module's text."""
    from polysolv.certificates import identity_certificate

    p = core.factors[0]
    size = form.reserve * p**form.degree  # F = size · (b_1^D or b_1^(D−2)(b_2² + b_3²)) + squares, at b_1 = 1
    summands = [
        (d / size, {f"w_{atom + 1}": 1}, core.spell(root, atom))
        for atom in range(core.m)
        for d, root in form.squares
    ]
    summands += [
        (form.reserve / size, {f"w_{atom + 1}": 1}, core.spell(_reserved(form, i), atom))
        for atom in range(1, core.m)
        for i in range(core.m - 1)
    ]
    combination = {
        core.indices[k]: {key: value / size for key, value in core.spell(c).items()}
        for k, c in form.multipliers.items()
    }
    squares: list[Square] = []
    cofactors: dict[tuple[int, ...], Named] = {}
    if core.m == 2:
        squares, cofactors = [_without_unit(core, s) for s in summands], combination
    else:
        others = (1, 2)
        cofactors[core.indices[1]] = {(): Fraction(2) / p}
        for atom in others:
            weight, location = f"w_{atom + 1}", f"{core.location}_{atom + 1}"
            other = f"{core.location}_{4 - atom}"
            squares.append(
                (
                    Fraction(1, 2),
                    {},
                    {(): Fraction(1), tuple(sorted([(location, 1), (weight, 1)])): Fraction(2)},
                )
            )
            squares.append((Fraction(2), {weight: 2}, {((other, 1),): Fraction(1)}))
            squares += [_without_unit(core, (2 * d, _times(w, weight, 2), root)) for d, w, root in summands]
            for index, cofactor in combination.items():
                target = cofactors.setdefault(index, {})
                for key, value in cofactor.items():
                    moved = tuple(sorted([*key, (weight, 2)]))
                    target[moved] = target.get(moved, 0) + 2 * value
    return identity_certificate(core.case.system, "positivstellensatz", cofactors, squares, core.case.steps)


def _reserved(form: SquareForm, number: int) -> Form:
    """Return the root of a reserved square: b_1^(D/2) for m = 2, b_1^(D/2−1) b_2 and … b_3 for m = 3."""
    half = form.degree // 2
    three: Exponents = (half - 1, int(number == 0), int(number == 1), 0, 0, 0)
    return {(half, 0, 0, 0) if form.m == 2 else three: Fraction(1)}


def _times(weights: dict[str, int], weight: str, exponent: int) -> dict[str, int]:
    return {**weights, weight: weights.get(weight, 0) + exponent}


def _without_unit(core: Core, square: Square) -> Square:
    """Leave out the weight that is 1, and give the root coprime integer coefficients."""
    d, weights, root = square
    scale = Fraction(gcd(*(v.numerator for v in root.values())), lcm(*(v.denominator for v in root.values())))
    whole = {key: value / scale for key, value in root.items()}
    return d * scale**2, {name: e for name, e in weights.items() if name not in core.case.values}, whole
