"""The noun `SecondOrder`: the second-order relations modulo first order at a truth, and that there are no
more.

Source: observed-algebra page §5. Relations are found, and hold, in a field where functions that SymPy cannot
take apart are indeterminates (:mod:`polysolv.families.second_order.function_field`); that there are no more
of them is shown by a minor that is not zero, at rational points, exactly or in balls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

from polysolv.display.value import Value
from polysolv.errors import InputError
from polysolv.families.interaction import show_derivative
from polysolv.families.second_order.derivatives import Index, logarithmic_derivatives, over_density
from polysolv.families.second_order.function_field import FunctionField, TooComplicated, normalised, unshifted
from polysolv.families.second_order.places import Place, find_place, independent_columns
from polysolv.families.second_order.source import DensitySource

MAX_PARAMETERS = 8
MAX_COLUMNS = 130

Matrix = tuple[tuple[Fraction, ...], ...]
Column = tuple[int, Index]  # true atom, orders of differentiation


class Undecided(InputError):
    """What is asked cannot be decided here; the message says what stands in the way."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__("density", what, why)
        self.args = (f"UNDECIDED: {what}: {why}",)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.value, self.allowed))


class Relation(NamedTuple):
    """One relation Σ_j Σ_st p_j,st ∂_s ∂_t u_j = lower order.

    Attributes:
        matrices: p_j for each true atom, symmetric.
        shown: the relation in derivatives, for people.
    """

    matrices: tuple[Matrix, ...]
    shown: str


@dataclass(eq=False, repr=False)
class SecondOrder(Value):
    """The space R of second-order relations at the truth.

    Args:
        parameters: names of the parameters.
        place: the true atoms at which R was computed.
        known: whether these atoms are the truth, or stand for one that is not known.
        relations: a basis of R.
        independence: how it was shown that there are no more, in words.
        couplings: relations of first order among different atoms, for people; with one R is not computed.
    """

    parameters: tuple[str, ...]
    place: Place
    known: bool
    relations: tuple[Relation, ...]
    independence: str
    couplings: tuple[str, ...] = ()

    @property
    def basis(self) -> tuple[tuple[Matrix, ...], ...]:
        """The matrices of the relations."""
        return tuple(relation.matrices for relation in self.relations)


@lru_cache(maxsize=256)
def find_second_order(source: DensitySource) -> SecondOrder:
    """Return the second-order relations of a density at its truth, or at one that stands for an unknown one.

    Raises:
        InputError: if there are more than eight parameters, the density does not exist at the truth or where
            it was tried, or its first derivatives with respect to the parameters of one atom depend on each
            other.
        Undecided: if a relation that holds numerically cannot be verified, or has coefficients that are not
            rational.
    """
    if len(source.parameters) > MAX_PARAMETERS:
        raise InputError(
            "density", f"{len(source.parameters)} parameters", f"at most {MAX_PARAMETERS} of them"
        )
    place = find_place(source)
    columns, field = derivative_columns(source, place.atoms, 2)
    lower = {c: v for c, v in columns.items() if sum(c[1]) <= 1}
    dependent = field.relations(lower)
    if dependent:
        couplings = tuple(_shown(r, source.parameters, field, len(place.atoms)) for r in dependent)
        alone = [r for r in dependent if len({atom for atom, _ in r}) == 1]
        if alone:
            raise InputError(
                "density",
                _shown(alone[0], source.parameters, field, len(place.atoms)),
                "a density whose first derivatives are independent: this combination of parameters does not "
                "change it at first order",
            )
        return SecondOrder(source.parameters, place, bool(source.truths), (), "", couplings)
    found = field.relations(columns)
    relations = tuple(_relation(r, source.parameters, field, len(place.atoms)) for r in found)
    free = {next(iter(r)) for r in found}
    wanted = [c for c in columns if c not in free]
    how = independent_columns(source, place, wanted)
    if how is None:
        raise Undecided(
            source.text,
            "derivatives up to order 2 look dependent at the truth, and no relation that explains it could "
            "be verified symbolically",
        )
    return SecondOrder(source.parameters, place, bool(source.truths), relations, how)


