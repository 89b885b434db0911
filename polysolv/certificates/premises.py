"""What a proof takes from a density: the trusted kernel cannot evaluate one, so a certificate states it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from polysolv.certificates.spelling import spell_rational
from polysolv.families import Family
from polysolv.families.independence import Independence
from polysolv.families.interaction import show_derivative

_PLAIN = str.maketrans("∂⁰¹²³⁴⁵⁶⁷⁸⁹", "d0123456789")
_SHOWN = 4  # derivatives that are listed one by one


def premises_data(family: Family, m: int) -> dict[str, Any] | None:
    """Return what a proof about a cell of m atoms takes from the density of a family, as JSON data.

    Args:
        family: the family.
        m: cell size, at least 1.

    Returns:
        ``density`` (its text and names); ``order`` of the derivatives looked at; ``relations``, each as a
        polynomial and in derivatives; ``independence``: for each part of the covariates' values the
        ``derivatives``, the ``point``, ``rows`` of what varies, the ``matrix`` of derivative/u, one row for
        each of ``rows`` (null if it is large), and a ``prime`` modulo which the matrix is regular (columns
        divided by j! where there is a location). ``None`` for a family that comes from no density.

    Raises:
        InputError: as :meth:`polysolv.families.family.Family.for_cell`.

    >>> from sympy import symbols
    >>> Y, p = symbols("Y p")
    >>> family = Family.from_density(p**Y * (1 - p) ** (1 - Y), ["p"], [], Y, values=[0, 1])
    >>> premises_data(family, 2)["relations"]
    [{'polynomial': 'y^2', 'derivatives': 'd^2u/dp^2 = 0'}]
    """
    found = family.premises(m)
    if found is None or family.density is None:
        return None
    density = family.density
    return {
        "density": {
            "expression": density.expression,
            "parameters": list(density.parameters),
            "covariates": list(density.covariates),
            "response": density.response,
            "values": [spell_rational(v) for v in density.values],
        },
        "order": found.order,
        "given": list(found.given),
        "relations": [
            {"polynomial": p, "derivatives": plain(d)} for p, d in zip(found.found, found.shown, strict=True)
        ],
        "independence": [_independence_data(shown) for shown in found.independence],
    }


def premise_texts(family: Family, m: int, matrices: bool = True) -> list[str]:
    """Return the premises of a proof about a cell of m atoms, a line of printable ASCII each.

    Args:
        family: the family.
        m: cell size, at least 1.
        matrices: whether the points and matrices that show independence are written out.

    Returns:
        the lines; none for a family that comes from no density.

    >>> from sympy import symbols
    >>> Y, p = symbols("Y p")
    >>> family = Family.from_density(p**Y * (1 - p) ** (1 - Y), ["p"], [], Y, values=[0, 1])
    >>> for line in premise_texts(family, 2):
    ...     print(line)
    u = p**Y*(1 - p)**(1 - Y) with Y in {0, 1}
    d^2u/dp^2 = 0 for all parameters
    u, du/dp are independent: at p = 9/4 and Y = 0; 1 their values over u are [[1, 4/5], [1, 4/9]]
    """
    if family.source is not None:
        return relation_premises(family, m)
    found = family.premises(m)
    if found is None or family.density is None:
        return []
    density = family.density
    values = ", ".join(map(str, density.values))
    lines = [f"u = {density.expression}" + (f" with {density.response} in {{{values}}}" if values else "")]
    lines += [f"{plain(shown)} for all parameters" for shown in found.shown]
    lines += [_independence_text(shown, matrices) for shown in found.independence]
    return [_ascii(line) for line in lines]


def relation_premises(family: Family, m: int) -> list[str]:
    """Return what a proof from second-order relations takes from a density, a line of printable ASCII each.

    Args:
        family: a family with a source.
        m: cell size; the premises are the same for all of them.
    """
    from polysolv.families.second_order.relations import find_second_order

    assert family.source is not None
    found = find_second_order(family.source)
    lines = [
        f"u = {family.source.text}, truth {found.place}" + ("" if found.known else " (it stands for others)")
    ]
    lines += [f"{plain(relation.shown)}, verified symbolically" for relation in found.relations]
    if found.independence:
        lines.append(f"no further relations of second order: {found.independence}")
    lines += [f"{plain(coupling)}, verified symbolically" for coupling in found.couplings]
    return [_ascii(line) for line in lines]


def _ascii(line: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in line)


def plain(shown: str) -> str:
    """Return a relation among derivatives in ASCII.

    >>> plain("∂¹²u/∂b¹² = 2 ∂u/∂s")
    'd^12u/db^12 = 2 du/ds'
    """
    text, before = "", ""
    for c in shown:
        if c in "⁰¹²³⁴⁵⁶⁷⁸⁹" and before not in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            text += "^"
        text, before = text + c, c
    return text.translate(_PLAIN)


def _independence_data(shown: Independence) -> dict[str, Any]:
    matrix = shown.matrix
    return {
        "derivatives": [plain(show_derivative(orders)) for orders in shown.derivatives],
        "point": {name: spell_rational(value) for name, value in shown.point},
        "levels": {name: spell_rational(value) for name, value in shown.levels},
        "varying": list(shown.varying),
        "rows": [[spell_rational(v) for v in row] for row in shown.rows],
        "matrix": None if matrix is None else [[spell_rational(v) for v in row] for row in matrix],
        "prime": shown.prime,
    }


def _independence_text(shown: Independence, matrices: bool) -> str:
    names = [plain(show_derivative(orders)) for orders in shown.derivatives]
    listed = ", ".join(names if len(names) <= _SHOWN else [*names[:2], "...", names[-1]])
    text = f"{listed} are independent" if len(names) > 1 else f"{listed} is not 0"
    if shown.levels:
        text += f" where {_equal(shown.levels)}"
    if not matrices:
        return text
    rows = "; ".join(", ".join(map(str, row)) for row in shown.rows)
    text += f": at {_equal(shown.point)} and {', '.join(shown.varying)} = {rows} their values over u are "
    if shown.matrix is None:
        return f"{text}a regular matrix modulo {shown.prime} when the j-th derivative is divided by j!"
    return text + "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in shown.matrix) + "]"


def _equal(values: tuple[tuple[str, Fraction], ...]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values)