def derivative_columns(
    source: DensitySource, atoms: Sequence[Mapping[str, Fraction]], order: int
) -> tuple[dict[Column, Any], FunctionField]:
    """Return (∂^α u_j)/u_1 for all atoms j and |α| ≤ order, by increasing order, and the field they lie in.

    An atom without any values stands for one whose parameters stay symbols, constants of that field.
    """
    import sympy

    thetas = source.thetas
    logarithmic = logarithmic_derivatives(source.density, thetas, order)
    numbers = [
        {t: sympy.Rational(v.numerator, v.denominator) for t, v in zip(thetas, atom.values(), strict=False)}
        for atom in atoms
    ]
    ratios = [normalised(_ratio(source.density, numbers[0], at)) for at in numbers]
    values = [{g: normalised(e.xreplace(at).doit()) for g, e in logarithmic.items()} for at in numbers]
    everything = unshifted([*ratios, *(e for of_atom in values for e in of_atom.values())])
    ratios, rest = everything[: len(atoms)], iter(everything[len(atoms) :])
    values = [{g: next(rest) for g in of_atom} for of_atom in values]
    if any(e.has(sympy.nan, sympy.zoo, sympy.oo) for e in everything):
        raise InputError("density", source.text, f"a density that exists at {_atoms(atoms)}")
    try:
        field = FunctionField(everything, source.varying)
    except TooComplicated as error:
        raise Undecided(source.text, str(error)) from None
    wanted = [index for total in range(order + 1) for index in ordered_indices(len(thetas), total)]
    if len(wanted) * len(atoms) > MAX_COLUMNS:
        raise InputError("density", f"{len(wanted) * len(atoms)} derivatives", f"at most {MAX_COLUMNS}")
    found: dict[Column, Any] = {}
    over = []
    for of_atom in values:
        elements = {g: field.element(e) for g, e in of_atom.items()}
        over.append(over_density(elements, wanted, field.field.one, field.field.zero))
    for index in wanted:
        for j, ratio in enumerate(ratios):
            found[j, index] = field.element(ratio) * over[j][index]
    return found, field


def _ratio(density: Any, first: Mapping[Any, Any], other: Mapping[Any, Any]) -> Any:
    """Return u at one truth over u at another, powers and exponentials of the same put together."""
    import sympy

    quotient = density.xreplace(dict(other)) / density.xreplace(dict(first))
    return sympy.powsimp(quotient.doit(), force=True) if first is not other else sympy.S.One


def ordered_indices(count: int, total: int) -> list[Index]:
    """Return the multi-indices of that sum, in the order of the parameters.

    >>> ordered_indices(2, 2)
    [(2, 0), (1, 1), (0, 2)]
    """
    return [
        tuple(chosen.count(i) for i in range(count))
        for chosen in combinations_with_replacement(range(count), total)
    ]


def _relation(found: dict[Column, Any], names: Sequence[str], field: FunctionField, atoms: int) -> Relation:
    matrices = [[[Fraction(0)] * len(names) for _ in names] for _ in range(atoms)]
    for (atom, index), coefficient in found.items():
        if sum(index) < 2:
            continue
        value = _rational(coefficient, field)
        if value is None:
            shown = _shown(found, names, field, atoms)
            raise Undecided(
                shown, "this relation has a coefficient that is not rational; only such are decided"
            )
        s, *rest = [i for i, e in enumerate(index) for _ in range(e)]
        t = rest[0]
        matrices[atom][s][t] = matrices[atom][t][s] = value if s == t else value / 2
    frozen = tuple(tuple(tuple(row) for row in matrix) for matrix in matrices)
    return Relation(frozen, _shown(found, names, field, atoms))


def _rational(scalar: Any, field: FunctionField) -> Fraction | None:
    value = field.expression(scalar)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def _shown(found: dict[Column, Any], names: Sequence[str], field: FunctionField, atoms: int) -> str:
    """Return a relation for people, its last column on the left."""
    parts = []
    for (atom, index), coefficient in found.items():
        value = field.expression(coefficient)
        orders = tuple((n, e) for n, e in zip(names, index, strict=True) if e)
        derivative = show_derivative(orders)
        if atoms > 1:
            derivative = derivative.replace("u", f"u_{atom + 1}", 1)
        parts.append((value, derivative))
    (_, left), rest = parts[0], parts[1:]
    total = ""
    for value, derivative in rest:
        negative = -value
        text = str(negative)
        sign, text = (" - ", text[1:]) if text.startswith("-") else (" + ", text)
        if negative.is_Add:
            sign, text = " + ", f"({negative})"
        total += f"{sign}{'' if text == '1' else f'{text} '}{derivative}"
    total = total.removeprefix(" + ")
    return f"{left} = {'-' + total[3:] if total.startswith(' - ') else total or '0'}"


def _atoms(atoms: Sequence[Mapping[str, Fraction]]) -> str:
    return "; ".join(", ".join(f"{n} = {v}" for n, v in atom.items()) for atom in atoms)
